package dev.lockstep.drill;

import java.util.List;
import java.util.Map;

/**
 * What a client told besides the answers to its calls.
 *
 * @param sessions when which session was told that what it had seen is gone
 * @param lost how many acknowledged writes to each key, by its name, were told to be lost
 * @param emptied when which shard was told to have lost, perhaps, even what all its replicas had held
 */
record Tellings(List<Told> sessions, Map<String, Long> lost, List<Emptied> emptied) {
    static final Tellings NONE = new Tellings(List.of(), Map.of(), List.of());

    /** One such telling. */
    record Emptied(long at, int shard) {}

    Tellings {
        sessions = List.copyOf(sessions);
        lost = Map.copyOf(lost);
        emptied = List.copyOf(emptied);
    }
}
