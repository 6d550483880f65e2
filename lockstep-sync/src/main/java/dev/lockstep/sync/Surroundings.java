package dev.lockstep.sync;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was found out about both sides of a copy before it begins. Immutable.
 *
 * @param sources the primaries of the source
 * @param targets the primaries of the target, first that of slot 0
 * @param sharded whether the target is a Redis Cluster
 * @param held what the target remembers of a copy
 * @param owner who copies to the target now; null if nobody does
 * @param writtenPerSecond how many bytes the source writes; -1 if that is not known
 */
record Surroundings(
        List<ServerFacts> sources,
        List<ServerFacts> targets,
        boolean sharded,
        Held held,
        @Nullable String owner,
        long writtenPerSecond) {

    /**
     * What the target remembers.
     *
     * @param copy whether it holds a copy
     * @param selection of what
     * @param ownKeys how many keys whoever copied has left in slot 0
     */
    record Held(boolean copy, @Nullable String selection, long ownKeys) {
        static final Held NOTHING = new Held(false, null, 0);
    }

    long source(String field) {
        return sources.stream().mapToLong(server -> server.number(field)).sum();
    }

    long target(String field) {
        return targets.stream().mapToLong(server -> server.number(field)).sum();
    }
}
