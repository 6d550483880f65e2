package dev.lockstep.sync;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Which lane has each slot of a source that is a Redis Cluster: whose stream tells of it, as far as has been applied. And how
 * far each lane has come. Thread-safe.
 */
final class Custody {
    /* When a slot goes from shard A to shard B, its key's commands are first in A's stream, then in B's. Whoever applies both
     * must not apply B's before A's, or an old removal takes away a new value. No stream says how they belong together. But
     * whatever B does with a slot that is on its way to it comes after something that A has done: A has given the key away,
     * or has told the client that it does not have it. So A's offset, asked for when B's command has been seen here, is
     * beyond all that has to come first. Lane B waits until lane A has applied as much, each time, until both say that the
     * slot is B's now; then it is lane B's, and what lane A still finds in it is for A to wait for.
     *
     * That orders a slot that goes one way. If the streams tell of something else, such as a slot that has been given back
     * while the copy was far behind, or if lanes would wait for each other, nobody knows the order any more: then all is
     * copied anew, once no slot is on its way. Nothing that was applied in a wrong order outlives that. */

    /** One lane. */
    private static final class Lane {
        final String shard;
        BitSet slots;
        /** What has been its own. */
        final BitSet given = new BitSet();

        /** How far it had come when it last gave slots away. */
        long givenAt = -1;

        long applied = -1;
        boolean graceful = true;

        @Nullable
        Map<Integer, Long> awaited;

        Lane(String shard, BitSet slots) {
            this.shard = shard;
            this.slots = slots;
        }

        boolean reached(long offset) {
            return applied >= offset;
        }
    }

    /** Holds what no lane has. */
    static final int NOBODY = -1;

    private final Map<Integer, Lane> lanes = new HashMap<>();
    /** Replaced, never changed. */
    private volatile int[] holders = new int[0];

    private volatile @Nullable String lost;

    /** A lane comes in, with the slots that are its own. */
    synchronized void enter(int lane, String shard, BitSet slots) {
        lanes.put(lane, new Lane(shard, (BitSet) slots.clone()));
        assign();
    }

    /** A lane is no more. */
    synchronized void leave(int lane) {
        lanes.remove(lane);
        assign();
        notifyAll();
    }

    private void assign() {
        int[] next = new int[Slots.COUNT];
        java.util.Arrays.fill(next, NOBODY);
        lanes.forEach((number, lane) -> lane.slots.stream().forEach(slot -> next[slot] = number));
        holders = next;
    }

    /** The lane that has a slot, or {@link #NOBODY}. */
    int holder(int slot) {
        return holders[slot];
    }

    /** What a lane has now. */
    synchronized BitSet slots(int lane) {
        return (BitSet) known(lane).slots.clone();
    }

    synchronized String shard(int lane) {
        return known(lane).shard;
    }

    /** The lanes that there are, by number, and the names of their shards. */
    synchronized Map<Integer, String> shards() {
        Map<Integer, String> all = new HashMap<>();
        lanes.forEach((number, lane) -> all.put(number, lane.shard));
        return all;
    }

    private Lane known(int lane) {
        Lane its = lanes.get(lane);
        if (its == null) {
            throw new IllegalStateException("Nobody knows lane " + lane);
        }
        return its;
    }

    /** Slots are a lane's from now on. */
    synchronized void give(BitSet slots, int to) {
        lanes.values().forEach(lane -> {
            if (lane.slots.intersects(slots)) {
                lane.givenAt = Math.max(lane.givenAt, lane.applied);
            }
            lane.given.or(lane.slots);
            BitSet left = (BitSet) lane.slots.clone();
            left.andNot(slots);
            lane.slots = left;
            lane.given.andNot(left);
        });
        BitSet more = (BitSet) known(to).slots.clone();
        more.or(slots);
        known(to).slots = more;
        known(to).given.andNot(more);
        assign();
    }

    /** How far a lane had come when it last gave slots away; -1 if it never did. */
    synchronized long givenAt(int lane) {
        return known(lane).givenAt;
    }

    /** Whether a slot was a lane's own, and has been given to another one since. */
    synchronized boolean hasGiven(int lane, int slot) {
        return known(lane).given.get(slot);
    }

    /**
     * How far a lane has come: everything of its stream up to there is in the target, or (-1) nobody knows.
     *
     * @param graceful whether what it writes has grace
     */
    synchronized void applied(int lane, long offset, boolean graceful) {
        Lane its = lanes.get(lane);
        if (its != null && (its.applied != offset || its.graceful != graceful)) {
            its.applied = offset;
            its.graceful = graceful;
            notifyAll();
        }
    }

    /** Whether what a lane has written may have grace. */
    synchronized boolean isGraceful(int lane) {
        return known(lane).graceful;
    }

    /** Waits until lanes have come so far; false if the time was up before. */
    synchronized boolean await(Map<Integer, Long> offsets, LongSupplier clock, long nanos) throws InterruptedException {
        long until = clock.getAsLong() + nanos;
        while (!haveReached(offsets)) {
            long left = until - clock.getAsLong();
            if (left <= 0) {
                return false;
            }
            wait(Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)));
        }
        return true;
    }

    /**
     * The same for a lane that cannot go on before that.
     *
     * @throws SourceMoved if one of them waits for this one
     */
    synchronized boolean await(int lane, Map<Integer, Long> offsets, LongSupplier clock, long nanos)
            throws InterruptedException {
        Lane its = known(lane);
        its.awaited = offsets;
        if (!haveReached(offsets) && isAwaited(lane, lane, lanes.size())) {
            throw new SourceMoved("the source moved slots to and fro while the copy was behind");
        }
        return await(offsets, clock, nanos);
    }

    /** A lane waits no more. */
    synchronized void goesOn(int lane) {
        known(lane).awaited = null;
    }

    private boolean haveReached(Map<Integer, Long> offsets) {
        return offsets.entrySet().stream().allMatch(each -> {
            Lane its = lanes.get(each.getKey());
            return its == null || its.reached(each.getValue());
        });
    }

    /** Whether somebody that {@code by} waits for waits for a lane, or for somebody who does, over so many at most. */
    private boolean isAwaited(int lane, int by, int most) {
        Lane waiting = lanes.get(by);
        Map<Integer, Long> offsets = waiting == null ? null : waiting.awaited;
        return offsets != null
                && most > 0
                && offsets.entrySet().stream().anyMatch(each -> {
                    Lane its = lanes.get(each.getKey());
                    return its != null
                            && !its.reached(each.getValue())
                            && (each.getKey() == lane || isAwaited(lane, each.getKey(), most - 1));
                });
    }

    /** The order of what the streams tell is not known any more. */
    void lost(String why) {
        lost = why;
    }

    /** Why the order is not known any more; null if it is. */
    @Nullable
    String lost() {
        return lost;
    }
}
