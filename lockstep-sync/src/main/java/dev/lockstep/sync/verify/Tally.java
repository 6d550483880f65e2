package dev.lockstep.sync.verify;

import dev.lockstep.sync.SipHash;
import java.util.Arrays;

/** The digest of what a key holds: per part, how many elements it has and the sum of their hashes. Not thread-safe. */
final class Tally implements Elements {
    /* A sum does not depend on the order in which hashes and sets tell their elements, which differs between servers and
     * between encodings. Unlike an exclusive or, it is not blind to what is told twice. Where order counts, as in a list,
     * the position is the element's name. The hash has a key that is drawn anew for each run, so nobody can prepare two
     * values of the same sum. */

    private static final int WORDS = 3;
    private static final int PARTS = Part.values().length;

    private final SipHash hash;
    private final long[] sums = new long[WORDS * PARTS];

    Tally(SipHash hash) {
        this.hash = hash;
    }

    @Override
    public void add(Part part, long nameHigh, long nameLow, long bodyHigh, long bodyLow) {
        hash.reset();
        hash.add(part.place);
        hash.add(nameHigh);
        hash.add(nameLow);
        hash.add(bodyHigh);
        hash.add(bodyLow);
        hash.finish();
        int at = WORDS * part.place;
        long low = sums[at] + hash.low();
        sums[at + 1] += hash.high() + (Long.compareUnsigned(low, sums[at]) < 0 ? 1 : 0);
        sums[at] = low;
        sums[at + 2]++;
    }

    /** How many elements a part has. */
    long count(Part part) {
        return sums[WORDS * part.place + 2];
    }

    /** Whether a part holds the same elements. */
    boolean sameAs(Tally other, Part part) {
        int from = WORDS * part.place;
        return Arrays.equals(sums, from, from + WORDS, other.sums, from, from + WORDS);
    }

    /** Whether all parts hold the same elements. */
    boolean sameAs(Tally other) {
        return Arrays.equals(sums, other.sums);
    }
}
