package dev.lockstep.topology;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A Sentinel group as it was seen before a switchover. Immutable.
 *
 * @param name under which the sentinels know the primary
 * @param primary the verified primary
 * @param told what each data node that answered told, the primary included
 * @param silent why other data nodes and sentinels did not answer, by their addresses
 * @param sentinels those that answered
 */
record GroupSight(
        String name,
        NodeAddress primary,
        Map<NodeAddress, ReplicationInfo> told,
        Map<NodeAddress, String> silent,
        List<SentinelSight> sentinels) {

    GroupSight {
        told = Map.copyOf(told);
        silent = Map.copyOf(silent);
        sentinels = List.copyOf(sentinels);
    }

    /** Every replica that some sentinel lists, in its order. */
    Set<NodeAddress> replicas() {
        Set<NodeAddress> all = new LinkedHashSet<>();
        for (SentinelSight sentinel : sentinels) {
            sentinel.replicas().forEach(replica -> all.add(replica.address()));
        }
        all.remove(primary);
        return all;
    }

    /** What a replica says of its own priority; null if it does not answer. */
    @Nullable
    Integer priority(NodeAddress replica) {
        ReplicationInfo info = told.get(replica);
        return info == null ? null : info.priority();
    }

    /** Whether a sentinel might choose it. */
    boolean isPromotable(NodeAddress replica) {
        Integer own = priority(replica);
        return (own != null && own > 0)
                || sentinels.stream()
                        .flatMap(sentinel -> sentinel.replicas().stream())
                        .anyMatch(seen -> seen.address().equals(replica) && seen.priority() > 0);
    }

    /** Where servers reach a node. */
    NodeAddress announced(NodeAddress node) {
        for (SentinelSight sentinel : sentinels) {
            if (sentinel.primary().equals(node)) {
                return sentinel.announced();
            }
            for (SentinelSight.Replica replica : sentinel.replicas()) {
                if (replica.address().equals(node)) {
                    return replica.announced();
                }
            }
        }
        return node;
    }
}
