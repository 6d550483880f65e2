package dev.lockstep.topology;

import java.util.Map;
import java.util.TreeMap;

/** Which replica-priorities must differ for a sentinel to prefer one replica: as few as possible. A pure function. */
final class PriorityPlan {

    private PriorityPlan() {}

    /**
     * The priorities to set so that the target has the lowest one, which is the one that is preferred. Nobody's becomes 0, so
     * that a failover finds all its candidates even if nobody puts the old values back.
     *
     * @param present the priorities of the replicas, the target's included; 0: never to be promoted
     */
    static Map<NodeAddress, Integer> changes(Map<NodeAddress, Integer> present, NodeAddress target) {
        Map<NodeAddress, Integer> changes = new TreeMap<>();
        int own = present.getOrDefault(target, 1);
        int lowest = present.entrySet().stream()
                .filter(entry -> !entry.getKey().equals(target))
                .mapToInt(Map.Entry::getValue)
                .filter(priority -> priority > 0)
                .min()
                .orElse(Integer.MAX_VALUE);
        if (own < lowest) {
            return changes;
        }
        if (lowest > 1) {
            changes.put(target, lowest - 1);
            return changes;
        }
        if (own > 1) {
            changes.put(target, 1);
        }
        present.forEach((replica, priority) -> {
            if (!replica.equals(target) && priority == 1) {
                changes.put(replica, 2);
            }
        });
        return changes;
    }
}
