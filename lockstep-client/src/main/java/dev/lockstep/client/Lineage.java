package dev.lockstep.client;

import dev.lockstep.topology.HistoryGraph;
import dev.lockstep.topology.Position;

/**
 * The history that the shard's primary stands in, with all the histories that it descends from. Immutable but for what
 * the graph learns; a new primary or history is a new lineage.
 */
record Lineage(String history, HistoryGraph graph) {

    /** What became of {@code seen} in this lineage. */
    HistoryGraph.Fate fate(Position seen) {
        return graph.fate(seen, history);
    }

    /** Whether {@code copy} stands in this lineage and is at or past {@code required}. */
    boolean reaches(Position copy, Position required) {
        if (copy.history().equals(required.history()) && copy.history().equals(history)) {
            return copy.offset() >= required.offset();
        }
        // Along one lineage offsets count on across promotions, so positions in different histories of it compare.
        return survives(copy) && survives(required) && copy.offset() >= required.offset();
    }

    boolean survives(Position seen) {
        return fate(seen) == HistoryGraph.Fate.SURVIVED;
    }
}
