package dev.lockstep.drill;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
        long[] lost = lost(history);
        return new Figures(
                history.calls().size(),
                failures,
                unknown,
                lost[0],
                lost[1],
                toldThere(history),
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

    /** Acknowledged increments and appends, and how many of them the primary did not hold after the last call. */
    private static long[] lost(History history) {
        Map<Integer, Long> counted = new HashMap<>();
        Map<Integer, Set<Long>> held = new HashMap<>();
        long acknowledged = 0;
        long lost = 0;
        for (Call call : history.calls()) {
            long[] end = history.finals().get(call.key());
            if (!call.ok() || end == null) {
                continue;
            }
            if (call.op().isAppend()) {
                acknowledged++;
                Set<Long> elements = held.computeIfAbsent(
                        call.key(),
                        key -> new HashSet<>(Arrays.stream(end).boxed().toList()));
                lost += elements.contains(call.value()) ? 0 : 1;
            } else if (call.op() == Op.INCREMENT) {
                acknowledged++;
                counted.merge(call.key(), 1L, Long::sum);
            }
        }
        for (Map.Entry<Integer, Long> counter : counted.entrySet()) {
            long[] end = history.finals().get(counter.getKey());
            lost += end == null ? 0 : Math.max(0, counter.getValue() - end[0]);
        }
        return new long[] {acknowledged, lost};
    }

    private static long toldThere(History history) {
        Appends appends = new Appends(history);
        long there = 0;
        for (Key key : history.keys()) {
            long[] held = history.finals().get(key.id());
            if (held == null || key.type() == Key.Type.REGISTER) {
                continue;
            }
            long gone = key.type() == Key.Type.LIST
                    ? appends.acknowledged(key).stream().filter(appends::isGone).count()
                    : Math.max(0, increments(history, key) - held[0]);
            there += Math.max(0, history.toldLost(key) - gone);
        }
        return there;
    }

    private static long increments(History history, Key key) {
        return history.calls().stream()
                .filter(call -> call.key() == key.id() && call.ok() && call.op() == Op.INCREMENT)
                .count();
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
