package dev.lockstep.nearcache;

import java.time.Duration;

/**
 * How much a near cache keeps, and for how long without news. Immutable; every method that changes something returns another
 * one.
 *
 * <pre>{@code
 * NearCacheSpec.entries(100_000).maxAge(Duration.ofMinutes(1))
 * }</pre>
 */
public final class NearCacheSpec {

    private static final Duration SHORTEST_LEASE = Duration.ofMillis(20);
    private static final Duration LONGEST_LEASE = Duration.ofMinutes(1);
    private static final Duration SHORTEST_AGE = Duration.ofMillis(1);
    private static final Duration LONGEST_AGE = Duration.ofDays(1);

    private final long entries;
    private final Duration maxAge;
    private final Duration lease;

    private NearCacheSpec(long entries, Duration maxAge, Duration lease) {
        this.entries = entries;
        this.maxAge = maxAge;
        this.lease = lease;
    }

    /** Room for so many keys, at least one; which of them stay is decided by how often and how recently they are read. */
    public static NearCacheSpec entries(long most) {
        if (most < 1) {
            throw new IllegalArgumentException("A near cache of " + most + " entries; expected at least 1");
        }
        return new NearCacheSpec(most, Duration.ofMinutes(10), Duration.ofMillis(500));
    }

    /**
     * How long a value is returned at most after it was read from the server, changed or not; never longer than its key lives
     * there. From 1 ms to a day; 10 minutes if not set.
     */
    public NearCacheSpec maxAge(Duration age) {
        return new NearCacheSpec(entries, within("maxAge", age, SHORTEST_AGE, LONGEST_AGE), lease);
    }

    /**
     * How old a primary's last sign of life may be for its values to be returned: how long a write of another client may stay
     * unseen at most, if the primary freezes or the network fails. The primary is asked twice in that time. From 20 ms to a
     * minute; 500 ms if not set. Over a view of bounded staleness it is never longer than the bound.
     */
    public NearCacheSpec lease(Duration time) {
        return new NearCacheSpec(entries, maxAge, within("lease", time, SHORTEST_LEASE, LONGEST_LEASE));
    }

    private static Duration within(String what, Duration time, Duration least, Duration most) {
        if (time.compareTo(least) < 0 || time.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    what + " is " + time + "; expected from " + least + " to " + most + ", both included");
        }
        return time;
    }

    long entries() {
        return entries;
    }

    Duration maxAge() {
        return maxAge;
    }

    Duration lease() {
        return lease;
    }

    @Override
    public String toString() {
        return "NearCacheSpec[" + entries + " entries, maxAge " + maxAge + ", lease " + lease + "]";
    }
}
