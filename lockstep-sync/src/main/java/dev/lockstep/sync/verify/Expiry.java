package dev.lockstep.sync.verify;

import java.time.Instant;

/**
 * When a key expires, in milliseconds of its server's clock: a moment, or the span in which it lies where the server
 * tells only how much is left.
 *
 * @param earliest -1 if it never expires
 */
record Expiry(long earliest, long latest) {

    static final Expiry NEVER = new Expiry(-1, -1);

    static Expiry at(long millis) {
        return millis < 0 ? NEVER : new Expiry(millis, millis);
    }

    /** As told by PTTL between two readings of the server's clock. */
    static Expiry in(long millisLeft, long before, long after) {
        return millisLeft < 0 ? NEVER : new Expiry(before + millisLeft, after + millisLeft + 1);
    }

    /** Whether both may be the same moment. */
    boolean agrees(Expiry other) {
        return (isNever() || other.isNever())
                ? isNever() == other.isNever()
                : earliest <= other.latest && other.earliest <= latest;
    }

    /** Whether it lies in the past of a clock. */
    boolean passed(long nowMillis) {
        return !isNever() && earliest <= nowMillis;
    }

    private boolean isNever() {
        return earliest < 0;
    }

    @Override
    public String toString() {
        return isNever() ? "never" : Instant.ofEpochMilli(earliest).toString();
    }
}
