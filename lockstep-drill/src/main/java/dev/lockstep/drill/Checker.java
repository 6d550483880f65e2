package dev.lockstep.drill;

import java.util.List;

/**
 * One promise, judged over a whole history. A pure function: no clock, no server, no state.
 *
 * <p>A checker accuses only where every possible course of events would be a broken promise; what cannot be decided is
 * not held against the client.
 */
interface Checker {

    List<Finding> check(History history);

    /** Every checker of a drill in which these faults were done. */
    static List<Checker> all(List<FaultWindow> faults) {
        return List.of(
                new SessionChecker(),
                new StalenessChecker(),
                new OlderValueChecker(),
                new LossChecker(faults),
                new SwitchoverChecker(faults),
                new AppliedTwiceChecker(),
                new OutOfNowhereChecker());
    }
}
