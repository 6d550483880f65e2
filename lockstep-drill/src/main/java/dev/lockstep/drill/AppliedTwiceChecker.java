package dev.lockstep.drill;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * INCR and RPUSH take effect once at most.
 *
 * <p>Lists prove it beyond doubt: an element that was pushed once stands in its list twice. Counters say it sooner: one
 * caller, so an answer can exceed the highest one before it by one, plus one for each call whose outcome the caller was
 * never told and that has not been accounted for yet.
 */
final class AppliedTwiceChecker implements Checker {

    @Override
    public List<Finding> check(History history) {
        List<Violation> violations = new ArrayList<>();
        Map<Integer, Counted> counters = new HashMap<>();
        long judged = 0;
        for (Call call : history.calls()) {
            if (call.op() == Op.INCREMENT) {
                judged += call.ok() ? 1 : 0;
                counters.computeIfAbsent(call.key(), key -> new Counted()).call(call, history.key(call), violations);
            }
        }
        for (Key key : history.keys()) {
            long[] held = history.finals().get(key.id());
            if (held == null) {
                continue;
            }
            if (key.type() == Key.Type.LIST) {
                judged += held.length;
                checkList(history, key, held, violations);
            } else if (key.type() == Key.Type.COUNTER) {
                counters.getOrDefault(key.id(), new Counted()).end(held[0], key, violations);
            }
        }
        return List.of(new Finding(Anomaly.APPLIED_TWICE, judged, violations));
    }

    private static void checkList(History history, Key key, long[] elements, List<Violation> violations) {
        Set<Long> seen = new HashSet<>();
        for (long element : elements) {
            if (!seen.add(element)) {
                violations.add(new Violation(
                        Anomaly.APPLIED_TWICE,
                        pushed(history, key, element),
                        "Element " + element + " was pushed once and stands more than once in " + key.name()));
            }
        }
    }

    private static long pushed(History history, Key key, long element) {
        return history.calls().stream()
                .filter(call -> call.op().isAppend() && call.key() == key.id() && call.value() == element)
                .mapToLong(Call::returned)
                .findFirst()
                .orElse(0);
    }

    private static final class Counted {
        private long highest;
        private long unaccounted;
        private long last;

        void call(Call call, Key key, List<Violation> violations) {
            last = call.returned();
            if (call.outcome().kind() == Outcome.Kind.UNKNOWN) {
                unaccounted++;
            } else if (call.ok()) {
                account(
                        call.value() - 1,
                        call.returned(),
                        "INCR of " + key.name() + " answered " + call.value() + " at " + Evidence.at(call.returned()),
                        violations);
                highest = Math.max(highest, call.value());
            }
        }

        void end(long held, Key key, List<Violation> violations) {
            account(held, last, "After the last call " + key.name() + " held " + held, violations);
        }

        /** Explains a value that stood before a call by calls whose outcome nobody knew; whatever is left was applied twice. */
        private void account(long stood, long at, String seen, List<Violation> violations) {
            long surplus = stood - highest;
            if (surplus <= 0) {
                return;
            }
            if (surplus > unaccounted) {
                violations.add(new Violation(
                        Anomaly.APPLIED_TWICE,
                        at,
                        seen + ": " + (surplus - unaccounted) + " more than its only caller has called"));
            }
            unaccounted = Math.max(0, unaccounted - surplus);
            highest = stood;
        }
    }
}
