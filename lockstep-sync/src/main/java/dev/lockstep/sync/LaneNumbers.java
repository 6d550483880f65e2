package dev.lockstep.sync;

import dev.lockstep.topology.Shard;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Which source shard is which of those that a target remembers: a pure function. */
final class LaneNumbers {

    private LaneNumbers() {}

    /**
     * A number for each shard, its own or a new one: by the slots that it owns, which are all of them for a single server.
     *
     * @throws SyncException if slots have gone from one shard to another since
     */
    static List<Integer> of(List<Shard> shards, List<LaneRecord> records) {
        List<Integer> numbers = new ArrayList<>();
        Set<Integer> taken = new HashSet<>();
        records.forEach(record -> taken.add(record.lane()));
        int next = 1;
        for (Shard shard : shards) {
            LaneRecord its = records.stream()
                    .filter(record -> record.slots().equals(shard.slots()))
                    .findFirst()
                    .orElse(null);
            if (its == null && records.stream().anyMatch(record -> overlap(record, shard))) {
                throw new SyncException(
                        "Slots of the source have moved since the target was copied to: shard " + shard.name()
                                + " owns " + shard.slots() + " now. Delete the keys of the target that begin with "
                                + Checkpoint.PREFIX + " for a new full copy");
            }
            while (taken.contains(next)) {
                next++;
            }
            int number = its == null ? next : its.lane();
            numbers.add(number);
            taken.add(number);
        }
        return numbers;
    }

    private static boolean overlap(LaneRecord record, Shard shard) {
        BitSet slots = new BitSet();
        record.slots().forEach(range -> slots.set(range.first(), range.last() + 1));
        return shard.slots().stream()
                .anyMatch(range -> !slots.get(range.first(), range.last() + 1).isEmpty());
    }
}
