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
        List<FaultWindow> planned = faults.stream()
                .filter(fault -> fault.kind() == FaultKind.SWITCHOVER && isAlone(fault))
                .toList();
        if (planned.isEmpty()) {
            return List.of();
        }
        List<Acknowledged> lists =
                Acknowledged.of(history).stream().filter(Acknowledged::isList).toList();
        long judged = 0;
        List<Violation> violations = new ArrayList<>();
        for (FaultWindow switchover : planned) {
            for (Acknowledged appends : lists) {
                List<Call> gone = within(switchover, appends.gone(), history).stream()
                        .filter(append -> faults.stream().noneMatch(it -> it.mayHaveEmptied(history, append)))
                        .toList();
                judged += gone.size()
                        + within(switchover, appends.there(), history).size();
                gone.forEach(append -> violations.add(violation(append, switchover, appends.key())));
            }
        }
        return judged == 0 ? List.of() : List.of(new Finding(Anomaly.LOST_IN_SWITCHOVER, judged, violations));
    }

    /** Those that returned while it was going on, on its shard and no other. */
    private static List<Call> within(FaultWindow switchover, List<Call> appends, History history) {
        return appends.stream()
                .filter(append -> append.returned() >= switchover.fromNanos()
                        && append.returned() <= switchover.healedNanos()
                        && history.placement()
                                .surelyHolds(
                                        switchover.shard(),
                                        history.key(append).slot(),
                                        append.invoked(),
                                        switchover.settledNanos()))
                .toList();
    }

    private static Violation violation(Call append, FaultWindow switchover, Key key) {
        return new Violation(
                Anomaly.LOST_IN_SWITCHOVER,
                append.returned(),
                "Element " + append.value() + " was acknowledged at " + Evidence.at(append.returned())
                        + ", in the switchover to " + switchover.target() + ", and is not in " + key.name());
    }

    private boolean isAlone(FaultWindow switchover) {
        return faults.stream()
                .noneMatch(other -> !other.equals(switchover)
                        && other.shard() == switchover.shard()
                        && other.fromNanos() <= switchover.settledNanos()
                        && other.settledNanos() >= switchover.fromNanos());
    }
}
