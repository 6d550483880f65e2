package dev.lockstep.sync;

import dev.lockstep.topology.Node;
import dev.lockstep.topology.ReplicationInfo;
import dev.lockstep.topology.Shard;
import dev.lockstep.topology.SlotRange;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which source shard is which of those that a target remembers, and which slots are its own: a pure decision.
 *
 * @param shards the shards that have slots, or have had some, by their numbers
 * @param slots of which their streams tell
 * @param unknown why what is remembered is of no use any more, so that everything has to be copied anew; null if it is
 */
record LaneNumbers(
        Map<Integer, Shard> shards,
        Map<Integer, BitSet> slots,
        @Nullable String unknown) {

    /** As if nothing were remembered. */
    static LaneNumbers fresh(List<Shard> shards) {
        return fresh(shards, null);
    }

    private static LaneNumbers fresh(List<Shard> shards, @Nullable String why) {
        Map<Integer, Shard> numbered = new TreeMap<>();
        Map<Integer, BitSet> slots = new HashMap<>();
        for (Shard shard : shards) {
            if (shard.slots().isEmpty()) {
                continue; // it has nothing yet
            }
            int number = numbered.size() + 1;
            numbered.put(number, shard);
            slots.put(number, Slots.bits(shard.slots()));
        }
        return new LaneNumbers(numbered, slots, why);
    }

    /**
     * Recognises each shard by the history of its stream, else by its slots. One that is not remembered has come since, and has
     * no slots yet as far as has been applied. One that is remembered and not there any more may have done what nobody heard of.
     */
    static LaneNumbers of(List<Shard> shards, List<LaneRecord> records) {
        if (records.isEmpty()) {
            return fresh(shards);
        }
        Map<LaneRecord, Shard> known = new LinkedHashMap<>();
        for (LaneRecord record : records) {
            shards.stream()
                    .filter(shard ->
                            !known.containsValue(shard) && histories(shard).contains(record.history()))
                    .findFirst()
                    .ifPresent(shard -> known.put(record, shard));
        }
        for (Likeness each : likenesses(shards, records)) {
            if (!known.containsKey(each.record()) && !known.containsValue(each.shard())) {
                known.put(each.record(), each.shard());
            }
        }
        for (LaneRecord record : records) {
            if (!known.containsKey(record) && !record.slots().isEmpty()) {
                return fresh(shards, "nobody knows the shard any more that had the slots " + text(record.slots()));
            }
        }
        Map<Integer, Shard> numbered = new TreeMap<>();
        known.forEach((record, shard) -> numbered.put(record.lane(), shard));
        int next = 1;
        for (Shard shard : shards) {
            if (!known.containsValue(shard) && !shard.slots().isEmpty()) {
                while (numbered.containsKey(next)) {
                    next++;
                }
                numbered.put(next, shard);
            }
        }
        return claimed(shards, numbered, known.keySet());
    }

    private static Set<String> histories(Shard shard) {
        Node primary = shard.primary();
        ReplicationInfo info = primary == null ? null : primary.info();
        if (info == null) {
            return Set.of();
        }
        String parent = info.parentHistory();
        return parent == null
                ? Set.of(info.position().history())
                : Set.of(info.position().history(), parent);
    }

    /** So many slots of a shard are remembered of another, or the same. */
    private record Likeness(LaneRecord record, Shard shard, int slots) {}

    private static List<Likeness> likenesses(List<Shard> shards, List<LaneRecord> records) {
        List<Likeness> all = new ArrayList<>();
        for (LaneRecord record : records) {
            for (Shard shard : shards) {
                BitSet common = Slots.bits(shard.slots());
                common.and(Slots.bits(record.slots()));
                if (!common.isEmpty()) {
                    all.add(new Likeness(record, shard, common.cardinality()));
                }
            }
        }
        all.sort(Comparator.comparingInt(Likeness::slots).reversed());
        return all;
    }

    private static String text(List<SlotRange> slots) {
        return slots.stream().map(range -> range.first() + "-" + range.last()).collect(Collectors.joining(", "));
    }

    /**
     * Who has which slot. Whoever takes one over is remembered with it first; the other one for a while too, and no longer than
     * the slot is where it went.
     */
    private static LaneNumbers claimed(List<Shard> shards, Map<Integer, Shard> numbered, Set<LaneRecord> records) {
        Map<Integer, BitSet> slots = new HashMap<>();
        numbered.keySet().forEach(number -> slots.put(number, new BitSet()));
        for (int slot = 0; slot < Slots.COUNT; slot++) {
            List<Integer> claims = new ArrayList<>();
            for (LaneRecord record : records) {
                if (contains(record.slots(), slot)) {
                    claims.add(record.lane());
                }
            }
            Integer owner = owner(numbered, slot);
            if (claims.size() > 1 && (owner == null || !claims.contains(owner))) {
                return fresh(shards, "slot " + slot + " went from shard to shard while nobody looked");
            }
            Integer its = claims.size() == 1 ? claims.get(0) : owner;
            if (its != null) {
                slots.getOrDefault(its, new BitSet()).set(slot);
            }
        }
        return new LaneNumbers(numbered, slots, null);
    }

    private static boolean contains(List<SlotRange> ranges, int slot) {
        return ranges.stream().anyMatch(range -> range.first() <= slot && slot <= range.last());
    }

    private static @Nullable Integer owner(Map<Integer, Shard> numbered, int slot) {
        for (Map.Entry<Integer, Shard> each : numbered.entrySet()) {
            if (contains(each.getValue().slots(), slot)) {
                return each.getKey();
            }
        }
        return null;
    }
}
