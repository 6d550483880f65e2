package dev.lockstep.sync;

import java.util.function.LongSupplier;

/** How many of something may be had per second at the most: whoever wants more waits. Thread-safe. */
public final class RateLimit {

    private static final long SECOND = 1_000_000_000;
    private static final long MILLI = 1_000_000;
    /** Nobody is put to sleep for less: he would sleep too long. What is not waited for now is waited for later. */
    private static final long SHORTEST = 5 * MILLI;

    private final long perSecond;
    private final LongSupplier clock;
    private long freeAt;
    private boolean begun;

    /**
     * @param perSecond 0 for no limit
     * @param clock monotonic nanoseconds
     */
    public RateLimit(long perSecond, LongSupplier clock) {
        this.perSecond = perSecond;
        this.clock = clock;
    }

    /** Takes so many; returns when it is about their turn. */
    public void take(long many) throws InterruptedException {
        long wait = reserve(many);
        if (wait >= SHORTEST) {
            Thread.sleep(wait / MILLI, (int) (wait % MILLI));
        }
    }

    /** Takes so many, and says in how many nanoseconds it is their turn. */
    public synchronized long reserve(long many) {
        if (perSecond == 0) {
            return 0;
        }
        long now = clock.getAsLong();
        if (!begun || freeAt < now) {
            begun = true;
            freeAt = now;
        }
        long wait = freeAt - now;
        freeAt += many * SECOND / perSecond;
        return wait;
    }
}
