package dev.lockstep.drill;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Everything one client was asked and what it answered, with what became of the servers meanwhile. Immutable.
 *
 * <p>Holds about 70 bytes per call.
 */
final class History {
    private final List<Key> keys;
    private final List<Call> calls;
    private final List<Told> told;
    private final Map<String, Long> lost;
    private final List<Tellings.Emptied> emptied;
    private final List<PrimaryChange> changes;
    private final Map<Integer, long[]> finals;
    private final Placement placement;

    /**
     * @param finals by key id what the primary of its shard held after the last call: one number for a register or a counter, every
     *     element for a list; keys that could not be read are absent
     */
    History(
            List<Key> keys,
            List<Call> calls,
            Tellings tellings,
            List<PrimaryChange> changes,
            Map<Integer, long[]> finals,
            Placement placement) {
        this.keys = List.copyOf(keys);
        this.calls = sorted(calls, Comparator.comparingLong(Call::invoked));
        this.placement = placement;
        List<Told> everyTold = new ArrayList<>(tellings.sessions());
        for (Call call : calls) {
            if (call.op().isSessionRead() && call.outcome().kind() == Outcome.Kind.TOLD) {
                everyTold.addAll(toldBy(call));
            }
        }
        this.lost = tellings.lost();
        this.emptied = tellings.emptied();
        this.told = sorted(everyTold, Comparator.comparingLong(Told::at));
        this.changes = sorted(changes, Comparator.comparingLong(PrimaryChange::after));
        this.finals = Map.copyOf(finals);
    }

    /** A refused read tells of the shard that has its key, or may have. */
    private List<Told> toldBy(Call read) {
        return IntStream.range(0, placement.shards())
                .filter(shard -> placement.mayHold(shard, key(read).slot(), read.invoked(), read.returned()))
                .mapToObj(shard -> new Told(read.returned(), read.actor().session(), shard))
                .toList();
    }

    private static <T> List<T> sorted(List<T> list, Comparator<T> order) {
        return list.stream().sorted(order).toList();
    }

    List<Key> keys() {
        return keys;
    }

    Key key(Call call) {
        return keys.get(call.key());
    }

    /** In the order of their invocation. */
    List<Call> calls() {
        return calls;
    }

    List<Call> callsByReturn() {
        return sorted(calls, Comparator.comparingLong(Call::returned));
    }

    /** In the order of time; refused reads that told their session are included. */
    List<Told> told() {
        return told;
    }

    /** How many acknowledged writes to a key the client has told to be lost. */
    long toldLost(Key key) {
        return lost.getOrDefault(key.name(), 0L);
    }

    /** Whether the client has told, after this write had begun, that its shard may have lost what all had held. */
    boolean toldEmptied(Call write) {
        return emptied.stream()
                .anyMatch(telling -> write.invoked() <= telling.at()
                        && placement.mayHold(telling.shard(), key(write).slot(), write.invoked(), telling.at()));
    }

    List<PrimaryChange> changes() {
        return changes;
    }

    Map<Integer, long[]> finals() {
        return finals;
    }

    /** Where the keys were. */
    Placement placement() {
        return placement;
    }
}
