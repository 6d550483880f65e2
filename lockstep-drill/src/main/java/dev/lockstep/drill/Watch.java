package dev.lockstep.drill;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedisException;
import dev.lockstep.local.LocalServer;
import dev.lockstep.topology.ReplicationInfo;
import java.net.ConnectException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Asks every data node of a deployment about 20 times a second what it is, and reports to a {@link Witness}. A thread per
 * node, so that a frozen one holds up nobody; past the links, so that their faults do not blind it.
 */
final class Watch implements AutoCloseable {
    private static final long PERIOD_NANOS = 50_000_000;
    private static final long SILENT_NANOS = 400_000_000;

    private final LocalDeployment deployment;
    private final Witness witness;
    private final LongSupplier clock;
    private final Map<String, Long> askedAt = new ConcurrentHashMap<>();
    private final Map<String, Thread> threads = new HashMap<>();
    private volatile boolean closed;

    Watch(LocalDeployment deployment, Witness witness, LongSupplier clock) {
        this.deployment = deployment;
        this.witness = witness;
        this.clock = clock;
    }

    /** To be called every now and then: takes in new nodes, lets go of removed ones, notices who keeps silent. */
    synchronized void tick() {
        List<LocalServer> nodes = deployment.dataNodes();
        for (LocalServer node : nodes) {
            threads.computeIfAbsent(node.name(), name -> {
                Thread thread = new Thread(() -> watch(node), "drill-watch-" + name);
                thread.setDaemon(true);
                thread.start();
                return thread;
            });
        }
        long now = clock.getAsLong();
        askedAt.forEach((node, asked) -> {
            if (now - asked > SILENT_NANOS) {
                witness.silent(node, NodeLane.State.SILENT, asked);
            }
        });
    }

    private void watch(LocalServer node) {
        while (!closed) {
            if (!deployment.dataNodes().contains(node)) {
                witness.silent(node.name(), NodeLane.State.DOWN, clock.getAsLong());
                return;
            }
            ask(node);
            LockSupport.parkNanos(PERIOD_NANOS);
        }
    }

    private void ask(LocalServer node) {
        long asked = clock.getAsLong();
        askedAt.put(node.name(), asked);
        try {
            if (node.command("INFO", "replication") instanceof String text) {
                witness.answered(node.name(), ReplicationInfo.parse(text), asked, clock.getAsLong());
            }
        } catch (LocalRedisException e) {
            boolean refused = e.getCause() instanceof ConnectException;
            boolean loading = String.valueOf(e.getMessage()).contains("LOADING");
            NodeLane.State state = refused
                    ? NodeLane.State.DOWN
                    : loading ? NodeLane.State.CATCHING_UP : NodeLane.State.SILENT;
            witness.silent(node.name(), state, asked);
        } finally {
            askedAt.remove(node.name());
        }
    }

    /** Whether one primary leads all data nodes, and every Sentinel that runs names it and sees a replica to promote. */
    boolean isWhole() {
        Map<String, Integer> ports =
                deployment.dataNodes().stream().collect(Collectors.toMap(LocalServer::name, LocalServer::port));
        if (!witness.isWhole(ports)) {
            return false;
        }
        String primary = String.valueOf(ports.get(witness.primary()));
        return deployment.sentinels().stream().allMatch(sentinel -> agrees(sentinel, primary));
    }

    private static boolean agrees(LocalServer sentinel, String primaryPort) {
        try {
            return sentinel.command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "mymaster") instanceof List<?> address
                    && address.get(1).equals(primaryPort)
                    && sentinel.command("SENTINEL", "REPLICAS", "mymaster") instanceof List<?> replicas
                    && replicas.stream().anyMatch(Watch::canBePromoted);
        } catch (LocalRedisException e) {
            return false;
        }
    }

    private static boolean canBePromoted(Object replica) {
        return replica instanceof List<?> fields
                && fields.contains("slave")
                && fields.indexOf("ok") == fields.indexOf("master-link-status") + 1;
    }

    @Override
    public void close() {
        closed = true;
    }
}
