package dev.lockstep.client;

import org.jspecify.annotations.Nullable;

/**
 * The wish of a read that its value be kept, and what came of it.
 *
 * <p>Handed from thread to thread with its call.
 */
final class Fill {

    /** By whom, and for how long. */
    final TrackedReads<?, ?> reader;

    private @Nullable Warrant warrant;

    Fill(TrackedReads<?, ?> reader) {
        this.reader = reader;
    }

    /** The value may be returned again on these conditions. Before the caller sees it for the first time. */
    void grant(Warrant granted) {
        warrant = granted;
    }

    /** Null if the value came on a way on which nothing tells of its changes. */
    @Nullable
    Warrant warrant() {
        return warrant;
    }
}
