package dev.lockstep.sync;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The copy of one source shard: a full copy if need be, then its stream, until it is stopped. Runs on a thread of its own.
 *
 * <pre>
 * COPY      → CATCH_UP   the snapshot has been carried over, and what the target has beyond it is gone
 * CATCH_UP  → LIVE       see Pace, also for BEHIND
 * any       → DIVERGED   a key that is known to differ cannot be copied by itself
 * any       → COPY       the source, or the spool, cannot go on from where the target stands; the target has diverged
 * </pre>
 */
final class ShardCopy implements Runnable {
    /* It lives from setback to setback. Each life connects to the target, reads there how far it has come, and goes on from
     * there; whatever goes wrong ends it. So there is one way to go on, whether a connection was lost, a primary replaced, or
     * this process killed. */

    private static final Logger LOG = LoggerFactory.getLogger(ShardCopy.class);
    private static final long MARK_EVERY = TimeUnit.SECONDS.toNanos(2);
    private static final long SETTLE_EVERY = TimeUnit.SECONDS.toNanos(1);
    private static final int MOST_DIVERGENCES = 3;
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LAST_PAUSE_MILLIS = 3_000;
    private static final int COMMANDS_TOGETHER = 2_048;
    /** Beyond that a live copy is behind. */
    private static final long MOST_LAG_MILLIS = 1_000;

    /**
     * What is known of the slots, if the source is a Redis Cluster.
     *
     * @param nodes its primaries, for one life of a copy
     */
    record Sharding(Custody custody, Supplier<SourceNodes> nodes) {}

    private final int lane;
    private final Inlet source;
    private final CopyTask task;
    private final LaneProgress progress;
    private final SourceReader reader;
    private final Doubts doubts;
    private final @Nullable Sharding sharding;
    private volatile boolean stopped;
    /** Why the target is known to differ, until that has been written there. */
    private final AtomicReference<@Nullable String> diverged = new AtomicReference<>();

    private int divergences;
    /** As it was written last. Of its thread. */
    private @Nullable LaneRecord kept;

    /**
     * @param lane the number of the source shard
     * @param reader of single keys; closed by this
     * @param sharding null if the source has no slots
     */
    ShardCopy(
            int lane,
            Inlet source,
            CopyTask task,
            LaneProgress progress,
            SourceReader reader,
            @Nullable Sharding sharding) {
        this.lane = lane;
        this.source = source;
        this.task = task;
        this.doubts = new Doubts(task.selection());
        this.progress = progress;
        this.reader = reader;
        this.sharding = sharding;
    }

    /** Ends it after what is under way. */
    void stop() {
        stopped = true;
    }

    @Override
    public void run() {
        long pause = FIRST_PAUSE_MILLIS;
        try (reader) {
            while (!stopped) {
                long before = progress.applied();
                try {
                    live();
                } catch (Setback e) {
                    LOG.info("Source shard {}: {}; going on soon", lane, e.getMessage());
                    if (!stopped) { // that it was to end may be all there was
                        progress.setback(String.valueOf(e.getMessage()));
                    }
                }
                pause = progress.applied() > before ? FIRST_PAUSE_MILLIS : Math.min(LAST_PAUSE_MILLIS, 2 * pause);
                Thread.sleep(stopped ? 0 : pause);
            }
            progress.ended(null);
        } catch (InterruptedException e) {
            progress.ended(null);
        } catch (SourceMoved e) {
            moved(e);
        } catch (IOException e) {
            progress.ended(new SyncException(
                    "The spool of source shard " + lane + " cannot be used: " + e.getMessage()
                            + ". Mend it, or remove its folder, and start again; the source is asked for what is missing",
                    e));
        } catch (RuntimeException e) {
            progress.ended(e);
        } catch (Error e) { // the memory may be used up; who waits has to know
            progress.ended(new SyncException("Source shard " + lane + " cannot be copied on: " + e, e));
            throw e;
        }
    }

