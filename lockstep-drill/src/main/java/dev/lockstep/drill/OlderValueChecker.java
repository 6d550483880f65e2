package dev.lockstep.drill;

import java.util.ArrayList;
import java.util.List;

/**
 * Once a value is confirmed, the primary gives no older one, during the drill and after it, unless a failover lost it.
 *
 * <p>What this catches is a write that was given up, stayed in a socket, and was applied over a newer one.
 */
final class OlderValueChecker implements Checker {

    @Override
    public List<Finding> check(History history) {
        ConfirmedWrites confirmed = new ConfirmedWrites(history);
        List<Violation> violations = new ArrayList<>();
        long judged = 0;
        for (Call read : history.calls()) {
            if (read.op() != Op.READ_PRIMARY || !read.ok() || read.value() == Call.FOREIGN) {
                continue;
            }
            judged++;
            Call due = confirmed.newestBefore(read.key(), read.invoked(), read.returned());
            if (due != null && read.value() < due.value()) {
                violations.add(violation(read.returned(), Evidence.of(read, history.key(read)), due));
            }
        }
        for (Key key : history.keys()) {
            long[] held = history.finals().get(key.id());
            if (key.type() != Key.Type.REGISTER || held == null || held[0] == Call.FOREIGN) {
                continue;
            }
            judged++;
            Call due = confirmed.newestBefore(key.id(), Long.MAX_VALUE, Long.MAX_VALUE);
            if (due != null && held[0] < due.value()) {
                violations.add(violation(
                        due.returned(), "After the last call the primary held " + held[0] + " in " + key.name(), due));
            }
        }
        return List.of(new Finding(Anomaly.OLDER_VALUE_RETURNED, judged, violations));
    }

    private static Violation violation(long at, String seen, Call due) {
        return new Violation(
                Anomaly.OLDER_VALUE_RETURNED,
                at,
                seen + ", although " + due.value() + " was confirmed at " + Evidence.at(due.returned())
                        + " and no failover can have lost it");
    }
}
