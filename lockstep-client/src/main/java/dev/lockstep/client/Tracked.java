package dev.lockstep.client;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A value that was read and may be returned again for a while, or the place where one will stand. Immutable.
 *
 * <p>Kept by {@link TrackedReads}, in a map that its user provides.
 *
 * @param <V> value type
 */
public final class Tracked<V> {
    /* The connection that brings the values brings the changes too. So a statement of the primary on it, "I stand at p", says
     * that all changes up to p have arrived, and every value that is still kept is what the primary had at p. Hence:
     *
     *   lease          The statement was asked for at most so long ago: a primary that is frozen or cut off makes no more.
     *   session        All that the session has seen is at or before p: its own writes, what it read elsewhere, a token.
     *   failover       The statement's lineage is that in which calls are answered now.
     *   moved slot     The slot is where it was, and was nowhere else meanwhile.
     *   order          The statement was there before the value was looked up, or else a change that it covers may have
     *                  taken the value away just after it was found. */

    private final @Nullable V value;

    // The warrant, taken apart: a hit costs no more than a few look-ups in memory. Without an era it is a mere place.
    private final @Nullable Era era;
    private final Warrant.@Nullable Terms terms;
    private final long until;
    private final int slot;
    private final int moves;
    private final int bucket;

    Tracked(@Nullable V value, Warrant warrant) {
        this.value = value;
        this.era = warrant.era();
        this.terms = warrant.terms();
        this.until = warrant.until();
        this.slot = warrant.slot();
        this.moves = warrant.moves();
        this.bucket = warrant.bucket();
    }

    private Tracked() {
        this.value = null;
        this.era = null;
        this.terms = null;
        this.until = 0;
        this.slot = 0;
        this.moves = 0;
        this.bucket = 0;
    }

    /** What stands for a value that was asked for and is not there yet. */
    static <V> Tracked<V> placeholder() {
        return new Tracked<>();
    }

    /** The value; null if the key did not exist. */
    public @Nullable V value() {
        return value;
    }

    /**
     * Whether the value may be returned now.
     *
     * @param now when it was asked for
     * @param number of a statement that was made before the value was looked up
     */
    boolean holds(long now, long number) {
        if (era == null || terms == null) {
            return false;
        }
        Era.Statement latest = era.latest();
        if (latest == null || latest.number() > number) {
            return false;
        }
        Warrant.Seen seen = terms.seen();
        return now - until < 0
                && now - latest.askedAt() < terms.leaseNanos()
                && Objects.equals(latest.lineage(), era.ground.lineage())
                && era.ground.owns(slot, moves)
                && (seen == null || seen.isCoveredBy(latest.position(), bucket, latest.lineage()));
    }

    /** Whether the primary has not told in time where it stands. */
    boolean isLapsed(long now) {
        Era.Statement latest = era == null ? null : era.latest();
        return latest != null && terms != null && now - latest.askedAt() >= terms.leaseNanos();
    }
}
