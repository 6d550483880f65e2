package dev.lockstep.drill;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Only what was written is ever read, and a write that was reported not applied never shows. */
final class OutOfNowhereChecker implements Checker {

    @Override
    public List<Finding> check(History history) {
        Writes writes = new Writes(history);
        List<Violation> violations = new ArrayList<>();
        long judged = 0;
        for (Call read : history.calls()) {
            if (read.op().isRead() && read.ok()) {
                judged++;
                String wrong = writes.objection(read.key(), read.value(), read.returned());
                if (wrong != null) {
                    violations.add(violation(read.returned(), Evidence.of(read, history.key(read)) + wrong));
                }
            }
        }
        for (Key key : history.keys()) {
            long[] held = history.finals().get(key.id());
            if (held == null || key.type() == Key.Type.COUNTER) {
                continue;
            }
            for (long value : held) {
                judged++;
                String wrong = writes.objection(key.id(), value, Long.MAX_VALUE);
                if (wrong != null) {
                    violations.add(violation(
                            writes.end, "After the last call the primary held " + value + " in " + key.name() + wrong));
                }
            }
        }
        return List.of(new Finding(Anomaly.VALUE_OUT_OF_NOWHERE, judged, violations));
    }

    private static Violation violation(long at, String evidence) {
        return new Violation(Anomaly.VALUE_OUT_OF_NOWHERE, at, evidence);
    }

    private static final class Writes {
        private final Map<Integer, Map<Long, Call>> byKey = new HashMap<>();
        private long end;

        Writes(History history) {
            for (Call call : history.calls()) {
                end = Math.max(end, call.returned());
                if (call.op() == Op.WRITE || call.op().isAppend()) {
                    byKey.computeIfAbsent(call.key(), key -> new HashMap<>()).put(call.value(), call);
                }
            }
        }

        /** Why a value that was seen at a time should not have been; null if it may be. */
        @Nullable
        String objection(int key, long value, long at) {
            if (value == 0) {
                return null;
            }
            Call write = byKey.getOrDefault(key, Map.of()).get(value);
            if (write == null || write.invoked() > at) {
                return ", which nobody had written";
            }
            return write.outcome().kind() == Outcome.Kind.NOT_APPLIED
                    ? ", whose write had been reported not applied: "
                            + write.outcome().failure()
                    : null;
        }
    }
}
