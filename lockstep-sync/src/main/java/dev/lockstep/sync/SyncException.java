package dev.lockstep.sync;

import org.jspecify.annotations.Nullable;

/** A copy or a comparison that cannot go on: what was seen, what was expected, what to do next. */
public final class SyncException extends RuntimeException {

    public SyncException(String message) {
        super(message);
    }

    public SyncException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
