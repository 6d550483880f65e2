package dev.lockstep.client;

/** What is done about an acknowledged write that a failover took back. */
public enum RepairPolicy {

    /** It is told: to the {@link LockstepListener}, to {@link LockstepStats}, to the log. */
    REPORT,

    /**
     * It is told, and its keys are removed from the new primary, before it answers any read of this Lockstep: for keys that
     * can be loaded again from elsewhere, whose next reader shall find nothing rather than an old value.
     *
     * <p>This removes the keys whoever wrote them: confirmed writes and those of other clients go as well.
     */
    INVALIDATE
}
