package dev.lockstep.drill;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Figures and throughput of a history. Pure functions. */
final class Measurement {
    static final long BUCKET_NANOS = 250_000_000;

    private Measurement() {}

    static Figures figures(History history, long lengthNanos, long readsByReplica) {
        Map<String, Long> failures = new TreeMap<>();
        long unknown = 0;
        for (Call call : history.calls()) {
            if (!call.ok()) {
                failures.merge(call.outcome().failure(), 1L, Long::sum);
                unknown += isUnknown(call) ? 1 : 0;
            }
        }
        List<Acknowledged> writes = Acknowledged.of(history);
        return new Figures(
                history.calls().size(),
                failures,
                unknown,
                writes.stream().mapToLong(Acknowledged::count).sum(),
                writes.stream().mapToLong(its -> its.gone().size()).sum(),
                writes.stream()
                        .mapToLong(its -> Math.max(
                                0, history.toldLost(its.key()) - its.gone().size()))
                        .sum(),
                readsByReplica,
                history.told().size(),
                times(history, lengthNanos, op -> !op.isRead()),
                times(history, lengthNanos, Op::isRead));
    }

    /** One that was executed and is only not confirmed by all replicas is known. */
    private static boolean isUnknown(Call call) {
        return call.outcome().kind() == Outcome.Kind.UNKNOWN
                && !call.op().isRead()
                && !call.outcome().failure().equals(LockstepSubject.NOT_DURABLE);
    }

    private static Figures.Times times(History history, long lengthNanos, Predicate<Op> which) {
        List<Call> calls = history.callsByReturn().stream()
                .filter(call -> which.test(call.op()))
                .toList();
        long longest = calls.stream().mapToLong(Call::nanos).max().orElse(0);
        long[] took =
                calls.stream().filter(Call::ok).mapToLong(Call::nanos).sorted().toArray();
        long stall = 0;
        long last = 0;
        for (Call call : calls) {
            if (call.ok()) {
                stall = Math.max(stall, call.returned() - last);
                last = call.returned();
            }
        }
        stall = Math.max(stall, lengthNanos - last);
        return took.length == 0
                ? new Figures.Times(0, 0, longest, stall)
                : new Figures.Times(took[took.length / 2], took[(int) (took.length * 0.99)], longest, stall);
    }

    static Throughput throughput(History history, List<Finding> findings, long lengthNanos) {
        int buckets = (int) (lengthNanos / BUCKET_NANOS) + 1;
        Integer[][] counts = new Integer[4][buckets];
        for (Integer[] row : counts) {
            Arrays.fill(row, 0);
        }
        for (Call call : history.calls()) {
            int row = !call.ok() ? 2 : call.op().isRead() ? 0 : 1;
            counts[row][bucket(call.returned(), buckets)]++;
        }
        for (Finding finding : findings) {
            for (Violation violation : finding.violations()) {
                counts[3][bucket(violation.atNanos(), buckets)]++;
            }
        }
        return new Throughput(
                BUCKET_NANOS, List.of(counts[0]), List.of(counts[1]), List.of(counts[2]), List.of(counts[3]));
    }

    private static int bucket(long nanos, int buckets) {
        return (int) Math.max(0, Math.min(buckets - 1, nanos / BUCKET_NANOS));
    }
}
