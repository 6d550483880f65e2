package dev.lockstep.sync;

import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Where one lane's units wait that tell of slots of other lanes, until they may be applied. See {@link Custody}. Confined to one
 * thread.
 */
final class Gate {

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LOOK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** What a lane does besides. */
    interface Keeping {
        /** Throws if there is a reason not to go on. */
        void check() throws Setback, InterruptedException;

        /** The offset up to which its stream has been received. */
        long received();

        /** Whether it writes times of expiry with grace. */
        boolean isGraceful();

        /**
         * Remembers in the target that these slots are its own, before they are.
         *
         * @param late whether their keys may have times of expiry with grace
         */
        void gained(BitSet slots, boolean late) throws Setback, InterruptedException;
    }

    private final int lane;
    private final Custody custody;
    private final SourceNodes nodes;
    private final LongSupplier clock;
    private final Keeping keeping;

    /** What needs no more asking, in what had been received when it was asked last. */
    private BitSet accepted = new BitSet();

    private long acceptedTo = -1;
    private long settledAt;
    private long waited;

    /**
     * What primaries said of slots at about the same time.
     *
     * @param mine that of the lane's shard
     * @param holders the lanes that had what is its own, or comes to it, or was asked for
     * @param theirs those of these lanes
     */
    private record Round(SlotView mine, Map<Integer, Integer> holders, Map<Integer, SourceNodes.Seen> theirs) {

        /** Whether a slot comes from the lane that had it. */
        boolean isOrdered(int slot) {
            Integer holder = holders.get(slot);
            SourceNodes.Seen its = holder == null ? null : theirs.get(holder);
            return holder != null
                    && mine.takes(slot)
                    && (holder == Custody.NOBODY || (its != null && its.slots().gives(slot, mine.id())));
        }

        /** Whether all of it has come. */
        boolean isComplete(int slot) {
            SourceNodes.Seen its = theirs.get(holders.getOrDefault(slot, Custody.NOBODY));
            return mine.owned().get(slot) && (its == null || its.slots().hasGiven(slot, mine.id()));
        }
    }

    Gate(int lane, Custody custody, SourceNodes nodes, LongSupplier clock, Keeping keeping) {
        this.lane = lane;
        this.custody = custody;
        this.nodes = nodes;
        this.clock = clock;
        this.keeping = keeping;
    }

    /** Whether a unit tells of the lane's own slots only. */
    boolean isOwn(Unit unit) {
        for (int i = 0; i < unit.count(); i++) {
            ReplicatedCommand command = ReplicatedCommand.of(unit.command(i));
            if (command != null && !isOwn(command, unit.command(i))) {
                return false;
            }
        }
        return true;
    }

    private boolean isOwn(ReplicatedCommand command, Words words) {
        if (isFlush(command)) {
            return false;
        }
        for (int key : command.keys().ifAny(words)) {
            if (custody.holder(words.slot(key)) != lane) {
                return false;
            }
        }
        return true;
    }

    private static boolean isFlush(ReplicatedCommand command) {
        return command == ReplicatedCommand.FLUSHALL || command == ReplicatedCommand.FLUSHDB;
    }

    /**
     * Waits until a unit that is not {@link #isOwn} may be applied; everything before it has been.
     *
     * @return false if it must not be, and changes nothing
     * @throws SourceMoved if nobody knows in which order it belongs
     */
    boolean admits(Unit unit) throws Setback, InterruptedException {
        long begun = clock.getAsLong();
        try {
            return isAdmitted(unit);
        } finally {
            waited = clock.getAsLong() - begun;
        }
    }

