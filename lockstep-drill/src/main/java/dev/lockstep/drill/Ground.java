package dev.lockstep.drill;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalServer;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * What faults are done to: the servers, what is seen of them, and where the keys of the workload are.
 *
 * @param keySlots the slots in which the workload has keys
 * @param clock nanoseconds since the first call
 */
record Ground(
        LocalDeployment deployment,
        Witnesses witnesses,
        Placement placement,
        Set<Integer> keySlots,
        LongSupplier clock) {

    /** The present or last primary of a shard. */
    LocalServer primary(int shard) {
        return deployment.server(String.valueOf(witnesses.shard(shard).primary()));
    }

    List<LocalServer> named(List<String> names) {
        return deployment.dataNodes().stream()
                .filter(node -> names.contains(node.name()))
                .toList();
    }
}
