package dev.lockstep.topology;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who is held to be the primary of a shard, and on what grounds. Immutable.
 *
 * @param primary the node that was verified last; null before the first
 * @param demoted whether it has said since that it is a replica, so that the shard has no primary
 * @param history the last history that it told as a primary
 * @param epoch the highest sentinel epoch that was accepted; -1 before any
 * @param verifiedAt when it last answered as a primary, in nanoseconds of the watcher's clock
 * @param strays histories of nodes that called themselves primary while this one demonstrably was
 */
record Belief(
        @Nullable NodeAddress primary,
        boolean demoted,
        String history,
        long epoch,
        long verifiedAt,
        Set<String> strays) {

    static final Belief NONE = new Belief(null, false, "", -1, 0, Set.of());

    Belief {
        strays = Set.copyOf(strays);
    }

    /** The node to send writes to, silent or not; null if there is none. */
    @Nullable
    NodeAddress usable() {
        return demoted ? null : primary;
    }

    Belief asDemoted() {
        return demoted ? this : new Belief(primary, true, history, epoch, verifiedAt, strays);
    }
}
