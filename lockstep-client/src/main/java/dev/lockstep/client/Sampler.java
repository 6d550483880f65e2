package dev.lockstep.client;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Keeps the primary's position known while reads of bounded staleness come, so that replicas can answer them without asking
 * the primary first. Thread-safe; idle when nobody wants it.
 */
final class Sampler {

    private static final long SHORTEST = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LONGEST = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long KEPT_UP = TimeUnit.SECONDS.toNanos(2);

    private final ShardRoute shard;
    private final AtomicBoolean running = new AtomicBoolean();
    private volatile long interval = LONGEST;
    private volatile long until = System.nanoTime();

    Sampler(ShardRoute shard) {
        this.shard = shard;
    }

    /** A read came that may be {@code bound} old: ask a few times in that span, for a while. */
    void wanted(long boundNanos) {
        interval = Math.max(SHORTEST, Math.min(running.get() ? interval : LONGEST, boundNanos / 4));
        until = System.nanoTime() + KEPT_UP;
        if (running.compareAndSet(false, true)) {
            tick();
        }
    }

    private void tick() {
        if (System.nanoTime() - until > 0) {
            running.set(false);
            return;
        }
        shard.primary().sample();
        shard.laterMicros(TimeUnit.NANOSECONDS.toMicros(interval), this::tick);
    }
}
