package dev.lockstep.client;

/** What a view does when a failover took back writes that its session had seen, so that no copy can keep the promise. */
public enum OnRollback {
    /** Tell the {@link LockstepListener} before the next answer, and go on from what there is now. */
    REPORT,
    /** Tell the listener, and fail the session's next read once, with {@link StaleReadException}. */
    FAIL
}
