package dev.lockstep.drill;

import java.util.ArrayList;
import java.util.List;

/** A bounded read sees every value that anyone had been confirmed longer ago than its bound, counted from its start. */
final class StalenessChecker implements Checker {

    @Override
    public List<Finding> check(History history) {
        ConfirmedWrites confirmed = new ConfirmedWrites(history);
        List<Violation> violations = new ArrayList<>();
        long judged = 0;
        for (Call read : history.calls()) {
            if (read.op() != Op.READ_BOUNDED || !read.ok() || read.value() == Call.FOREIGN) {
                continue;
            }
            judged++;
            long limit = read.invoked() - read.actor().boundNanos();
            Call due = confirmed.newestBefore(read.key(), limit, read.returned());
            if (due != null && read.value() < due.value()) {
                violations.add(new Violation(
                        Anomaly.STALENESS_EXCEEDED,
                        read.returned(),
                        Evidence.of(read, history.key(read)) + ", although " + due.value() + " was confirmed "
                                + (read.invoked() - due.returned()) / 1_000_000 + " ms before the read began"));
            }
        }
        return List.of(new Finding(Anomaly.STALENESS_EXCEEDED, judged, violations));
    }
}
