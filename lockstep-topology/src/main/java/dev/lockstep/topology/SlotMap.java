package dev.lockstep.topology;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which node of a Redis Cluster owns which slots, by the claims that were accepted. Immutable.
 *
 * @param claims ordered by slot, disjoint; a slot in none of them is not covered
 */
record SlotMap(List<Claim> claims) {

    static final int SLOTS = 16384;
    static final SlotMap NONE = new SlotMap(List.of());

    /**
     * Slots that one node owns.
     *
     * @param owner the id of the node
     * @param epoch the highest epoch in which it was seen to own them
     */
    record Claim(SlotRange range, String owner, long epoch) {}

    SlotMap {
        claims = List.copyOf(claims);
    }

    /** The map of what is given per slot; null where nobody owns it. */
    static SlotMap of(@Nullable String[] owners, long[] epochs) {
        List<Claim> claims = new ArrayList<>();
        int first = 0;
        for (int slot = 1; slot <= SLOTS; slot++) {
            boolean ends =
                    slot == SLOTS || !Objects.equals(owners[slot], owners[first]) || epochs[slot] != epochs[first];
            if (ends) {
                String owner = owners[first];
                if (owner != null) {
                    claims.add(new Claim(new SlotRange(first, slot - 1), owner, epochs[first]));
                }
                first = slot;
            }
        }
        return new SlotMap(claims);
    }

    /** What each owner owns, as ordered and disjoint ranges that do not touch. */
    Map<String, List<SlotRange>> byOwner() {
        Map<String, List<SlotRange>> slots = new LinkedHashMap<>();
        for (Claim claim : claims) {
            List<SlotRange> ranges = slots.computeIfAbsent(claim.owner(), owner -> new ArrayList<>());
            SlotRange last = ranges.isEmpty() ? null : ranges.get(ranges.size() - 1);
            if (last != null && last.last() + 1 == claim.range().first()) {
                ranges.set(
                        ranges.size() - 1,
                        new SlotRange(last.first(), claim.range().last()));
            } else {
                ranges.add(claim.range());
            }
        }
        return slots;
    }

    /** The highest epoch in which a node owns some slot; -1 if it owns none. */
    long epoch(String owner) {
        long epoch = -1;
        for (Claim claim : claims) {
            if (claim.owner().equals(owner)) {
                epoch = Math.max(epoch, claim.epoch());
            }
        }
        return epoch;
    }

    /** The claim to a slot; null if it is not covered. */
    @Nullable
    Claim claim(int slot) {
        for (Claim claim : claims) {
            if (claim.range().first() <= slot && slot <= claim.range().last()) {
                return claim;
            }
        }
        return null;
    }
}
