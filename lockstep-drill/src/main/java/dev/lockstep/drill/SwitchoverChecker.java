package dev.lockstep.drill;

import java.util.ArrayList;
import java.util.List;

/**
 * A switchover loses no acknowledged write, durable or not. Judged are appends that returned while nothing else was done to
 * the shard.
 */
final class SwitchoverChecker implements Checker {
    private final List<FaultWindow> faults;

    SwitchoverChecker(List<FaultWindow> faults) {
        this.faults = List.copyOf(faults);
    }

    /** Nothing at all if there was no switchover that could be judged. */
    @Override
    public List<Finding> check(History history) {
        Appends appends = new Appends(history);
        List<FaultWindow> planned = faults.stream()
                .filter(fault -> fault.kind() == FaultKind.SWITCHOVER && isAlone(fault))
                .toList();
        if (planned.isEmpty()) {
            return List.of();
        }
        long judged = 0;
        List<Violation> violations = new ArrayList<>();
        for (FaultWindow switchover : planned) {
            for (Call append : appends.acknowledged()) {
                if (append.returned() >= switchover.fromNanos()
                        && append.returned() <= switchover.healedNanos()
                        && history.placement()
                                .surelyHolds(
                                        switchover.shard(),
                                        history.key(append).slot(),
                                        append.invoked(),
                                        switchover.settledNanos())) {
                    judged++;
                    if (appends.isGone(append)) {
                        violations.add(new Violation(
                                Anomaly.LOST_IN_SWITCHOVER,
                                append.returned(),
                                "Element " + append.value() + " was acknowledged at " + Evidence.at(append.returned())
                                        + ", in the switchover to " + switchover.target() + ", and is not in "
                                        + history.key(append).name()));
                    }
                }
            }
        }
        return judged == 0 ? List.of() : List.of(new Finding(Anomaly.LOST_IN_SWITCHOVER, judged, violations));
    }

    private boolean isAlone(FaultWindow switchover) {
        return faults.stream()
                .noneMatch(other -> !other.equals(switchover)
                        && other.shard() == switchover.shard()
                        && other.fromNanos() <= switchover.settledNanos()
                        && other.settledNanos() >= switchover.fromNanos());
    }
}
