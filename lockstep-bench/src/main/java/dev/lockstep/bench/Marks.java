package dev.lockstep.bench;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/** When each mark was written. Thread-safe. */
final class Marks {

    /** How often there is one. */
    static final long EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final AtomicLongArray times = new AtomicLongArray(1_000_000);
    private final AtomicLong count = new AtomicLong();

    /** The next one is written now. */
    void written() {
        times.set((int) count.get() + 1, System.nanoTime());
        count.incrementAndGet();
    }

    /** How many there have been. */
    long count() {
        return count.get();
    }

    /** When one was written, the first being 1. */
    long time(long mark) {
        return times.get((int) mark);
    }
}
