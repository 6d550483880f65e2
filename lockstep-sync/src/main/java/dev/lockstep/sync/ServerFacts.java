package dev.lockstep.sync;

import dev.lockstep.topology.NodeAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What one server tells of itself when it is asked, without being changed. Immutable.
 *
 * @param info the lines of INFO
 * @param config what was asked of its settings; lacks what it does not tell
 * @param modules their names
 * @param format in which it writes values; null if it does not tell
 * @param libraries how many libraries of functions it has
 * @param aheadMillis by how much its clock is ahead of this machine's, give or take the time that the question took
 * @param rights what its user may do
 */
record ServerFacts(
        NodeAddress address,
        Map<String, String> info,
        Map<String, String> config,
        List<String> modules,
        @Nullable RdbFormat format,
        int libraries,
        long aheadMillis,
        Rights rights) {

    /**
     * What a user may do of what a copy needs.
     *
     * @param user null if the server does not tell
     * @param lacking the commands that it may not call
     * @param unknown those of which that could not be found out without calling them
     */
    record Rights(@Nullable String user, List<String> lacking, List<String> unknown) {
        static final Rights NOT_ASKED = new Rights(null, List.of(), List.of());
    }

    String text(String field) {
        return info.getOrDefault(field, "");
    }

    /** A number of INFO; 0 if it is missing. */
    long number(String field) {
        return number(info, field, 0);
    }

    /** A number among the settings. */
    long setting(String name, long otherwise) {
        return number(config, name, otherwise);
    }

    private static long number(Map<String, String> from, String name, long otherwise) {
        try {
            return Long.parseLong(from.getOrDefault(name, ""));
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    /** How many keys each database has. */
    Map<Integer, Long> keys() {
        Map<Integer, Long> keys = new TreeMap<>();
        info.forEach((field, value) -> {
            if (field.matches("db\\d+") && value.startsWith("keys=")) {
                keys.put(Integer.parseInt(field.substring(2)), Long.parseLong(value.substring(5, value.indexOf(','))));
            }
        });
        return keys;
    }

    /** Such as {@code redis 7.0.15}. */
    String version() {
        return info.containsKey("valkey_version")
                ? "valkey " + text("valkey_version")
                : "redis " + text("redis_version");
    }
}
