package dev.lockstep.drill;

import java.util.Map;

/**
 * What a drill measured of one client, whatever its verdict. Times in nanoseconds.
 *
 * @param calls all calls, failed ones included
 * @param failures failed calls by what the caller was told
 * @param unknownOutcomes failed calls that may have been applied
 * @param acknowledged INCR and RPUSH calls that were answered
 * @param lost how many of those are not in what the primary held after the last call
 * @param toldThere how many more INCR and RPUSH calls were told to be lost than are gone, key by key
 * @param readsByReplica reads that a replica answered; -1 if nobody counted
 * @param told how often a session was told that what it saw is gone
 * @param writes how long writes took, and stood still
 * @param reads how long reads took, and stood still
 */
public record Figures(
        long calls,
        Map<String, Long> failures,
        long unknownOutcomes,
        long acknowledged,
        long lost,
        long toldThere,
        long readsByReplica,
        long told,
        Times writes,
        Times reads) {

    /**
     * Times of successful calls.
     *
     * @param longest the longest call, failed ones included
     * @param stall the longest time in which no call of any thread succeeded
     */
    public record Times(long median, long p99, long longest, long stall) {}

    public Figures {
        failures = Map.copyOf(failures);
    }

    /** Calls that failed. */
    public long failed() {
        return failures.values().stream().mapToLong(Long::longValue).sum();
    }
}
