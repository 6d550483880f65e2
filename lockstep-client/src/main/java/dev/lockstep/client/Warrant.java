package dev.lockstep.client;

import dev.lockstep.topology.Position;
import org.jspecify.annotations.Nullable;

/**
 * The conditions on which a value that was read may be returned again; {@link Tracked} holds to them. Immutable.
 *
 * @param era in which it was read
 * @param until when it expires, by this process's clock
 * @param slot of its key; -1 where slots do not matter
 * @param moves how many times the slot had changed hands when the value was asked for
 * @param bucket of its key in the floor
 * @param terms of those who read
 */
record Warrant(Era era, long until, int slot, int moves, int bucket, Terms terms) {

    /** What a session has seen. */
    interface Seen {

        /** Whether all that was seen of the keys of {@code bucket} is known to be part of {@code position}. */
        boolean isCoveredBy(Position position, int bucket, Lineage lineage);
    }

    /**
     * What readers have agreed to.
     *
     * @param leaseNanos how old the primary's last statement may be
     * @param seen what it must cover; null for readers who are promised no more than the lease
     */
    record Terms(long leaseNanos, @Nullable Seen seen) {}
}
