package dev.lockstep.local;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** A moment after which waiting for a condition has failed. */
final class Deadline {
    private static final long POLL_MILLIS = 5;

    private final Duration within;
    private final long endNanos;

    private Deadline(Duration within) {
        this.within = within;
        this.endNanos = System.nanoTime() + within.toNanos();
    }

    static Deadline in(Duration within) {
        return new Deadline(within);
    }

    boolean isOver() {
        return System.nanoTime() - endNanos >= 0;
    }

    Duration within() {
        return within;
    }

    /** Polls until the condition holds; false when the time is over first. */
    boolean await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            if (isOver()) {
                return false;
            }
            try {
                Thread.sleep(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new LocalRedisException("Interrupted while waiting for a server", e);
            }
        }
        return true;
    }
}
