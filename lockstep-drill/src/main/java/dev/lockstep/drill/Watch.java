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
 * Asks every data node of a deployment about 20 times a second what it is, and reports to a {@link Witness}; and every
 * Sentinel, a little less often, whom it follows. A thread per server, so that a frozen one holds up nobody; past the links, so that their faults do not blind it.
 */
final class Watch implements AutoCloseable {
    private static final long PERIOD_NANOS = 50_000_000;
    private static final long SILENT_NANOS = 400_000_000;

    /** Within this time every node was asked, or is known to be silent. */
    static final long SURELY_ASKED_NANOS = SILENT_NANOS + 2 * PERIOD_NANOS;

    private final LocalDeployment deployment;
    private final Witness witness;
    private final LongSupplier clock;
    private final Map<String, Long> askedAt = new ConcurrentHashMap<>();
    private final Map<String, String> words = new ConcurrentHashMap<>();
    private final Map<String, Thread> threads = new HashMap<>();
    private volatile boolean closed;

    Watch(LocalDeployment deployment, Witness witness, LongSupplier clock) {
        this.deployment = deployment;
        this.witness = witness;
        this.clock = clock;
    }

    /** To be called every now and then: takes in new nodes, lets go of removed ones, notices who keeps silent. */
    synchronized void tick() {
        deployment.dataNodes().forEach(node -> start(node.name(), () -> watch(node)));
        deployment.sentinels().forEach(sentinel -> start(sentinel.name(), () -> hear(sentinel)));
        long now = clock.getAsLong();
        askedAt.forEach((node, asked) -> {
            if (now - asked > SILENT_NANOS) {
                witness.silent(node, NodeLane.State.SILENT, asked);
            }
        });
    }

    private void start(String server, Runnable asking) {
        threads.computeIfAbsent(server, name -> {
            Thread thread = new Thread(asking, "drill-watch-" + name);
            thread.setDaemon(true);
            thread.start();
            return thread;
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
            NodeLane.State state =
                    refused ? NodeLane.State.DOWN : loading ? NodeLane.State.CATCHING_UP : NodeLane.State.SILENT;
            witness.silent(node.name(), state, asked);
        } finally {
            askedAt.remove(node.name());
        }
    }

    private void hear(LocalServer sentinel) {
        while (!closed) {
            words.put(sentinel.name(), word(sentinel));
            LockSupport.parkNanos(4 * PERIOD_NANOS);
        }
    }

    /** The port of the primary that a Sentinel names, if it also sees a replica that it could promote. */
    private static String word(LocalServer sentinel) {
        try {
            if (sentinel.command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "mymaster") instanceof List<?> address
                    && sentinel.command("SENTINEL", "REPLICAS", "mymaster") instanceof List<?> replicas
                    && replicas.stream().anyMatch(Watch::canBePromoted)) {
                return String.valueOf(address.get(1));
            }
            return "";
        } catch (LocalRedisException e) {
            return "";
        }
    }

    private static boolean canBePromoted(Object replica) {
        return replica instanceof List<?> fields
                && fields.contains("slave")
                && fields.indexOf("ok") == fields.indexOf("master-link-status") + 1;
    }

    /** Whether one primary leads all data nodes, and every Sentinel names it and sees a replica that it could promote. */
    boolean isWhole() {
        Map<String, Integer> ports =
                deployment.dataNodes().stream().collect(Collectors.toMap(LocalServer::name, LocalServer::port));
        if (!witness.isWhole(ports)) {
            return false;
        }
        String primary = String.valueOf(ports.get(String.valueOf(witness.primary())));
        return deployment.sentinels().stream().allMatch(s -> primary.equals(words.get(s.name())));
    }

    @Override
    public void close() {
        closed = true;
    }
}
