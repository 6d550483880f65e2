package dev.lockstep.sync;

import java.util.ArrayDeque;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How far the copy of one source shard is, as it goes on. Written by its thread; read by anybody. */
final class LaneProgress {

    private static final Logger LOG = LoggerFactory.getLogger(LaneProgress.class);
    private static final long SAMPLE_EVERY = 50_000_000;

    /** Where the source stood when. */
    private record Sample(long at, long end) {}

    private final String shard;
    private final LongSupplier clock;
    private final SyncListener listener;
    private final ArrayDeque<Sample> samples = new ArrayDeque<>();
    private SyncProgress.Lane now;
    private String hindrance = "";
    private long unitsBefore;
    private long latestUnits;
    private long setbacks;
    private boolean ended;
    private @Nullable RuntimeException failure;

    /** @param clock monotonic nanoseconds */
    LaneProgress(String shard, LongSupplier clock, SyncListener listener) {
        this.shard = shard;
        this.clock = clock;
        this.listener = listener;
        this.now = new SyncProgress.Lane(shard, SyncProgress.Phase.CONNECTING, 0, -1, 0, 0, 0, 0, 0, "");
    }

    void phase(LaneRecord.Phase phase) {
        SyncProgress.Phase told = switch (phase) {
            case COPY -> SyncProgress.Phase.FULL_COPY;
            case CATCH_UP, BEHIND -> SyncProgress.Phase.CATCH_UP;
            case LIVE -> SyncProgress.Phase.LIVE;
            case DIVERGED -> SyncProgress.Phase.CONNECTING;
        };
        boolean changed;
        synchronized (this) {
            changed = told != now.phase();
            now = now.in(told);
        }
        if (changed) {
            tell(() -> listener.phase(shard, told));
        }
    }

    private void tell(Runnable news) {
        try {
            news.run();
        } catch (RuntimeException e) {
            LOG.warn("A listener failed", e);
        }
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
        hindrance = applied > now.applied() ? "" : hindrance;
        unitsBefore += units < latestUnits ? latestUnits : 0; // the copy has begun another life
        latestUnits = units;
        now = now.applied(applied, end, unitsBefore + units, lagNanos / 1_000_000);
    }

    void setback(String why) {
        boolean changed;
        synchronized (this) {
            changed = !why.equals(hindrance);
            hindrance = why;
            setbacks++;
            now = now.troubled(why);
        }
        if (changed) {
            tell(() -> listener.hindered(shard, why));
        }
    }

    /** How often something has gone wrong so far. */
    synchronized long setbacks() {
        return setbacks;
    }

    synchronized long applied() {
        return now.applied() + now.snapshotBytes();
    }

    void ended(@Nullable RuntimeException why) {
        synchronized (this) {
            ended = true;
            failure = why;
        }
        if (why != null) {
            tell(() -> listener.ended(shard, why));
        }
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
