package dev.lockstep.drill;

import dev.lockstep.topology.ReplicationInfo;
import dev.lockstep.topology.Role;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/**
 * A {@link Witness} for each shard of a deployment, and which data node belongs to which: a node never changes its shard,
 * and a new one belongs where the node does that it follows. Thread-safe.
 */
final class Witnesses {
    private final List<Witness> shards;
    private final Map<String, Integer> shardOf = new ConcurrentHashMap<>();
    private final Map<Integer, String> nodeAt = new ConcurrentHashMap<>();
    private final Map<String, String> nodeOfId = new ConcurrentHashMap<>();

    Witnesses(int shards) {
        this.shards = IntStream.range(0, shards).mapToObj(Witness::new).toList();
    }

    int count() {
        return shards.size();
    }

    Witness shard(int number) {
        return shards.get(number);
    }

    List<Witness> all() {
        return shards;
    }

    /** The node belongs to this shard. */
    void belongs(String node, int port, int shard) {
        shardOf.put(node, shard);
        nodeAt.put(port, node);
    }

    /** By which id a cluster knows the node. */
    void identified(String node, String id) {
        nodeOfId.put(id, node);
    }

    /**
     * The number of the shard that a client names as {@link dev.lockstep.topology.Shard#name} does: in a cluster after the
     * beginning of the id of one of its nodes; -1 if no node is called that.
     */
    int shardNamed(String name) {
        return count() == 1
                ? 0
                : nodeOfId.entrySet().stream()
                        .filter(node -> node.getKey().startsWith(name))
                        .mapToInt(node -> shardOf(node.getValue()))
                        .findFirst()
                        .orElse(-1);
    }

    /** The number of the node's shard; -1 while nobody knows. */
    int shardOf(String node) {
        return shardOf.getOrDefault(node, -1);
    }

    /** The number of the shard of the node at this port; -1 while nobody knows. */
    int shardAt(int port) {
        String node = nodeAt.get(port);
        return node == null ? -1 : shardOf(node);
    }

    /** The node answered; where it belongs is taken from whom it follows, if it is new. */
    void answered(String node, int port, ReplicationInfo info, long asked, long answered) {
        if (!shardOf.containsKey(node)) {
            int shard = count() == 1 ? 0 : shardFollowed(info);
            if (shard < 0) {
                return; // a node of a cluster that joins is a primary of nothing first
            }
            belongs(node, port, shard);
        }
        shard(shardOf(node)).answered(node, info, asked, answered);
    }

    private int shardFollowed(ReplicationInfo info) {
        if (info.role() != Role.REPLICA || info.primary() == null) {
            return -1;
        }
        String followed = nodeAt.get(info.primary().port());
        return followed == null ? -1 : shardOf(followed);
    }

    /** The node did not answer, and why. */
    void silent(String node, NodeLane.State state, long at) {
        int shard = count() == 1 ? 0 : shardOf(node);
        if (shard >= 0) {
            shard(shard).silent(node, state, at);
        }
    }

    /** Whether the node at this port is, or was last, the primary of its shard. */
    boolean isPrimary(int port) {
        String node = nodeAt.get(port);
        return node != null && node.equals(shard(shardOf(node)).primary());
    }

    /** The present or last primary of each shard, or {@code none} where it is not up. */
    List<String> primaries() {
        return shards.stream()
                .map(witness -> witness.isPrimaryUp() ? String.valueOf(witness.primary()) : "none")
                .toList();
    }

    /** Every one of these nodes belongs to a shard, and each shard is whole. */
    boolean isWhole(Map<String, Integer> nodePorts) {
        return nodePorts.keySet().stream().allMatch(node -> count() == 1 || shardOf(node) >= 0)
                && IntStream.range(0, count()).allMatch(shard -> isWhole(shard, nodePorts));
    }

    /** Of these nodes those of one shard are whole. */
    boolean isWhole(int shard, Map<String, Integer> nodePorts) {
        Map<String, Integer> own = new LinkedHashMap<>(nodePorts);
        own.keySet().removeIf(node -> count() > 1 && shardOf(node) != shard);
        return shard(shard).isWhole(own);
    }

    /**
     * The nodes that follow a node of another shard than their own, while the own one has a primary. One that comes back
     * after its slots went to several shards follows whoever claimed the last of them.
     */
    List<String> strays() {
        return shardOf.entrySet().stream()
                .filter(node -> shard(node.getValue()).isPrimaryUp())
                .filter(node -> {
                    int followed = shardAt(shard(node.getValue()).followedBy(node.getKey()));
                    return followed >= 0 && followed != node.getValue();
                })
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    /** The id by which a cluster knows the primary of this shard; empty while nobody has asked. */
    Optional<String> primaryId(int shard) {
        String primary = shard(shard).primary();
        return nodeOfId.entrySet().stream()
                .filter(node -> node.getValue().equals(primary))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    List<PrimaryChange> changes() {
        return shards.stream()
                .flatMap(witness -> witness.changes().stream())
                .sorted((a, b) -> Long.compare(a.after(), b.after()))
                .toList();
    }

    /** Every node's lane until a time, shard by shard; of several shards each name says which. */
    List<NodeLane> lanes(long until) {
        List<NodeLane> all = new ArrayList<>();
        for (int shard = 0; shard < count(); shard++) {
            String of = count() == 1 ? "" : "shard " + (shard + 1) + " ";
            shard(shard).lanes(until).forEach(lane -> all.add(new NodeLane(of + lane.name(), lane.spans())));
        }
        return all;
    }

    /** How a node is named where it stands alone: with its shard, if there are several. */
    String label(String node) {
        int shard = shardOf(node);
        return count() == 1 || shard < 0 ? node : node + " of shard " + (shard + 1);
    }
}
