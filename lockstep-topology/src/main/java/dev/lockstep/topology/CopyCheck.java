package dev.lockstep.topology;

import org.jspecify.annotations.Nullable;

/** Whether a replica is a copy that may take over: a pure function of what it and its primary say of themselves. */
final class CopyCheck {

    /** Further behind than this, it would take longer to catch up than writes should wait. */
    static final long FAR_BEHIND = 16L << 20;

    private CopyCheck() {}

    /** What speaks against it, in words that follow "it"; null if nothing does. */
    static @Nullable String objection(NodeAddress primary, ReplicationInfo leads, ReplicationInfo copy) {
        if (copy.role() != Role.REPLICA) {
            return "says that it is a primary";
        }
        if (copy.syncInProgress()) {
            return "is receiving a full copy; wait until it has it";
        }
        if (!copy.linkUp()) {
            return "has lost its link to its primary; wait until that is up again";
        }
        if (copy.primary() != null && !copy.primary().equals(primary)) {
            return "follows " + copy.primary() + " instead of " + primary;
        }
        if (!copy.position().history().equals(leads.position().history())) {
            return "is in another history (" + copy.position().brief() + ") than its primary ("
                    + leads.position().brief() + "); wait until it is in sync";
        }
        long behind = leads.position().offset() - copy.position().offset();
        return behind > FAR_BEHIND
                ? "is " + (behind >> 20) + " MiB behind; wait until it has caught up to " + (FAR_BEHIND >> 20) + " MiB"
                : null;
    }
}
