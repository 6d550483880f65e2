package dev.lockstep.client;

import java.time.Duration;

/**
 * What a view has decided for its calls: how fresh, how long, on whose behalf.
 *
 * @param consistency how fresh reads must be
 * @param waitForReplica whether a read rather waits for a replica to be fresh than asks the primary
 * @param timeoutNanos how long a call may take, waiting out a failover included
 * @param durability how many replicas must hold a write
 * @param repair what is done about writes that a failover took back
 * @param onRollback what happens when a failover took back what the session had seen
 * @param floors what the session has seen
 */
record Policy(
        Consistency consistency,
        boolean waitForReplica,
        long timeoutNanos,
        Durability durability,
        RepairPolicy repair,
        OnRollback onRollback,
        Floors floors) {

    Policy reading(Consistency chosen) {
        return new Policy(chosen, waitForReplica, timeoutNanos, durability, repair, onRollback, floors);
    }

    Policy within(Duration timeout) {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("The timeout of a call is " + timeout + "; expected more than zero");
        }
        return new Policy(consistency, waitForReplica, timeout.toNanos(), durability, repair, onRollback, floors);
    }

    Policy onRollback(OnRollback chosen) {
        return new Policy(consistency, waitForReplica, timeoutNanos, durability, repair, chosen, floors);
    }

    Policy writing(Durability chosen) {
        return new Policy(consistency, waitForReplica, timeoutNanos, chosen, repair, onRollback, floors);
    }

    Policy repairing(RepairPolicy chosen) {
        return new Policy(consistency, waitForReplica, timeoutNanos, durability, chosen, onRollback, floors);
    }

    boolean readsReplicas() {
        return consistency.level() != Consistency.Level.PRIMARY;
    }
}
