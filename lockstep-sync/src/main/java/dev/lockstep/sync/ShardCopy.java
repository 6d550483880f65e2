package dev.lockstep.sync;

import dev.lockstep.topology.SlotRange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The copy of one source shard: a full copy if need be, then its stream, until it is stopped. Runs on a thread of its own.
 *
 * <pre>
 * COPY      → CATCH_UP   the snapshot has been carried over, and what the target has beyond it is gone
 * CATCH_UP  → LIVE       everything that had arrived has been applied, and times of expiry are true
 * any       → DIVERGED   a command had another effect than at the source
 * any       → COPY       the source, or the spool, cannot go on from where the target stands; the target has diverged
 * </pre>
 */
final class ShardCopy implements Runnable {
    /* It lives from setback to setback. Each life connects to the target, reads there how far it has come, and goes on from
     * there; whatever goes wrong ends it. So there is one way to go on, whether a connection was lost, a primary replaced, or
     * this process killed. */

    private static final Logger LOG = LoggerFactory.getLogger(ShardCopy.class);
    private static final long MARK_EVERY = TimeUnit.SECONDS.toNanos(2);
    private static final int MOST_DIVERGENCES = 3;
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LAST_PAUSE_MILLIS = 3_000;
    private static final int COMMANDS_TOGETHER = 512;

    private final int lane;
    private final List<SlotRange> slots;
    private final Inlet source;
    private final CopyTask task;
    private final LaneProgress progress;
    private volatile boolean stopped;
    /** Why the target is known to differ, until that has been written there. */
    private final AtomicReference<@Nullable String> diverged = new AtomicReference<>();

    private int divergences;

    /**
     * @param lane the number of the source shard
     * @param slots that it owns
     */
    ShardCopy(int lane, List<SlotRange> slots, Inlet source, CopyTask task, LaneProgress progress) {
        this.lane = lane;
        this.slots = List.copyOf(slots);
        this.source = source;
        this.task = task;
        this.progress = progress;
    }

    /** Ends it after what is under way. */
    void stop() {
        stopped = true;
    }

    @Override
    public void run() {
        long pause = FIRST_PAUSE_MILLIS;
        try {
            while (!stopped) {
                long before = progress.applied();
                try {
                    live();
                } catch (Setback e) {
                    LOG.info("Source shard {}: {}; going on soon", lane, e.getMessage());
                    progress.setback(String.valueOf(e.getMessage()));
                }
                pause = progress.applied() > before ? FIRST_PAUSE_MILLIS : Math.min(LAST_PAUSE_MILLIS, 2 * pause);
                Thread.sleep(stopped ? 0 : pause);
            }
            progress.ended(null);
        } catch (InterruptedException e) {
            progress.ended(null);
        } catch (IOException e) {
            progress.ended(
                    new SyncException("The spool of source shard " + lane + " cannot be used: " + e.getMessage(), e));
        } catch (RuntimeException e) {
            progress.ended(e);
        } catch (Error e) { // the memory may be used up; who waits has to know
            progress.ended(new SyncException("Source shard " + lane + " cannot be copied on: " + e, e));
            throw e;
        }
    }

    /** From one connection to the target to the first setback. */
    private void live() throws Setback, InterruptedException, IOException {
        try (Outlets outlets = task.connect()) {
            TargetStore store = new TargetStore(outlets, task.patience());
            Replicated replicated = Replicated.by(outlets, task);
            LaneRecord record = store.record(lane);
            if (record != null && diverged.get() != null) {
                giveUp(store, record);
                record = store.record(lane);
            }
            try {
                goOn(outlets, store, replicated, record);
            } catch (Divergence | SourceMoved e) {
                diverged.compareAndSet(null, e.getMessage());
                LaneRecord now = store.record(lane);
                if (now != null) {
                    giveUp(store, now);
                }
                if (e instanceof SourceMoved) {
                    throw new SyncException(String.valueOf(e.getMessage()), e);
                }
                throw new Setback("the copy differs: " + e.getMessage());
            }
        }
    }

    /** What is there is not believed any more. */
    private void giveUp(TargetStore store, LaneRecord record) throws Setback, InterruptedException {
        String why = String.valueOf(diverged.get());
        store.write(record.in(LaneRecord.Phase.DIVERGED));
        diverged.set(null);
        if (++divergences > MOST_DIVERGENCES) {
            throw new SyncException("Source shard " + lane + " was copied anew " + MOST_DIVERGENCES
                    + " times, and differs again: " + why + ". Does somebody else write to the target?");
        }
        LOG.warn("Source shard {} is copied anew: {}", lane, why);
    }

    private void goOn(Outlets outlets, TargetStore store, Replicated replicated, @Nullable LaneRecord remembered)
            throws Setback, InterruptedException, IOException {
        Generation generation = source.generation(remembered);
        LaneRecord record = remembered;
        if (record == null || !Inlet.continues(record, generation) || !isUntouched(record, store)) {
            record = begin(generation);
            store.write(record);
            replicated.await(task::now);
        }
        source.use(generation);
        try {
            if (record.phase() == LaneRecord.Phase.COPY) {
                record = copy(outlets, store, replicated, record, generation);
            }
            stream(outlets, store, replicated, record, generation);
        } catch (IOException e) {
            source.check(generation); // it may have been given up because the source was lost
            throw e;
        }
    }

