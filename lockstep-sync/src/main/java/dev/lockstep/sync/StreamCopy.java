package dev.lockstep.sync;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The application of a stream to the target, unit by unit, from a place on that all of it has passed. Confined to one thread.
 */
final class StreamCopy {
    /* Units are read ahead and lie in the queue, slot by slot. Each node is given what has gathered for its slots in one go,
     * and given more when all of that has been answered: so the slower it is, the more goes together.
     *
     * What concerns several slots at once, such as RENAME, has to find them where the source had them. So everything before
     * it is applied first, then it, then what follows. If a key of its is in doubt, it is left out, and what it would have
     * changed is in doubt too. */

    private static final int BATCH_BYTES = 512 << 10;
    private static final int QUEUED_BYTES = 16 << 20;
    private static final int QUEUED_UNITS = 100_000;
    private static final int UNITS_TOGETHER = 1_000;
    private static final long REPLY_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long IDLE_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** Who looks at what has been read. */
    @FunctionalInterface
    interface Ahead {
        /** These units, at least one, are about to be taken. */
        void read(List<Unit> units) throws Setback, InterruptedException;
    }

    /** How a transaction ended. */
    private record Ending(
            Executed of,
            Reply.@Nullable Failure refusal,
            @Nullable String trouble) {}

    /**
     * Where to, and as what.
     *
     * @param record from where on
     * @param doubts told at once, on an event loop, that a command had another effect than at the source
     * @param kept where they are remembered
     * @param diverged told at once, on an event loop, that a transaction went wrong so that nobody knows what it did
     * @param watched who looks at what is read
     */
    record Way(
            Outlets outlets,
            LaneRecord record,
            Doubts doubts,
            DoubtStore kept,
            Consumer<String> diverged,
            Watched watched) {}

    /**
     * Who looks at what is read.
     *
     * @param ahead told what has been read
     * @param gate where units of other lanes' slots wait; null if the source has no slots
     */
    record Watched(Ahead ahead, @Nullable Gate gate) {}

    private final CommandStream stream;
    private final Planner planner;
    private final CrossSlots crossSlots;
    private final ApplyQueue queue;
    private final Outlets outlets;
    private final Doubts doubts;
    private final DoubtStore kept;
    private final Consumer<String> diverged;
    private final Ahead ahead;
    private final @Nullable Gate gate;
    private final byte[] field;
    private final long generation;
    private final LinkedBlockingQueue<Ending> endings = new LinkedBlockingQueue<>();
    private final Map<Outlet, Integer> underWay = new HashMap<>();
    private final Set<Outlet> busy = new HashSet<>();
    /** The database that is selected from an offset on. */
    private final TreeMap<Long, Integer> databases = new TreeMap<>();

    private long units;
    /** The end of the last unit that was taken, and the first one behind that if it has been read. */
    private long taken;

    private @Nullable Unit held;
    private long until = Long.MAX_VALUE;

    StreamCopy(CommandStream stream, Planner planner, CrossSlots crossSlots, ApplyQueue queue, Way way) {
        this.stream = stream;
        this.planner = planner;
        this.crossSlots = crossSlots;
        this.queue = queue;
        this.outlets = way.outlets();
        this.doubts = way.doubts();
        this.kept = way.kept();
        this.diverged = way.diverged();
        this.ahead = way.watched().ahead();
        this.gate = way.watched().gate();
        this.field = TargetStore.fieldBytes(way.record().lane());
        this.generation = way.record().generation();
        this.taken = way.record().offset();
        databases.put(taken, way.record().database());
    }

    /** The end of the last unit that has been read, and is applied or waits for that. */
    long taken() {
        return taken;
    }

    /** Units that end behind an offset are not taken any more, until that is changed. */
    void until(long offset) {
        until = offset;
    }

    /** Whether all units have been taken that end at an offset or before it. */
    boolean hasPassed(long offset) {
        return taken >= offset || (held != null && held.to() > offset);
    }

    /** The offset up to which the target holds everything. */
    long frontier() {
        return queue.frontier();
    }

    /** Whether nothing waits to be applied. */
    boolean isIdle() {
        return queue.isEmpty();
    }

    /** How many units have been read. */
    long units() {
        return units;
    }

