package dev.lockstep.sync.verify;

import java.util.function.LongSupplier;

/** How many keys per second may be read at the most: whoever wants more waits. Thread-safe. */
final class RateLimit {

    private static final long SECOND = 1_000_000_000;
    private static final long MILLI = 1_000_000;

    private final long perSecond;
    private final LongSupplier clock;
    private long freeAt;
    private boolean begun;

    /** @param perSecond 0 for no limit */
    RateLimit(long perSecond, LongSupplier clock) {
        this.perSecond = perSecond;
        this.clock = clock;
    }

    /** Takes so many; returns when it is their turn. */
    void take(int keys) throws InterruptedException {
        long wait = reserve(keys);
        if (wait > 0) {
            Thread.sleep(wait / MILLI, (int) (wait % MILLI));
        }
    }

    /** Takes so many, and says in how many nanoseconds it is their turn. */
    synchronized long reserve(int keys) {
        if (perSecond == 0) {
            return 0;
        }
        long now = clock.getAsLong();
        if (!begun || freeAt < now) {
            begun = true;
            freeAt = now;
        }
        long wait = freeAt - now;
        freeAt += keys * SECOND / perSecond;
        return wait;
    }
}
