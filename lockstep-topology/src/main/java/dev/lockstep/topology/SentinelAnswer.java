package dev.lockstep.topology;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What one poll of a sentinel told, in addresses that this process can reach.
 *
 * @param id the sentinel's own id; null if it is too old to tell
 * @param flags its opinion of the primary
 * @param replicas the replicas that it knows
 * @param barred those of them that it would never promote, as their priority is 0
 * @param others the other sentinels that it knows: their addresses by their ids
 */
record SentinelAnswer(
        @Nullable String id,
        PrimaryWord word,
        String flags,
        List<NodeAddress> replicas,
        Set<NodeAddress> barred,
        Map<String, NodeAddress> others) {

    /** The raw replies of one poll. */
    record Replies(
            String id,
            Map<String, String> master,
            List<String> address,
            List<Map<String, String>> replicas,
            List<Map<String, String>> sentinels) {

        SentinelAnswer read(UnaryOperator<NodeAddress> translation) {
            NodeAddress primary = address.size() == 2 ? address(address.get(0), address.get(1)) : null;
            if (primary == null) {
                throw new IllegalArgumentException(
                        "SENTINEL GET-MASTER-ADDR-BY-NAME answered " + address + "; expected a host and a port");
            }
            List<NodeAddress> copies = new ArrayList<>();
            Set<NodeAddress> barred = new HashSet<>();
            for (Map<String, String> replica : replicas) {
                NodeAddress at = address(replica.get("ip"), replica.get("port"));
                if (at != null) {
                    copies.add(translation.apply(at));
                    if ("0".equals(replica.get("slave-priority"))) {
                        barred.add(translation.apply(at));
                    }
                }
            }
            Map<String, NodeAddress> others = new HashMap<>();
            for (Map<String, String> sentinel : sentinels) {
                NodeAddress at = address(sentinel.get("ip"), sentinel.get("port"));
                if (at != null) {
                    String id = sentinel.getOrDefault("runid", "");
                    others.put(id.isEmpty() ? translation.apply(at).toString() : id, translation.apply(at));
                }
            }
            return new SentinelAnswer(
                    id.isEmpty() ? null : id,
                    new PrimaryWord(translation.apply(primary), epoch(master.get("config-epoch"))),
                    master.getOrDefault("flags", ""),
                    copies,
                    barred,
                    others);
        }

        private static long epoch(@Nullable String text) {
            try {
                return Long.parseLong(String.valueOf(text));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(
                        "SENTINEL MASTER says config-epoch " + text + "; expected a number", e);
            }
        }

        /** Null for an entry that nobody can connect to. */
        private static @Nullable NodeAddress address(@Nullable String host, @Nullable String port) {
            try {
                return host == null ? null : new NodeAddress(host, Integer.parseInt(String.valueOf(port)));
            } catch (IllegalArgumentException e) {
                return null;
            }
        }
    }
}