    /**
     * Reads and applies what is there; returns after a while, or when there is nothing to do for the moment.
     *
     * @param patient whether it waits a little for something to arrive
     */
    void turn(boolean patient) throws Setback, InterruptedException, IOException {
        boolean waits = !queue.isEmpty();
        if (queue.bytes() < QUEUED_BYTES && queue.units() < QUEUED_UNITS) {
            takeAll(read(waits || !patient ? 0 : IDLE_WAIT_NANOS));
        }
        dispatch();
        if (!busy.isEmpty()) {
            settleAll();
            dispatch();
        }
        checkOutlets();
    }

    private List<Unit> read(long waitNanos) throws IOException, InterruptedException {
        List<Unit> units = new ArrayList<>();
        long room = QUEUED_BYTES - queue.bytes();
        Unit unit = next(waitNanos);
        while (unit != null) {
            units.add(unit);
            room -= unit.to() - unit.from();
            unit = units.size() < UNITS_TOGETHER && room > 0 ? next(0) : null;
        }
        return units;
    }

    private void takeAll(List<Unit> units) throws Setback, InterruptedException {
        if (!units.isEmpty()) {
            ahead.read(units);
            kept.keep(doubts);
            for (Unit unit : units) {
                take(unit);
            }
            kept.keep(doubts);
        }
    }

    private @Nullable Unit next(long waitNanos) throws IOException, InterruptedException {
        Unit unit = held == null ? stream.next(waitNanos) : held;
        held = unit != null && unit.to() > until ? unit : null;
        return held == null ? unit : null;
    }

    /** Applies all that has been read. */
    void drain() throws Setback, InterruptedException {
        while (!queue.isEmpty()) {
            dispatch();
            settleAll();
            checkOutlets();
        }
    }

    /** Settles what has ended; waits a little if nothing has. */
    private void settleAll() throws Setback, InterruptedException {
        Ending ending = endings.poll(REPLY_WAIT_NANOS, TimeUnit.NANOSECONDS);
        for (; ending != null; ending = endings.poll()) {
            settle(ending);
        }
        kept.keep(doubts);
    }

    private void checkOutlets() throws Setback {
        for (Outlet outlet : outlets.all()) {
            outlet.check();
        }
    }

    private void take(Unit unit) throws Setback, InterruptedException {
        units++;
        taken = unit.to();
        if (databases.lastEntry().getValue() != unit.databaseAfter()) {
            databases.put(unit.to(), unit.databaseAfter());
        }
        Plan plan = planner.plan(unit);
        if (gate != null && !gate.isOwn(unit) && !isHeld(unit, plan)) {
            drain();
            if (!gate.admits(unit)) {
                queue.add(unit.to(), Map.of());
                return;
            }
            if (!planner.isGraceful() && gate.hasWaitedLong()) {
                throw new Setback("what waited for another source shard is late now");
            }
        }
        if (plan.isLocal()) {
            add(unit.to(), plan.local());
        } else {
            takeSteps(unit, plan);
        }
    }

    /** Whether it was applied before, and its slot may have been given away since. */
    private boolean isHeld(Unit unit, Plan plan) {
        return plan.isLocal()
                && !plan.local().isEmpty()
                && plan.local().keySet().stream().allMatch(slot -> queue.holdsAlready(slot, unit.to()));
    }

    private void add(long offset, Map<Integer, List<Applied>> bySlot) {
        bySlot.forEach((slot, commands) -> { // what a slot holds already is not answered once more
            if (queue.holdsAlready(slot, offset)) {
                commands.forEach(command -> doubts.replayed(command.database(), command.words()));
            }
        });
        queue.add(offset, bySlot);
    }

    private void takeSteps(Unit unit, Plan plan) throws Setback, InterruptedException {
        drain();
        Steps steps = new Steps();
        int left = plan.steps().size();
        for (Plan.Step step : plan.steps()) {
            steps.offset = unit.to() - (long) Steps.PARTS * left-- - 1;
            if (step instanceof Plan.Step.Local local) {
                add(++steps.offset, local.bySlot());
            } else if (step instanceof Plan.Step.Crossing crossing) {
                drain();
                cross(crossing, steps);
            }
        }
        queue.add(unit.to(), Map.of());
        drain();
    }

