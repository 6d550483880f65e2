package dev.lockstep.drill;

import java.util.List;

/**
 * Calls over time, in buckets of equal length.
 *
 * @param bucketNanos the length of a bucket
 * @param reads successful reads that ended in each bucket
 * @param writes the same of writes, increments and appends
 * @param failed failed calls
 * @param violations broken promises
 */
public record Throughput(
        long bucketNanos, List<Integer> reads, List<Integer> writes, List<Integer> failed, List<Integer> violations) {

    public Throughput {
        reads = List.copyOf(reads);
        writes = List.copyOf(writes);
        failed = List.copyOf(failed);
        violations = List.copyOf(violations);
    }
}
