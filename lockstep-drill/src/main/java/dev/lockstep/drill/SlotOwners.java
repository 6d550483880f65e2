package dev.lockstep.drill;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalServer;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Who owns which slot, asked of the servers: of a cluster a reading of {@code CLUSTER SLOTS}. */
final class SlotOwners {

    private SlotOwners() {}

    /** The beginning of a drill: shards are numbered as their primaries are now. */
    static Placement number(LocalDeployment deployment, Witnesses witnesses) {
        if (witnesses.count() == 1) {
            return Placement.single();
        }
        List<LocalServer> primaries = deployment.primaries();
        for (int shard = 0; shard < primaries.size(); shard++) {
            LocalServer primary = primaries.get(shard);
            witnesses.belongs(primary.name(), primary.port(), shard);
        }
        int[] shards = ports(primaries.get(0));
        for (int slot = 0; slot < shards.length; slot++) {
            shards[slot] = witnesses.shardAt(shards[slot]);
        }
        return Placement.of(shards, witnesses.count());
    }

    /** Who holds a key now; null if nobody does. */
    static Function<Key, @Nullable LocalServer> holders(LocalDeployment deployment, int shards) {
        LocalServer primary = deployment.primary();
        if (shards == 1) {
            return key -> primary;
        }
        int[] ports = ports(primary);
        Map<Integer, LocalServer> byPort =
                deployment.dataNodes().stream().collect(Collectors.toMap(LocalServer::port, node -> node));
        return key -> byPort.get(ports[key.slot()]);
    }

    /** For each slot the port of its owner by the word of one node; 0 if it has none. */
    private static int[] ports(LocalServer node) {
        int[] ports = new int[Placement.SLOTS];
        if (node.command("CLUSTER", "SLOTS") instanceof List<?> ranges) {
            for (Object range : ranges) {
                if (range instanceof List<?> words && words.get(2) instanceof List<?> owner) {
                    for (int slot = number(words.get(0)); slot <= number(words.get(1)); slot++) {
                        ports[slot] = number(owner.get(1));
                    }
                }
            }
        }
        return ports;
    }

    private static int number(Object word) {
        return Integer.parseInt(String.valueOf(word));
    }
}
