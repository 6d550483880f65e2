package dev.lockstep.sync;

import dev.lockstep.topology.SlotRange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
    private static final long RECORD_EVERY = TimeUnit.SECONDS.toNanos(1);
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LAST_PAUSE_MILLIS = 3_000;
    private static final int COMMANDS_TOGETHER = 512;

    private final int lane;
    private final List<SlotRange> slots;
    private final Inlet source;
    private final CopyTask task;
    private final LaneProgress progress;
    private volatile boolean stopped;

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
        }
    }

    /** From one connection to the target to the first setback. */
    private void live() throws Setback, InterruptedException, IOException {
        try (Outlets outlets = task.connect()) {
            TargetStore store = new TargetStore(outlets, task.patience());
            LaneRecord record = store.record(lane);
            try {
                Generation generation = source.generation(record);
                if (record == null || !Inlet.continues(record, generation)) {
                    record = begin(record, generation);
                    store.write(record);
                }
                if (record.phase() == LaneRecord.Phase.COPY) {
                    record = copy(outlets, store, record, generation);
                }
                stream(outlets, store, record, generation);
            } catch (Divergence e) {
                LOG.warn("Source shard {} is copied anew: {}", lane, e.getMessage());
                LaneRecord now = store.record(lane);
                if (now != null) {
                    store.write(now.in(LaneRecord.Phase.DIVERGED));
                }
                throw new Setback("the copy differs: " + e.getMessage());
            }
        }
    }

    private LaneRecord begin(@Nullable LaneRecord before, Generation generation) {
        StreamStart origin = generation.origin();
        return new LaneRecord(
                lane,
                before == null ? 1 : before.generation() + 1,
                LaneRecord.Phase.COPY,
                origin.history(),
                origin.offset(),
                0,
                0,
                slots);
    }

    private LaneRecord copy(Outlets outlets, TargetStore store, LaneRecord record, Generation generation)
            throws Setback, InterruptedException, IOException {
        progress.phase(record.phase());
        SnapshotFile snapshot = generation.snapshot();
        if (snapshot == null) {
            throw new IllegalStateException("The snapshot is gone before it was carried over");
        }
        SnapshotKeys present = new SnapshotKeys(task.hashKey());
        SnapshotCopy copy = new SnapshotCopy(snapshot, outlets, task.targetFormat());
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
                    if (task.now() - writtenAt > RECORD_EVERY) {
                        writtenAt = task.now();
                        store.write(record.marked(place));
                    }
                }
            });
        } catch (Refused e) {
            throw new SyncException(copy.nameAt(e.place()) + ": " + e.getMessage(), e);
        }
        progress.snapshot(snapshot.length(), snapshot.length(), copy.keys());
        new Sweep(outlets, bits(), task.patience()).allBut(present);
        LaneRecord copied = record.marked(0).in(LaneRecord.Phase.CATCH_UP);
        store.write(copied);
        generation.releaseSnapshot();
        return copied;
    }

    private BitSet bits() {
        BitSet bits = new BitSet();
        slots.forEach(range -> bits.set(range.first(), range.last() + 1));
        return bits;
    }

    private void stream(Outlets outlets, TargetStore store, LaneRecord from, Generation generation)
            throws Setback, InterruptedException, IOException {
        LaneRecord record = from;
        progress.phase(record.phase());
        ApplyQueue queue = new ApplyQueue(record.offset(), COMMANDS_TOGETHER);
        store.checkpoints(record).forEach(queue::holds);
        Planner planner = task.planner();
        planner.graceful(record.phase() == LaneRecord.Phase.CATCH_UP);
        StreamCopy copy = new StreamCopy(
                new CommandStream(generation.stream(), record.offset(), record.database(), CommandStream.MAX_BULK),
                planner,
                new CrossSlots(outlets, bits(), task.patience()),
                queue,
                outlets,
                record);
        DurableFrontier durable = new DurableFrontier(task.target(), outlets.all(), record.offset(), task.now());
        while (!stopped) {
            copy.turn();
            checkUp(outlets, generation);
            progress.stream(copy.frontier(), generation.end(), copy.units());
            boolean inStep = copy.isIdle() && copy.frontier() == generation.end();
            if (inStep && record.phase() == LaneRecord.Phase.CATCH_UP && source.isStreaming()) {
                new Sweep(outlets, bits(), task.patience()).trueTimes();
                planner.graceful(false);
                record = record.in(LaneRecord.Phase.LIVE);
                store.write(record);
                progress.phase(record.phase());
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
        for (Outlet outlet : outlets.all()) {
            outlet.check();
        }
        source.check(generation);
    }
}
