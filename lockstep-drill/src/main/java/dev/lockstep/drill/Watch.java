package dev.lockstep.drill;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedisException;
import dev.lockstep.local.LocalServer;
import dev.lockstep.topology.ReplicationInfo;
import java.net.ConnectException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Asks every data node of a deployment about 20 times a second what it is, and reports to {@link Witnesses}; and,
 * a little less often, every Sentinel whom it follows, or every node of a cluster what it says of the others. A thread per server, so that a frozen one holds up nobody; past the links, so that their faults do not blind it.
 */
final class Watch implements AutoCloseable {
    private static final long PERIOD_NANOS = 50_000_000;
    private static final long SILENT_NANOS = 400_000_000;

    /** Within this time every node was asked, or is known to be silent. */
    static final long SURELY_ASKED_NANOS = SILENT_NANOS + 2 * PERIOD_NANOS;

    private final LocalDeployment deployment;
    private final Witnesses witnesses;
    private final LongSupplier clock;
    private final Map<String, Long> askedAt = new ConcurrentHashMap<>();
    private final Map<String, String> words = new ConcurrentHashMap<>();
    private final Map<String, Gossip> gossip = new ConcurrentHashMap<>();
    private final Map<String, Thread> threads = new HashMap<>();
    private volatile boolean closed;

    Watch(LocalDeployment deployment, Witnesses witnesses, LongSupplier clock) {
        this.deployment = deployment;
        this.witnesses = witnesses;
        this.clock = clock;
    }

    /** To be called every now and then: takes in new nodes, lets go of removed ones, notices who keeps silent. */
    synchronized void tick() {
        deployment.dataNodes().forEach(node -> start(node.name(), () -> watch(node)));
        if (witnesses.count() > 1) {
            deployment.dataNodes().forEach(node -> start(node.name() + "-gossip", () -> listen(node)));
        }
        deployment.sentinels().forEach(sentinel -> start(sentinel.name(), () -> hear(sentinel)));
        long now = clock.getAsLong();
        askedAt.forEach((node, asked) -> {
            if (now - asked > SILENT_NANOS) {
                witnesses.silent(node, NodeLane.State.SILENT, asked);
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
                witnesses.silent(node.name(), NodeLane.State.DOWN, clock.getAsLong());
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
                witnesses.answered(node.name(), node.port(), ReplicationInfo.parse(text), asked, clock.getAsLong());
            }
        } catch (LocalRedisException e) {
            boolean refused = e.getCause() instanceof ConnectException;
            boolean loading = String.valueOf(e.getMessage()).contains("LOADING");
            NodeLane.State state =
                    refused ? NodeLane.State.DOWN : loading ? NodeLane.State.CATCHING_UP : NodeLane.State.SILENT;
            witnesses.silent(node.name(), state, asked);
        } finally {
            askedAt.remove(node.name());
        }
    }

    private void listen(LocalServer node) {
        boolean identified = false;
        while (!closed && deployment.dataNodes().contains(node)) {
            identified = identified || identify(node);
            gossip.put(node.name(), gossip(node));
            LockSupport.parkNanos(4 * PERIOD_NANOS);
        }
    }

    private boolean identify(LocalServer node) {
        try {
            witnesses.identified(node.name(), String.valueOf(node.command("CLUSTER", "MYID")));
            return true;
        } catch (LocalRedisException e) {
            return false;
        }
    }

    private static Gossip gossip(LocalServer node) {
        try {
            boolean serves = String.valueOf(node.command("CLUSTER", "INFO")).contains("cluster_state:ok");
            Gossip told = Gossip.parse(String.valueOf(node.command("CLUSTER", "NODES")));
            return serves ? told : told.refusing();
        } catch (LocalRedisException e) {
            return Gossip.NONE;
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

    /**
     * Whether one primary leads all data nodes of each shard, and those who watch agree: every Sentinel names it and sees a
     * replica that it could promote; every node of a cluster serves, reaches all others, and names the same owners of slots.
     */
    boolean isWhole() {
        Map<String, Integer> ports = ports();
        if (!witnesses.isWhole(ports)) {
            return false;
        }
        return dissenters(ports).isEmpty();
    }

    /** Those who watch and do not see the deployment as the data nodes themselves describe it. */
    private List<String> dissenters(Map<String, Integer> ports) {
        Set<Integer> primaries = witnesses.primaries().stream()
                .map(ports::get)
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
        if (witnesses.count() > 1) {
            return ports.keySet().stream()
                    .filter(node -> !gossip.getOrDefault(node, Gossip.NONE).agrees(ports.size(), primaries))
                    .sorted()
                    .toList();
        }
        return deployment.sentinels().stream()
                .map(LocalServer::name)
                .filter(name ->
                        !primaries.stream().map(String::valueOf).toList().equals(List.of(word(name))))
                .toList();
    }

    /** A node that watches, and what it says if it is one of a cluster. */
    private String told(String node) {
        Gossip said = gossip.get(node);
        return said == null
                ? node
                : node + " (" + said.nodes() + " nodes, owners of slots at " + said.owners() + ", " + said.trouble()
                        + ")";
    }

    private String word(String sentinel) {
        return words.getOrDefault(sentinel, "");
    }

    /** Why the deployment is not whole, in a few words. */
    String trouble() {
        Map<String, Integer> ports = ports();
        if (witnesses.isWhole(ports)) {
            return "not recovered as seen by "
                    + dissenters(ports).stream().map(this::told).collect(Collectors.joining("; "));
        }
        List<String> replicas = witnesses.all().stream()
                .flatMap(shard -> shard.nodes(NodeLane.State.REPLICA).stream())
                .toList();
        List<String> strays = witnesses.strays();
        return "the primaries are " + String.join(", ", witnesses.primaries()) + ", in step with them "
                + String.join(", ", replicas)
                + (strays.isEmpty() ? "" : ", and of another shard " + String.join(", ", strays));
    }

    /** Whether one primary leads all data nodes of this shard, by their own word. */
    boolean isWhole(int shard) {
        return witnesses.isWhole(shard, ports());
    }

    private Map<String, Integer> ports() {
        return deployment.dataNodes().stream().collect(Collectors.toMap(LocalServer::name, LocalServer::port));
    }

    @Override
    public void close() {
        closed = true;
    }
}