    private boolean isAdmitted(Unit unit) throws Setback, InterruptedException {
        Set<Integer> slots = new HashSet<>();
        boolean removes = true;
        for (int i = 0; i < unit.count(); i++) {
            Words words = unit.command(i);
            ReplicatedCommand command = ReplicatedCommand.of(words);
            if (command == null) {
                continue;
            }
            if (isFlush(command)) {
                checkAlone();
            }
            removes &= command == ReplicatedCommand.DEL || command == ReplicatedCommand.UNLINK;
            for (int key : command.keys().ifAny(words)) {
                slots.add(words.slot(key));
            }
        }
        if (removes && slots.stream().allMatch(slot -> custody.hasGiven(lane, slot)) && !takesAny(slots)) {
            if (unit.to() <= custody.givenAt(lane)) {
                throw new SourceMoved("the target lost what was removed from a slot before it was given away");
            }
            return false; // what was left of a slot that has been given away
        }
        slots.removeIf(slot -> custody.holder(slot) == lane);
        if (unit.to() > acceptedTo || !slots.stream().allMatch(accepted::get)) {
            long received = keeping.received();
            Round round = ask(slots);
            for (int slot : slots) {
                if (!round.isOrdered(slot)) {
                    throw new SourceMoved("slot " + slot + " did not go from source shard "
                            + custody.shard(custody.holder(slot)) + " to " + custody.shard(lane)
                            + ", where something was done to it (offset " + unit.to() + ")");
                }
            }
            await(round);
            take(round);
            acceptedTo = received;
        }
        return !isStillThere(unit);
    }

    /** Whether the shard serves a slot now, or takes what is left of it. */
    boolean takes(int slot) throws Setback, InterruptedException {
        return mine().takes(slot);
    }

    /** What the primary of the lane's shard says. */
    private SlotView mine() throws Setback, InterruptedException {
        try {
            return nodes.view(custody.shard(lane)).slots();
        } catch (SourceMoved e) {
            if (custody.slots(lane).isEmpty()) {
                throw new Setback("nothing is left to be copied: " + e.getMessage());
            }
            throw e;
        }
    }

    private boolean takesAny(Set<Integer> slots) throws Setback, InterruptedException {
        SlotView mine = mine();
        return slots.stream().anyMatch(mine::takes);
    }

    /** What failed halfway is a copy of something that goes on elsewhere. */
    private boolean isStillThere(Unit unit) throws Setback, InterruptedException {
        if (unit.count() != 1 || ReplicatedCommand.of(unit.command(0)) != ReplicatedCommand.RESTORE_ASKING) {
            return false;
        }
        Words words = unit.command(0);
        int holder = custody.holder(words.slot(1));
        return holder != lane && holder != Custody.NOBODY && nodes.has(custody.shard(holder), words.bytes(1));
    }

    /** Whether the last unit has waited for so long that what came behind it is late. */
    boolean hasWaitedLong() {
        return waited > LONG_NANOS;
    }

    /** Asks the primary of the lane's shard, and all that have had slots which it says are its own, or come to it. */
    private Round ask(Set<Integer> besides) throws Setback, InterruptedException {
        keeping.check();
        SlotView mine = mine();
        BitSet slots = mine.taken();
        besides.forEach(slots::set);
        Map<Integer, Integer> holders = new HashMap<>();
        Map<Integer, SourceNodes.Seen> theirs = new HashMap<>();
        for (int slot = slots.nextSetBit(0); slot >= 0; slot = slots.nextSetBit(slot + 1)) {
            int holder = custody.holder(slot);
            if (holder != lane) {
                holders.put(slot, holder);
            }
            if (holder != lane && holder != Custody.NOBODY && !theirs.containsKey(holder)) {
                theirs.put(holder, nodes.view(custody.shard(holder)));
            }
        }
        return new Round(mine, holders, theirs);
    }

    private static Map<Integer, Long> offsets(Round round) {
        Map<Integer, Long> offsets = new HashMap<>();
        round.theirs()
                .forEach((other, seen) -> offsets.put(other, seen.position().offset()));
        return offsets;
    }

