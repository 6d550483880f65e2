package dev.lockstep.sync;

import dev.lockstep.topology.Deployment;
import dev.lockstep.topology.Node;
import dev.lockstep.topology.NodeAddress;
import dev.lockstep.topology.Shard;
import dev.lockstep.topology.Topology;
import dev.lockstep.topology.TopologyWatcher;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The deployment that is written to: who owns which of its slots now. Thread-safe; its watcher is its owner's to close. */
final class Target {

    private final TopologyWatcher watcher;
    private final boolean sharded;

    Target(Deployment deployment, TopologyWatcher watcher) {
        this.watcher = watcher;
        this.sharded = deployment.mode() == Deployment.Mode.CLUSTER;
    }

    /** Whether keys belong to slots. If not, all of it is slot 0, and there may be several databases. */
    boolean isSharded() {
        return sharded;
    }

    /** The slot of a key. */
    int slot(byte[] data, int from, int length) {
        return sharded ? Slots.of(data, from, length) : 0;
    }

    /** The primary of each shard, and which slots are its own, as they are now. */
    Map<NodeAddress, Shard> primaries() throws Setback {
        Map<NodeAddress, Shard> primaries = new LinkedHashMap<>();
        for (Shard shard : watcher.current().shards()) {
            if (shard.primary() == null || !shard.primary().reachable()) {
                throw new Setback(
                        "shard " + shard.name() + " of the target has no primary that answers: " + seen(shard));
            }
            if (!sharded || !shard.slots().isEmpty()) {
                primaries.put(shard.primary().address(), shard);
            }
        }
        return primaries;
    }

    /** What is known of the nodes of a shard, for people. */
    static String seen(Shard shard) {
        String nodes = Stream.concat(Stream.ofNullable(shard.primary()), shard.replicas().stream())
                .map(Node::toString)
                .collect(Collectors.joining("; "));
        return nodes.isEmpty() ? "no node of it is known" : nodes;
    }

    /** For each slot the primary that owns it; one for a target that is not sharded. */
    List<NodeAddress> owners() throws Setback {
        Map<NodeAddress, Shard> primaries = primaries();
        if (!sharded) {
            return List.copyOf(primaries.keySet());
        }
        Topology now = watcher.current();
        List<NodeAddress> owners = new ArrayList<>(Slots.COUNT);
        for (int slot = 0; slot < Slots.COUNT; slot++) {
            Shard shard = now.shardOf(slot);
            if (shard == null || shard.primary() == null) {
                throw new Setback("nobody owns slot " + slot + " of the target");
            }
            owners.add(shard.primary().address());
        }
        return owners;
    }

    /** Whether somebody is known as a primary, and answers as far as known. */
    boolean isPrimary(NodeAddress node) {
        return watcher.current().shards().stream()
                .anyMatch(shard ->
                        shard.primary() != null && shard.primary().address().equals(node));
    }

    /** How many replicas of a primary can be expected to acknowledge what it has. */
    int replicas(NodeAddress primary) {
        for (Shard shard : watcher.current().shards()) {
            if (shard.primary() != null && shard.primary().address().equals(primary)) {
                return (int) shard.replicas().stream()
                        .filter(node -> node.reachable() && node.promotable())
                        .filter(node -> node.info() != null && node.info().linkUp())
                        .count();
            }
        }
        return 0;
    }

    /** Somebody has good reason to doubt what is known of a node. */
    void suspect(NodeAddress node, String why) {
        watcher.suspect(node, why);
    }
}