    /** A snapshot must not be carried over any more once units of the stream have been applied. */
    private static boolean isUntouched(LaneRecord record, TargetStore store) throws Setback, InterruptedException {
        return record.phase() != LaneRecord.Phase.COPY
                || store.checkpoints(record).isEmpty();
    }

    private LaneRecord begin(Generation generation) {
        StreamStart origin = generation.origin();
        return new LaneRecord(
                lane,
                task.newGeneration(),
                LaneRecord.Phase.COPY,
                origin.history(),
                origin.offset(),
                0,
                0,
                generation.id(),
                slots);
    }

    private LaneRecord copy(
            Outlets outlets, TargetStore store, Replicated replicated, LaneRecord record, Generation generation)
            throws Setback, InterruptedException, IOException {
        progress.phase(record.phase());
        SnapshotFile snapshot = generation.snapshot();
        if (snapshot == null) {
            throw new IllegalStateException("The snapshot is gone before it was carried over");
        }
        SnapshotKeys present = new SnapshotKeys(task.hashKey());
        SnapshotCopy copy =
                new SnapshotCopy(snapshot, outlets, task.targetFormat(), task.databases(), task.selection());
        try {
            copy.run(record.mark(), new SnapshotCopy.Watch() {
                private long writtenAt = task.now();

                @Override
                public void present(int database, ByteBuffer key) {
                    present.add(database, key);
                }

                @Override
                public void marked(long place) throws Setback, InterruptedException {
                    checkUp(outlets, generation);
                    progress.snapshot(place, snapshot.length(), copy.keys());
                    if (task.now() - writtenAt > MARK_EVERY) {
                        replicated.await(task::now);
                        store.write(record.marked(place));
                        writtenAt = task.now();
                    }
                }
            });
        } catch (Refused e) {
            throw new SyncException(copy.nameAt(e.place()) + ": " + e.getMessage(), e);
        }
        progress.snapshot(snapshot.length(), snapshot.length(), copy.keys());
        new Sweep(outlets, bits(), task.selection(), task.patience()).allBut(present);
        replicated.await(task::now);
        // A replica's stream does not say which database is selected where it begins; its snapshot does.
        int database = (int) Math.max(0, copy.facts().number("repl-stream-db", 0));
        LaneRecord copied =
                record.marked(0).at(record.history(), record.offset(), database).in(LaneRecord.Phase.CATCH_UP);
        store.write(copied);
        replicated.await(task::now);
        return copied;
    }

    private BitSet bits() {
        BitSet bits = new BitSet();
        slots.forEach(range -> bits.set(range.first(), range.last() + 1));
        return bits;
    }

    private void stream(
            Outlets outlets, TargetStore store, Replicated replicated, LaneRecord from, Generation generation)
            throws Setback, InterruptedException, IOException {
        LaneRecord record = from;
        progress.phase(record.phase());
        generation.releaseSnapshot();
        ApplyQueue queue = new ApplyQueue(record.offset(), COMMANDS_TOGETHER);
        store.checkpoints(record).forEach(queue::holds);
        Planner planner = task.planner();
        planner.graceful(record.phase() == LaneRecord.Phase.CATCH_UP);
        StreamCopy copy = new StreamCopy(
                new CommandStream(generation.stream(), record.offset(), record.database(), CommandStream.MAX_BULK),
                planner,
                new CrossSlots(outlets, bits(), task.selection(), task.patience(), planner::isGraceful),
                queue,
                new StreamCopy.Way(outlets, record, why -> diverged.compareAndSet(null, why)));
        DurableFrontier durable = new DurableFrontier(replicated, record.offset(), task.now());
        KeyWalk walk = null;
        while (!stopped) {
            copy.turn(walk == null);
            checkUp(outlets, generation);
            progress.stream(copy.frontier(), generation.end(), copy.units());
            boolean inStep = copy.isIdle() && copy.frontier() == generation.end();
            if (inStep && walk == null && record.phase() == LaneRecord.Phase.CATCH_UP && source.isStreaming()) {
                planner.graceful(false); // what is written from now on has its true time
                walk = new Sweep(outlets, bits(), task.selection(), task.patience()).trueTimes();
            }
            // Page by page, since what is renewed meanwhile must not wait for the end of the walk.
            if (walk != null) {
                copy.drain();
            }
            if (walk != null && !walk.page()) {
                walk = null;
                replicated.await(task::now);
                record = record.in(LaneRecord.Phase.LIVE);
                store.write(record);
                progress.phase(record.phase());
                divergences = 0;
            }
            if (durable.turn(copy.frontier(), task.now())) {
                record = record.at(
                        generation.historyAt(durable.offset()), durable.offset(), copy.databaseAt(durable.offset()));
                store.write(record);
                generation.release(durable.offset());
            }
        }
        copy.drain();
    }

    private void checkUp(Outlets outlets, Generation generation) throws Setback {
        task.ownership().check();
        outlets.check();
        source.check(generation);
    }
}
