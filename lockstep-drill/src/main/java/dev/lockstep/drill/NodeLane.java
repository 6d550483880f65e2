package dev.lockstep.drill;

import java.util.List;

/**
 * What one data node was during the drill.
 *
 * @param name such as {@code node-1}, or {@code shard 1 node-1} where there are several shards
 * @param spans without gaps, in the order of time
 */
public record NodeLane(String name, List<Span> spans) {

    /** What a data node says of itself, or that it does not. */
    public enum State {
        PRIMARY,
        /** It says that it is primary, and another one has taken over. */
        OUSTED,
        REPLICA,
        /** A replica without a link to its primary, or receiving a full copy. */
        CATCHING_UP,
        /** Its process lives and does not answer. */
        SILENT,
        DOWN
    }

    /** A state and how long it lasted, in nanoseconds since the first call. */
    public record Span(State state, long fromNanos, long toNanos) {}

    public NodeLane {
        spans = List.copyOf(spans);
    }
}
