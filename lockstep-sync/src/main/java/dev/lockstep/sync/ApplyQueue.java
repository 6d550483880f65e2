package dev.lockstep.sync;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * The units of one source shard that the target does not hold yet: a lane for each target slot, in order, and how far all of
 * them have come. Confined to one thread.
 *
 * <p>A target that is not sharded is one lane, slot 0.
 */
final class ApplyQueue {
    /* Each slot of the target carries a checkpoint, written in the same transaction as the data: the end of the last unit
     * that the slot holds. Slots commit independently of each other, so after a crash they stand at different places, and
     * the stream is read again from the furthest place that all of them have passed, the frontier. What a slot already holds
     * is recognised by its checkpoint and skipped. So nothing is lost and nothing done twice, whatever died in between.
     *
     * A lane has one transaction under way at a time. If a second one were sent behind it and the first refused, say for
     * want of memory, the second would be executed and its checkpoint would claim what the first had brought. Meanwhile the
     * lane gathers, and what has gathered goes together. */

    /** Commands of a unit that belong to one slot. */
    private record Part(Pending unit, List<Applied> commands, int bytes) {}

    /** A unit that is not yet held by all slots that it touches. */
    private static final class Pending {
        final long end;
        int parts;

        Pending(long end) {
            this.end = end;
        }
    }

    private static final class Lane {
        final int slot;
        final ArrayDeque<Part> waiting = new ArrayDeque<>();
        long holds;
        boolean underWay;

        Lane(int slot, long holds) {
            this.slot = slot;
            this.holds = holds;
        }
    }

    /**
     * What is to be committed to one slot together.
     *
     * @param end the checkpoint that goes with it
     */
    record Transaction(int slot, List<Applied> commands, long end, int parts) {}

    private final Map<Integer, Lane> lanes = new HashMap<>();
    private final ArrayDeque<Lane> ready = new ArrayDeque<>();
    private final ArrayDeque<Pending> units = new ArrayDeque<>();
    private final int mostCommands;
    private long frontier;
    private long bytes;

    /**
     * @param frontier the offset up to which all slots hold everything
     * @param mostCommands of several units that one transaction takes; a unit is never divided
     */
    ApplyQueue(long frontier, int mostCommands) {
        this.frontier = frontier;
        this.mostCommands = mostCommands;
    }

    /** The target says that a slot holds everything up to an offset. To be told before the first unit. */
    void holds(int slot, long offset) {
        lanes.put(slot, new Lane(slot, offset));
    }

    /** Whether a slot already holds a unit that ends there. */
    boolean holdsAlready(int slot, long end) {
        Lane lane = lanes.get(slot);
        return lane != null && lane.holds >= end;
    }

    /**
     * Takes the next unit.
     *
     * @param end its end, beyond that of all before it
     * @param bySlot its commands; none if it changes nothing
     */
    void add(long end, Map<Integer, List<Applied>> bySlot) {
        Pending unit = new Pending(end);
        bySlot.forEach((slot, commands) -> {
            Lane lane = lanes.computeIfAbsent(slot, unheard -> new Lane(unheard, frontier));
            if (lane.holds < end) {
                int size = 0;
                for (Applied command : commands) {
                    size += command.bytes();
                }
                unit.parts++;
                bytes += size;
                lane.waiting.add(new Part(unit, commands, size));
                if (lane.waiting.size() == 1 && !lane.underWay) {
                    ready.add(lane);
                }
            }
        });
        if (unit.parts > 0 || !units.isEmpty()) {
            units.add(unit);
        } else {
            frontier = end;
        }
    }

    /**
     * The next transactions for a node, at most one for each slot and so many bytes that the last one goes beyond the bound.
     *
     * @param owned whether a slot is the node's
     */
    List<Transaction> take(IntPredicate owned, int mostBytes) {
        List<Transaction> taken = new ArrayList<>();
        int size = 0;
        for (int left = ready.size(); left > 0 && size < mostBytes; left--) {
            Lane lane = ready.remove();
            if (!owned.test(lane.slot)) {
                ready.add(lane);
                continue;
            }
            List<Applied> commands = new ArrayList<>();
            int parts = 0;
            long end = lane.holds;
            for (Part part : lane.waiting) {
                if (parts > 0 && (commands.size() + part.commands().size() > mostCommands || size > mostBytes)) {
                    break;
                }
                commands.addAll(part.commands());
                size += part.bytes();
                end = part.unit().end;
                parts++;
            }
            lane.underWay = true;
            taken.add(new Transaction(lane.slot, commands, end, parts));
        }
        return taken;
    }

    /** A transaction that was taken is held by its slot. */
    void committed(Transaction transaction) {
        Lane lane = lanes.get(transaction.slot());
        if (lane == null || !lane.underWay) {
            throw new IllegalStateException("Slot " + transaction.slot() + " has no transaction under way");
        }
        for (int i = 0; i < transaction.parts(); i++) {
            Part part = lane.waiting.remove();
            part.unit().parts--;
            bytes -= part.bytes();
        }
        lane.holds = transaction.end();
        lane.underWay = false;
        if (!lane.waiting.isEmpty()) {
            ready.add(lane);
        }
        for (Pending first = units.peek(); first != null && first.parts == 0; first = units.peek()) {
            frontier = first.end;
            units.remove();
        }
    }

    /** The offset up to which all slots hold everything. */
    long frontier() {
        return frontier;
    }

    /** The size of what waits or is under way. */
    long bytes() {
        return bytes;
    }

    /** How many units wait or are under way. */
    int units() {
        return units.size();
    }

    boolean isEmpty() {
        return units.isEmpty();
    }
}