    private void cross(Plan.Step.Crossing crossing, Steps steps) throws Setback, InterruptedException {
        Words words = crossing.words();
        if (words != null && doubts.follow(crossing.database(), words)) {
            return;
        }
        try {
            crossSlots.apply(crossing, steps);
        } catch (KeyDiffers e) {
            if (words == null) {
                throw new Divergence(String.valueOf(e.getMessage()));
            }
            doubts.told(new Applied(crossing.database(), words, ExpectedReply.ANY), String.valueOf(e.getMessage()));
            doubts.take();
        }
    }

    /**
     * The parts of a unit's steps. Each has an offset of its own within the unit, counted from its end, which does not depend on
     * how the bytes arrived; a unit has many more bytes than parts.
     */
    private final class Steps implements CrossSlots.Parts {
        /** Of one step, at most. */
        static final int PARTS = 2;

        private long offset;

        @Override
        public boolean next(int slot) {
            return !queue.holdsAlready(slot, ++offset);
        }

        @Override
        public boolean isPast(int slot) {
            return queue.holdsAlready(slot, offset);
        }

        @Override
        public void commit(int slot, List<Applied> commands) throws Setback, InterruptedException {
            queue.add(offset, Map.of(slot, commands));
            drain();
        }
    }

    private void dispatch() throws Setback, InterruptedException {
        for (Outlet outlet : outlets.all()) {
            if (!busy.contains(outlet)) {
                List<ApplyQueue.Transaction> taken = queue.take(slot -> outlets.owns(outlet, slot), BATCH_BYTES);
                if (!taken.isEmpty()) {
                    send(outlet, taken);
                }
            }
        }
    }

    private void send(Outlet outlet, List<ApplyQueue.Transaction> transactions) throws Setback, InterruptedException {
        outlet.take(transactions.stream()
                .mapToInt(transaction -> transaction.commands().size())
                .sum());
        ByteBuf out = outlet.link().buffer(BATCH_BYTES);
        List<Executed> sent = transactions.stream()
                .map(transaction -> new Executed(transaction, new Told()))
                .toList();
        int replies = 0;
        for (Executed each : sent) {
            each.writeTo(out, field, generation);
            replies += each.replies();
        }
        busy.add(outlet);
        underWay.put(outlet, sent.size());
        int[] current = {0, 0};
        outlet.send(out, replies, reply -> {
            Executed each = sent.get(current[0]);
            each.accept(reply);
            if (++current[1] == each.replies()) {
                current[0]++;
                current[1] = 0;
            }
        });
    }

    private final class Told implements Executed.Outcome {
        @Override
        public void committed(Executed transaction) {
            endings.add(new Ending(transaction, null, null));
        }

        @Override
        public void differed(Applied command, String why) {
            doubts.told(command, why);
        }

        @Override
        public void refused(Executed transaction, Reply.Failure why) {
            endings.add(new Ending(transaction, why, null));
        }

        @Override
        public void diverged(Executed transaction, String why) {
            diverged.accept(why);
            endings.add(new Ending(transaction, null, why));
        }
    }

    private void settle(Ending ending) throws Setback {
        ApplyQueue.Transaction transaction = ending.of().transaction();
        Outlet outlet = outlets.of(transaction.slot());
        Reply.Failure refusal = ending.refusal();
        if (refusal != null && Refusal.isPassing(refusal)) {
            throw new Setback(outlet.node() + " answered: " + refusal.text());
        }
        if (refusal != null) {
            throw new SyncException(outlet.node() + " refused a command of the units up to offset " + transaction.end()
                    + ": " + refusal.text() + ". Nothing was left out; mend the cause, and start again");
        }
        if (ending.trouble() != null) {
            throw new Divergence(
                    "the transaction up to offset " + transaction.end() + " went wrong: " + ending.trouble());
        }
        doubts.take();
        if (!doubts.isEmpty()) {
            transaction.commands().forEach(command -> doubts.follow(command.database(), command.words()));
        }
        queue.committed(transaction);
        if (underWay.merge(outlet, -1, Integer::sum) == 0) {
            busy.remove(outlet);
        }
    }

    /** The database that is selected at an offset, which is never asked for an earlier one again. */
    int databaseAt(long offset) {
        Map.Entry<Long, Integer> before = databases.floorEntry(offset);
        databases.headMap(before.getKey()).clear();
        return before.getValue();
    }
}
