package dev.lockstep.sync;

import java.util.ArrayDeque;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** How far the copy of one source shard is, as it goes on. Written by its thread; read by anybody. */
final class LaneProgress {

    private static final long SAMPLE_EVERY = 50_000_000;

    /** Where the source stood when. */
    private record Sample(long at, long end) {}

    private final String shard;
    private final LongSupplier clock;
    private final ArrayDeque<Sample> samples = new ArrayDeque<>();
    private SyncProgress.Lane now;
    private boolean ended;
    private @Nullable RuntimeException failure;

    /** @param clock monotonic nanoseconds */
    LaneProgress(String shard, LongSupplier clock) {
        this.shard = shard;
        this.clock = clock;
        this.now = new SyncProgress.Lane(shard, SyncProgress.Phase.CONNECTING, 0, -1, 0, 0, 0, 0, 0, "");
    }

    synchronized void phase(LaneRecord.Phase phase) {
        now = now.in(
                switch (phase) {
                    case COPY -> SyncProgress.Phase.FULL_COPY;
                    case CATCH_UP, BEHIND -> SyncProgress.Phase.CATCH_UP;
                    case LIVE -> SyncProgress.Phase.LIVE;
                    case DIVERGED -> SyncProgress.Phase.CONNECTING;
                });
    }

    synchronized void snapshot(long done, long total, long keys) {
        now = now.copied(done, total, keys);
    }

    synchronized void stream(long applied, long end, long units) {
        long time = clock.getAsLong();
        if (samples.isEmpty()
                || (time - samples.peekLast().at() >= SAMPLE_EVERY
                        && end > samples.peekLast().end())) {
            samples.add(new Sample(time, end));
        }
        while (!samples.isEmpty() && samples.peek().end() <= applied) {
            samples.remove();
        }
        long lagNanos =
                applied >= end || samples.isEmpty() ? 0 : time - samples.peek().at();
        now = now.applied(applied, end, units, lagNanos / 1_000_000);
    }

    synchronized void setback(String why) {
        now = now.troubled(why);
    }

    synchronized long applied() {
        return now.applied() + now.snapshotBytes();
    }

    synchronized void ended(@Nullable RuntimeException why) {
        ended = true;
        failure = why;
    }

    synchronized boolean hasEnded() {
        return ended;
    }

    synchronized @Nullable RuntimeException failure() {
        return failure;
    }

    synchronized SyncProgress.Lane now() {
        return now;
    }

    @Override
    public String toString() {
        return shard;
    }
}
