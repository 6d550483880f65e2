package dev.lockstep.sync.verify;

import dev.lockstep.sync.HashKey;
import dev.lockstep.sync.SipHash;
import java.util.BitSet;

/** Where two large values differ, roughly: the sums of their elements by the last bits of their names. Not thread-safe. */
final class Buckets implements Elements {

    private static final int COUNT = 4096;

    private final Tally[] buckets = new Tally[COUNT];

    Buckets(HashKey key) {
        SipHash hash = key.hash();
        for (int i = 0; i < COUNT; i++) {
            buckets[i] = new Tally(hash);
        }
    }

    static BitSet all() {
        BitSet all = new BitSet(COUNT);
        all.set(0, COUNT);
        return all;
    }

    static int of(long nameLow) {
        return (int) (nameLow & COUNT - 1);
    }

    @Override
    public void add(Part part, long nameHigh, long nameLow, long bodyHigh, long bodyLow) {
        buckets[of(nameLow)].add(part, nameHigh, nameLow, bodyHigh, bodyLow);
    }

    /** Those whose elements are not the same. */
    BitSet differing(Buckets other) {
        BitSet differing = new BitSet(COUNT);
        for (int i = 0; i < COUNT; i++) {
            differing.set(i, !buckets[i].sameAs(other.buckets[i]));
        }
        return differing;
    }
}