    /** Whoever has begun the lanes ends them, and begins anew. */
    private void moved(SourceMoved why) {
        String text = String.valueOf(why.getMessage());
        if (sharding == null) {
            progress.ended(new SyncException(text, why));
            return;
        }
        progress.setback(text);
        sharding.custody().lost(text);
    }

    /** From one connection to the target to the first setback. */
    private void live() throws Setback, InterruptedException, IOException {
        try (Outlets outlets = task.connect();
                SourceNodes nodes = sharding == null ? null : sharding.nodes().get()) {
            TargetStore store = new TargetStore(outlets, task.patience());
            LaneRecord record = store.record(lane);
            if (record != null && diverged.get() != null) {
                giveUp(store, record);
                record = store.record(lane);
            }
            Replicated replicated = Replicated.by(outlets, task);
            AtGate atGate = nodes == null ? null : new AtGate(outlets, store, nodes);
            try {
                goOn(outlets, store, replicated, record, atGate);
            } catch (Divergence e) {
                diverged.compareAndSet(null, e.getMessage());
                LaneRecord now = store.record(lane);
                if (now != null) {
                    giveUp(store, now);
                } else {
                    diverged.set(null); // nothing is remembered that could be believed
                }
                throw new Setback("the copy differs: " + e.getMessage());
            }
        } finally {
            if (sharding != null) {
                sharding.custody().applied(lane, -1, true);
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

    private void goOn(
            Outlets outlets,
            TargetStore store,
            Replicated replicated,
            @Nullable LaneRecord remembered,
            @Nullable AtGate atGate)
            throws Setback, InterruptedException, IOException {
        kept = remembered;
        Gate owning = atGate == null || bits().isEmpty() ? null : atGate.gate;
        if (owning != null && (remembered == null || remembered.phase() == LaneRecord.Phase.DIVERGED)) {
            owning.checkRest(); // before the source makes a snapshot
        }
        Generation generation = source.generation(remembered);
        LaneRecord record = remembered;
        if (record == null || !Inlet.continues(record, generation) || !isUntouched(record, store)) {
            if (owning != null) {
                owning.checkRest();
            }
            record = begin(generation);
            store.watch(record).write();
            remember(store, record);
            doubts.forgetAll();
            DoubtStore former = store.doubts(replicated, task::now, lane);
            former.forget(former.read());
            replicated.await(task::now);
        } else {
            store.watch(record).check();
        }
        source.use(generation);
        if (atGate != null) {
            atGate.generation = generation;
        }
        try {
            if (record.phase() == LaneRecord.Phase.COPY) {
                BitSet taken = atGate == null || owning != null ? bits() : atGate.gate.join();
                record = copy(outlets, store, replicated, record, generation, taken);
            }
            stream(outlets, store, replicated, record, generation, atGate);
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
                Slots.ranges(bits()));
    }

    private LaneRecord copy(
            Outlets outlets,
            TargetStore store,
            Replicated replicated,
            LaneRecord record,
            Generation generation,
            BitSet taken)
            throws Setback, InterruptedException, IOException {
        progress.phase(record.phase());
        SnapshotFile snapshot = generation.snapshot();
        if (snapshot == null) {
            throw new IllegalStateException("The snapshot is gone before it was carried over");
        }
        Set<@Nullable String> libraries = new HashSet<>();
        // Where nothing is yet, there will be nothing to be removed.
        KeyHashes present = sweep(outlets).findsNothing() ? null : task.noKeys();
        SnapshotCopy copy =
                new SnapshotCopy(snapshot, outlets, task.targetFormat(), task.databases(), task.selection());
        SnapshotCopy.Watch watch = new SnapshotCopy.Watch() {
            private long writtenAt = task.now();

            @Override
            public boolean present(int database, ByteBuffer key) {
                // What is left of a slot that the shard does not own is none of its data.
                boolean isTaken = sharding == null || taken.get(Slots.of(key));
                if (isTaken && present != null) {
                    present.add(database, key);
                }
                return isTaken;
            }

            @Override
            public void library(@Nullable String name) {
                libraries.add(name);
            }

            @Override
            public void marked(long place) throws Setback, InterruptedException {
                checkUp(outlets, store, generation);
                progress.snapshot(place, snapshot.length(), copy.keys());
                if (task.now() - writtenAt > MARK_EVERY) {
                    replicated.await(task::now);
                    remember(store, record.marked(place));
                    writtenAt = task.now();
                }
            }
        };
        try {
            copy.run(record.mark(), watch);
        } catch (Refused e) {
            throw new SyncException(copy.nameAt(e.place()) + ": " + e.getMessage(), e);
        } catch (SyncException e) {
            if (e.getCause() instanceof RdbDamage) {
                source.abandon(generation, String.valueOf(e.getMessage()));
                throw new Divergence(String.valueOf(e.getMessage()));
            }
            throw e;
        }
        progress.snapshot(snapshot.length(), snapshot.length(), copy.keys());
        if (present != null) {
            sweep(outlets).allBut(present);
            while (present.nextPart()) {
                copy.keysAgain(watch::present);
                sweep(outlets).allBut(present);
            }
        }
        task.libraries().copied(lane, libraries, outlets.replies(task.patience()));
        replicated.await(task::now);
        // A replica's stream does not say which database is selected where it begins; its snapshot does.
        int database = (int) Math.max(0, copy.facts().number("repl-stream-db", 0));
        LaneRecord copied =
                record.marked(0).at(record.history(), record.offset(), database).in(LaneRecord.Phase.CATCH_UP);
        remember(store, copied);
        replicated.await(task::now);
        return copied;
    }

    /** Over what is the lane's now. */
    private Sweep sweep(Outlets outlets) {
        return new Sweep(outlets, bits(), task.selection(), task.patience());
    }

    /** The slots that are the lane's now; all if the source has none. */
    private BitSet bits() {
        return sharding == null ? Slots.all() : sharding.custody().slots(lane);
    }

    private void remember(TargetStore store, LaneRecord record) throws Setback, InterruptedException {
        kept = record.owning(Slots.ranges(bits()));
        store.write(kept);
    }

    /** What a lane does while units wait at its gate. */
    private final class AtGate implements Gate.Keeping {
        private final Outlets outlets;
        private final TargetStore store;
        final Gate gate;
        private @Nullable Generation generation;
        private @Nullable StreamCopy copy;
        private @Nullable Planner planner;
        private @Nullable Pace pace;

        AtGate(Outlets outlets, TargetStore store, SourceNodes nodes) {
            this.outlets = outlets;
            this.store = store;
            this.gate = new Gate(lane, custody(), nodes, task::now, this);
        }

        private Custody custody() {
            return Objects.requireNonNull(sharding).custody();
        }

        void streams(StreamCopy by, Planner withTimes, Pace at) {
            pace = at;
            copy = by;
            planner = withTimes;
        }

        @Override
        public void check() throws Setback {
            if (stopped) {
                throw new Setback("it is being stopped");
            }
            checkUp(outlets, store, generation);
            publish();
        }

        /** Tells other lanes how far this one has come. */
        void publish() {
            if (copy != null) {
                custody().applied(lane, copy.frontier(), kept == null || kept.phase() != LaneRecord.Phase.LIVE);
            }
        }

        @Override
        public long received() {
            return generation == null ? -1 : generation.end();
        }

        @Override
        public boolean isGraceful() {
            return planner == null || planner.isGraceful();
        }

        @Override
        public void gained(BitSet slots, boolean late) throws Setback, InterruptedException {
            LaneRecord before = kept;
            if (before != null) {
                BitSet more = bits();
                more.or(slots);
                boolean again = late && before.phase() == LaneRecord.Phase.LIVE;
                kept = (again ? before.in(LaneRecord.Phase.BEHIND) : before).owning(Slots.ranges(more));
                store.write(kept);
                if (late && pace != null) {
                    pace.again();
                }
            }
        }
    }

    private void stream(
            Outlets outlets,
            TargetStore store,
            Replicated replicated,
            LaneRecord record,
            Generation generation,
            @Nullable AtGate atGate)
            throws Setback, InterruptedException, IOException {
        PaceMemory memory = new PaceMemory(store, replicated);
        generation.releaseSnapshot();
        ApplyQueue queue = new ApplyQueue(record.offset(), COMMANDS_TOGETHER);
        store.checkpoints(record).forEach(queue::holds);
        DoubtStore keptDoubts = store.doubts(replicated, task::now, lane);
        doubts.begin(keptDoubts.read(), record.phase() != LaneRecord.Phase.CATCH_UP);
        Mending mending = new Mending(doubts, keptDoubts, reader, ours(atGate), outlets, task);
        Planner planner = task.planner();
        Pace pace = new Pace(memory, planner, doubts, reader, new Pace.Way(outlets, () -> sweep(outlets), task));
        StreamCopy copy = new StreamCopy(
                new CommandStream(generation.stream(), record.offset(), record.database(), CommandStream.MAX_BULK),
                planner,
                new CrossSlots(outlets, this::bits, task.selection(), task.patience(), task.libraries()),
                queue,
                new StreamCopy.Way(
                        outlets,
                        record,
                        doubts,
                        keptDoubts,
                        why -> diverged.compareAndSet(null, why),
                        new StreamCopy.Watched(pace, atGate == null ? null : atGate.gate)));
        if (atGate != null) {
            atGate.streams(copy, planner, pace);
        }
        DurableFrontier durable = new DurableFrontier(replicated, record.offset(), task.now());
        boolean settled = atGate == null;
        Promptness promptness = new Promptness(generation.end(), task::now);
        while (!stopped) {
            progress.phase(remembered().phase());
            copy.turn(pace.isPatient());
            checkUp(outlets, store, generation);
            if (atGate != null) {
                atGate.publish();
                settled = atGate.gate.isDue(SETTLE_EVERY) ? atGate.gate.settle() : settled;
            }
            progress.stream(copy.frontier(), generation.end(), copy.units());
            boolean inStep = promptness.isPrompt(copy.frontier(), generation.end()) && settled && source.isStreaming();
            boolean behind = progress.now().lagMillis() > MOST_LAG_MILLIS || !source.isStreaming();
            pace.turn(copy, inStep, behind);
            if (pace.mayMend()) {
                mending.turn(copy, generation);
            } else {
                mending.rest(copy);
            }
            if (mending.isDone()) {
                pace.mended();
                divergences = pace.isLive() ? 0 : divergences;
            }
            if (durable.turn(copy.frontier(), task.now())) {
                remember(
                        store,
                        remembered()
                                .at(
                                        generation.historyAt(durable.offset()),
                                        durable.offset(),
                                        copy.databaseAt(durable.offset())));
                generation.release(durable.offset());
            }
        }
        copy.drain();
    }

    private Mending.Ours ours(@Nullable AtGate atGate) {
        return new Mending.Ours() {
            @Override
            public boolean has(int slot) {
                return atGate == null || atGate.custody().holder(slot) == lane;
            }

            @Override
            public boolean takes(int slot) throws Setback, InterruptedException {
                return atGate != null && atGate.gate.takes(slot);
            }
        };
    }

    private LaneRecord remembered() {
        return Objects.requireNonNull(kept);
    }

    /** What is remembered, as the pace needs it. */
    private final class PaceMemory implements Pace.Memory {
        private final TargetStore store;
        private final Replicated replicated;

        PaceMemory(TargetStore store, Replicated replicated) {
            this.store = store;
            this.replicated = replicated;
        }

        @Override
        public LaneRecord.Phase phase() {
            return remembered().phase();
        }

        @Override
        public void become(LaneRecord.Phase phase) throws Setback, InterruptedException {
            replicated.await(task::now);
            remember(store, remembered().in(phase));
            replicated.await(task::now);
        }
    }

    private void checkUp(Outlets outlets, TargetStore store, @Nullable Generation generation) throws Setback {
        task.ownership().check();
        outlets.check();
        if (generation != null) {
            source.check(generation);
        }
        store.turn(task.now());
    }
}
