package dev.lockstep.drill;

import java.util.ArrayList;
import java.util.List;

/** A bounded read, also of a near cache, sees every value that anyone had been confirmed longer ago than its bound, counted from its start. */
final class StalenessChecker implements Checker {

    @Override
    public List<Finding> check(History history) {
        ConfirmedWrites confirmed = new ConfirmedWrites(history);
        return List.of(
                check(history, confirmed, Op.READ_BOUNDED, Anomaly.STALENESS_EXCEEDED),
                check(history, confirmed, Op.READ_NEAR_BOUNDED, Anomaly.NEAR_CACHE_TOO_OLD));
    }

    private static Finding check(History history, ConfirmedWrites confirmed, Op op, Anomaly anomaly) {
        List<Violation> violations = new ArrayList<>();
        long judged = 0;
        for (Call read : history.calls()) {
            if (read.op() != op || !read.ok() || read.value() == Call.FOREIGN) {
                continue;
            }
            judged++;
            long limit = read.invoked() - read.actor().boundNanos();
            Call due = confirmed.newestBefore(read.key(), limit, read.returned());
            if (due != null && read.value() < due.value()) {
                violations.add(new Violation(
                        anomaly,
                        read.returned(),
                        Evidence.of(read, history.key(read)) + ", although " + due.value() + " was confirmed "
                                + (read.invoked() - due.returned()) / 1_000_000 + " ms before the read began"));
            }
        }
        return new Finding(anomaly, judged, violations);
    }
}
