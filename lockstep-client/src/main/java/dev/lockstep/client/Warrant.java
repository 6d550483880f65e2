package dev.lockstep.client;

import dev.lockstep.topology.Position;
import org.jspecify.annotations.Nullable;

/**
 * What allows a value that was read to be returned again, as long as nothing has told that it changed. Immutable.
 *
 * @param era in which it was read
 * @param until when it expires, by this process's clock
 * @param slot of its key; -1 where slots do not matter
 * @param moves how many times the slot had changed hands when the value was asked for
 * @param bucket of its key in the floor
 * @param terms of those who read
 */
record Warrant(Era era, long until, int slot, int moves, int bucket, Terms terms) {
    /* The connection that brings the values brings the changes too. So a statement of the primary on it, "I stand at p", says
     * that all changes up to p have arrived, and every value that is still kept is what the primary had at p. Hence:
     *
     *   lease          The statement was asked for at most so long ago: a primary that is frozen or cut off makes no more.
     *   session        All that the session has seen is at or before p: its own writes, what it read elsewhere, a token.
     *   failover       The statement's lineage is that in which calls are answered now.
     *   moved slot     The slot is where it was, and was nowhere else meanwhile.
     *   order          The statement was there before the value was looked up, or else a change that it covers may have
     *                  taken the value away just after it was found. */

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

    /**
     * Whether the value may be returned now.
     *
     * @param now when it was asked for
     * @param number of a statement that was made before the value was looked up
     */
    boolean holds(long now, long number) {
        Era.Statement latest = era.latest();
        return latest != null
                && latest.number() <= number
                && now - until < 0
                && now - latest.askedAt() < terms.leaseNanos()
                && latest.lineage().equals(era.ground.lineage())
                && era.ground.owns(slot, moves)
                && (terms.seen() == null || terms.seen().isCoveredBy(latest.position(), bucket, latest.lineage()));
    }

    /** Whether the primary has not told in time where it stands. */
    boolean isLapsed(long now) {
        Era.Statement latest = era.latest();
        return latest != null && now - latest.askedAt() >= terms.leaseNanos();
    }
}