    private void await(Round round) throws Setback, InterruptedException {
        Map<Integer, Long> offsets = offsets(round);
        long since = clock.getAsLong();
        try {
            while (!custody.await(lane, offsets, clock, LOOK_NANOS)) {
                keeping.check();
                if (clock.getAsLong() - since > LOOK_AGAIN_NANOS) {
                    checkHistories(round);
                    since = clock.getAsLong();
                }
            }
        } finally {
            custody.goesOn(lane);
        }
    }

    /** After a failover offsets may count otherwise. */
    private void checkHistories(Round round) throws Setback, InterruptedException {
        for (Map.Entry<Integer, SourceNodes.Seen> each : round.theirs().entrySet()) {
            String shard = custody.shard(each.getKey());
            String history = each.getValue().position().history();
            if (!nodes.view(shard).position().history().equals(history)) {
                throw new Setback("source shard " + shard + " failed over while another one takes its slots");
            }
        }
    }

    /** What has come as a whole is the lane's own. */
    private void take(Round round) throws Setback, InterruptedException {
        BitSet gained = new BitSet();
        BitSet ordered = new BitSet();
        boolean late = false;
        for (Map.Entry<Integer, Integer> each : round.holders().entrySet()) {
            int slot = each.getKey();
            int holder = each.getValue();
            if (custody.holder(slot) == holder && round.isOrdered(slot)) {
                ordered.set(slot);
                if (round.isComplete(slot)) {
                    gained.set(slot);
                    late |= holder != Custody.NOBODY && custody.isGraceful(holder);
                }
            }
        }
        accepted = ordered;
        if (!gained.isEmpty()) {
            keeping.gained(gained, late);
            custody.give(gained, lane);
            if (late && !keeping.isGraceful()) {
                throw new Setback("slots came from a shard that had not caught up");
            }
        }
    }

    /**
     * Takes what has come to the lane's shard, though its stream need not tell of it; if others have come so far.
     *
     * @return whether the lane has what its shard owns, and nothing is on its way to it
     */
    boolean settle() throws Setback, InterruptedException {
        Round round = ask(Set.of());
        settledAt = clock.getAsLong();
        if (custody.await(offsets(round), clock, LOOK_NANOS)) {
            take(round);
        }
        return round.mine().arriving().isEmpty()
                && custody.slots(lane).equals(round.mine().owned());
    }

    /** Whether it is time to {@link #settle} again. */
    boolean isDue(long every) {
        return clock.getAsLong() - settledAt >= every;
    }

    /**
     * Before the snapshot of a shard that has come to the cluster: waits for all others, since it may hold keys of theirs.
     *
     * @return the slots that it takes keys of
     */
    BitSet join() throws Setback, InterruptedException {
        Map<Integer, SourceNodes.Seen> theirs = new HashMap<>();
        for (Map.Entry<Integer, String> other : custody.shards().entrySet()) {
            if (other.getKey() != lane && !custody.slots(other.getKey()).isEmpty()) {
                theirs.put(other.getKey(), nodes.view(other.getValue()));
            }
        }
        SlotView mine = mine();
        await(new Round(mine, Map.of(), theirs));
        return mine.taken();
    }

    /**
     * Before a full copy of the shard, whose snapshot has what it owned then.
     *
     * @throws Setback if slots are on their way from it or to it
     * @throws SourceMoved if it owns other slots than the lane has
     */
    void checkRest() throws Setback, InterruptedException {
        settle();
        SlotView mine = mine();
        if (!mine.isAtRest()) {
            throw new Setback("slots of source shard " + custody.shard(lane)
                    + " are moving; a full copy begins when they have come to rest");
        }
        if (!mine.owned().equals(custody.slots(lane))) {
            throw new SourceMoved("source shard " + custody.shard(lane) + " owns other slots than before");
        }
    }

    /** A flush concerns what the server had then. */
    private void checkAlone() throws Setback, InterruptedException {
        SlotView mine = mine();
        if (!mine.isAtRest() || !mine.owned().equals(custody.slots(lane))) {
            throw new SourceMoved("source shard " + custody.shard(lane) + " was flushed while slots were on their way");
        }
    }
}
