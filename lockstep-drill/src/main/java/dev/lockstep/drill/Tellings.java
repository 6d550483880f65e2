package dev.lockstep.drill;

import java.util.List;
import java.util.Map;

/**
 * What a client told besides the answers to its calls.
 *
 * @param sessions when which session was told that what it had seen is gone
 * @param lost how many acknowledged writes to each key, by its name, were told to be lost
 */
record Tellings(List<Told> sessions, Map<String, Long> lost) {
    static final Tellings NONE = new Tellings(List.of(), Map.of());

    Tellings {
        sessions = List.copyOf(sessions);
        lost = Map.copyOf(lost);
    }
}
