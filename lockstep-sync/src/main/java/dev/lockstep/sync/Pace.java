package dev.lockstep.sync;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the copy of one source shard is in step, and what is to be done before it is again. Confined to one thread.
 *
 * <pre>
 * CATCH_UP → BEHIND   all that had arrived has been applied, and true times of expiry are put in place
 * BEHIND   → LIVE     that is done, and no key is in doubt
 * LIVE     → BEHIND   it is behind, or may be, and there is something to be applied
 * </pre>
 */
final class Pace implements StreamCopy.Ahead {
    /* A start cannot know how long nothing has been applied, nor what has expired meanwhile; so it is behind until it has seen
     * that nothing is missing. What has arrived does not tell, since more may be on its way: the source's primary is asked
     * where it stands, and that place has to be reached. */

    private static final Logger LOG = LoggerFactory.getLogger(Pace.class);
    private static final long AGAIN = TimeUnit.MILLISECONDS.toNanos(500);

    /** What is done page by page, since what is renewed meanwhile must not wait for the end of it. */
    private interface Pages {
        /** False if that was the last one. */
        boolean page() throws Setback, InterruptedException;
    }

    /** In which phase the target remembers the source shard to be. */
    interface Memory {
        LaneRecord.Phase phase();

        /** Once what was written before is on the replicas; it is too, then. */
        void become(LaneRecord.Phase phase) throws Setback, InterruptedException;
    }

    private final Memory memory;
    private final Planner planner;
    private final Doubts doubts;
    private final Supplier<Sweep> sweeps;
    private final Outlets outlets;
    private final CopyTask task;
    private final SourceReader source;
    /** Where the source stood when it was last asked, by which time it was behind. */
    private long goal = Long.MAX_VALUE;

    private long askedAt;
    private @Nullable LateKeys late;
    private @Nullable Pages pages;
    private boolean timesTrue;
    /** Whether keys may have grace of which this does not know. */
    private boolean othersHaveGrace;

    /** How the target is reached. */
    record Way(Outlets outlets, Supplier<Sweep> sweeps, CopyTask task) {}

    Pace(Memory memory, Planner planner, Doubts doubts, SourceReader source, Way way) {
        this.source = source;
        this.memory = memory;
        this.planner = planner;
        this.doubts = doubts;
        this.sweeps = way.sweeps();
        this.outlets = way.outlets();
        this.task = way.task();
        if (memory.phase() == LaneRecord.Phase.CATCH_UP) {
            planner.graceful(true); // as everything has been since the full copy
        } else {
            fallBehind(memory.phase() == LaneRecord.Phase.LIVE);
        }
    }

    private void fallBehind(boolean nothingHasGrace) {
        planner.graceful(true);
        late = new LateKeys(outlets, doubts, task, nothingHasGrace);
        timesTrue = false;
        pages = null;
        goal = Long.MAX_VALUE;
        askedAt = task.now() - AGAIN;
    }

    @Override
    public void read(List<Unit> units) throws Setback, InterruptedException {
        LateKeys looked = late;
        if (looked == null || units.stream().allMatch(Unit::isEmpty)) {
            return;
        }
        if (memory.phase() == LaneRecord.Phase.LIVE) {
            memory.become(LaneRecord.Phase.BEHIND); // before anything has grace
        }
        looked.look(units, planner.isGraceful());
    }

    /**
     * Goes on.
     *
     * @param inStep whether what arrives is applied at once
     * @param behind whether much of it has not
     */
    void turn(StreamCopy copy, boolean inStep, boolean behind) throws Setback, InterruptedException {
        if (behind && (pages != null || timesTrue || isLive())) {
            copy.drain(); // what was planned with true times
            fallBehind(isLive());
        }
        if (inStep && !timesTrue && pages == null && !isLive() && hasReachedTheSource(copy)) {
            planner.graceful(false); // what is written from now on has its true time
            pages = pages();
        }
        if (pages != null) {
            copy.drain();
            if (!pages.page()) {
                pages = null;
                timesTrue = true;
                othersHaveGrace = false;
            }
        }
    }

    /** Keys have come whose times have grace: true ones are put in place again. */
    void again() {
        othersHaveGrace = true;
        timesTrue = false;
        pages = null;
    }

    private boolean hasReachedTheSource(StreamCopy copy) throws InterruptedException {
        if (late == null || copy.taken() >= goal) {
            return true;
        }
        if (task.now() - askedAt >= AGAIN) {
            askedAt = task.now();
            try {
                goal = source.position();
            } catch (Setback | SyncException e) {
                LOG.info("Where the source stands cannot be asked: {}; once more soon", e.getMessage());
            }
        }
        return copy.taken() >= goal;
    }

    private Pages pages() throws Setback, InterruptedException {
        Collection<DatabaseKey> graced = late == null || othersHaveGrace ? null : late.graced();
        if (graced == null) {
            if (memory.phase() != LaneRecord.Phase.BEHIND) {
                memory.become(LaneRecord.Phase.BEHIND);
            }
            return sweeps.get().trueTimes()::page;
        }
        return new TrueTimes(outlets, task.patience(), graced)::page;
    }

    /** Whether there is nothing to be done but to wait for what arrives. */
    boolean isPatient() {
        return pages == null;
    }

    boolean isLive() {
        return late == null && memory.phase() == LaneRecord.Phase.LIVE;
    }

    /** Whether single keys may be copied again: as they are at the source, with their true times. */
    boolean mayMend() {
        return timesTrue || isLive();
    }

    /** No key is in doubt just now. */
    void mended() throws Setback, InterruptedException {
        if (timesTrue && !isLive()) {
            if (memory.phase() != LaneRecord.Phase.LIVE) {
                memory.become(LaneRecord.Phase.LIVE);
            }
            late = null;
        }
    }
}
