package dev.lockstep.sync;

import dev.lockstep.topology.SlotRange;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the target remembers of one source shard: from where on its stream has to be read again, or how far its full copy is.
 * Lags behind what the target holds, never before it. Immutable.
 *
 * @param lane a number that stays with the source shard
 * @param generation like no other: a number for each full copy
 * @param phase whether the full copy is done
 * @param history in which the offset counts
 * @param offset where the snapshot stands, then what every slot of the target holds
 * @param database selected there
 * @param mark before which everything of the snapshot has been carried over
 * @param snapshot which snapshot the mark is in
 * @param slots of which its stream tells, as far as has been applied: see {@link Custody}
 */
record LaneRecord(
        int lane,
        long generation,
        Phase phase,
        String history,
        long offset,
        int database,
        long mark,
        String snapshot,
        List<SlotRange> slots) {

    /** Which part of the work is to be gone on with. */
    enum Phase {
        /** The snapshot is being carried over. */
        COPY,
        /** The target holds the snapshot, and takes units of the stream; times of expiry have grace. */
        CATCH_UP,
        /** The target has been in step, times of expiry are true. */
        LIVE,
        /** The target has been live, and is behind: some times of expiry have grace, and some keys may be gone too early. */
        BEHIND,
        /** The target has been seen to differ: only a full copy helps. */
        DIVERGED
    }

    LaneRecord {
        slots = List.copyOf(slots);
    }

    LaneRecord in(Phase next) {
        return new LaneRecord(lane, generation, next, history, offset, database, mark, snapshot, slots);
    }

    LaneRecord at(String newHistory, long newOffset, int newDatabase) {
        return new LaneRecord(lane, generation, phase, newHistory, newOffset, newDatabase, mark, snapshot, slots);
    }

    LaneRecord owning(List<SlotRange> newSlots) {
        return new LaneRecord(lane, generation, phase, history, offset, database, mark, snapshot, newSlots);
    }

    LaneRecord marked(long newMark) {
        return new LaneRecord(lane, generation, phase, history, offset, database, newMark, snapshot, slots);
    }

    /**
     * Reads what {@link #toString()} wrote.
     *
     * @throws SyncException if it is something else
     */
    static LaneRecord parse(int lane, String text) {
        Map<String, String> fields = new HashMap<>();
        for (String word : text.split(" ", -1)) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                fields.put(word.substring(0, equals), word.substring(equals + 1));
            }
        }
        try {
            return new LaneRecord(
                    lane,
                    Long.parseLong(field(fields, "generation")),
                    Phase.valueOf(field(fields, "phase")),
                    field(fields, "history"),
                    Long.parseLong(field(fields, "offset")),
                    Integer.parseInt(field(fields, "database")),
                    Long.parseLong(field(fields, "mark")),
                    field(fields, "snapshot"),
                    Stream.of(field(fields, "slots").split(",", -1))
                            .filter(range -> !range.isEmpty())
                            .map(LaneRecord::range)
                            .toList());
        } catch (IllegalArgumentException e) {
            throw new SyncException(
                    "The target's record of source shard " + lane + " says \"" + text + "\", which cannot be read ("
                            + e.getMessage() + "). Was it written by a newer version? Delete the keys that begin with "
                            + Checkpoint.PREFIX + " for a new full copy",
                    e);
        }
    }

    private static String field(Map<String, String> fields, String name) {
        String value = fields.get(name);
        if (value == null) {
            throw new IllegalArgumentException("it has no " + name);
        }
        return value;
    }

    private static SlotRange range(String text) {
        int dash = text.indexOf('-');
        return new SlotRange(Integer.parseInt(text.substring(0, dash)), Integer.parseInt(text.substring(dash + 1)));
    }

    @Override
    public String toString() {
        return "generation=" + generation + " phase=" + phase + " history=" + history
                + " offset=" + offset + " database=" + database + " mark=" + mark + " snapshot=" + snapshot + " slots="
                + slots.stream()
                        .map(range -> range.first() + "-" + range.last())
                        .collect(Collectors.joining(","));
    }
}
