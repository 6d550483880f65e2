package dev.lockstep.sync.verify;

import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/** The elements of a value one by one, by name; of a large value only those in some buckets, and no more than fit. Not thread-safe. */
final class Sample implements Elements {

    /** A name's hash, or a position. */
    record Name(long high, long low) {}

    record Body(long high, long low) {}

    /** How two samples of one part compare, in numbers of elements. */
    record Comparison(long missing, long extra, long changed, long first) {}

    static final int MOST = 100_000;

    private final BitSet buckets;
    private final Map<Part, Map<Name, Body>> elements = new EnumMap<>(Part.class);
    private int size;
    private boolean full;

    /** @param buckets those whose elements are wanted */
    Sample(BitSet buckets) {
        this.buckets = buckets;
    }

    @Override
    public void add(Part part, long nameHigh, long nameLow, long bodyHigh, long bodyLow) {
        if (!buckets.get(Buckets.of(nameLow))) {
            return;
        }
        if (size >= MOST) {
            full = true;
            return;
        }
        Body before = elements.computeIfAbsent(part, unused -> new HashMap<>())
                .put(new Name(nameHigh, nameLow), new Body(bodyHigh, bodyLow));
        size += before == null ? 1 : 0;
    }

    /** Whether some elements did not fit. */
    boolean isFull() {
        return full;
    }

    Map<Name, Body> of(Part part) {
        return elements.getOrDefault(part, Map.of());
    }

    /** How a part of the source's value compares to the target's. */
    static Comparison compare(Sample source, Sample target, Part part) {
        Map<Name, Body> here = source.of(part);
        Map<Name, Body> there = target.of(part);
        long missing = 0;
        long changed = 0;
        long first = Long.MAX_VALUE;
        for (Map.Entry<Name, Body> element : here.entrySet()) {
            Body other = there.get(element.getKey());
            if (element.getValue().equals(other)) {
                continue;
            }
            first = Math.min(first, element.getKey().low());
            if (other == null) {
                missing++;
            } else {
                changed++;
            }
        }
        long extra = 0;
        for (Name name : there.keySet()) {
            if (!here.containsKey(name)) {
                extra++;
                first = Math.min(first, name.low());
            }
        }
        return new Comparison(missing, extra, changed, first);
    }
}
