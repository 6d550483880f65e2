package dev.lockstep.sync.verify;

import java.util.HashSet;
import java.util.Set;

/** Passes on each element once, however often it is told: of those whose names fall into one share, to bound the memory. */
final class Distinct implements Elements {

    private record Name(Part part, long high, long low) {}

    private final Elements next;
    private final int share;
    private final int shares;
    private final Set<Name> seen = new HashSet<>();

    /**
     * @param share which of the shares, from 0
     * @param shares in how many the elements fall; each needs a reading of its own
     */
    Distinct(Elements next, int share, int shares) {
        this.next = next;
        this.share = share;
        this.shares = shares;
    }

    @Override
    public void add(Part part, long nameHigh, long nameLow, long bodyHigh, long bodyLow) {
        if (Long.remainderUnsigned(nameLow, shares) == share && seen.add(new Name(part, nameHigh, nameLow))) {
            next.add(part, nameHigh, nameLow, bodyHigh, bodyLow);
        }
    }
}
