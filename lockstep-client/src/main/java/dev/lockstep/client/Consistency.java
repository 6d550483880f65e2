package dev.lockstep.client;

import java.time.Duration;

/**
 * How fresh an answer must be, and so which copies may give it. Immutable.
 *
 * <p>Writes always go to the primary; consistency is about reads.
 */
public final class Consistency {

    enum Level {
        PRIMARY,
        SESSION,
        BOUNDED,
        ANY
    }

    private static final Consistency PRIMARY_ONLY = new Consistency(Level.PRIMARY, Duration.ZERO);
    private static final Consistency SEEN_BY_SESSION = new Consistency(Level.SESSION, Duration.ZERO);
    private static final Consistency ANYTHING = new Consistency(Level.ANY, Duration.ZERO);

    private final Level level;
    private final Duration bound;

    private Consistency(Level level, Duration bound) {
        this.level = level;
        this.bound = bound;
    }

    /** The primary answers. */
    public static Consistency primary() {
        return PRIMARY_ONLY;
    }

    /**
     * Any copy answers that holds all that the session has written or read: a session reads its own writes and never goes
     * back in time.
     */
    public static Consistency session() {
        return SEEN_BY_SESSION;
    }

    /**
     * Any copy answers that holds every write which anybody got acknowledged more than {@code bound} before the call was
     * made. Measured with this process's clock against answers of the primary; no server clock is involved.
     *
     * @param bound longer than zero; below a network round trip every read has to ask the primary first
     */
    public static Consistency boundedStaleness(Duration bound) {
        if (bound.isNegative() || bound.isZero()) {
            throw new IllegalArgumentException(
                    "The staleness bound is " + bound + "; expected more than zero, or Consistency.primary()");
        }
        return new Consistency(Level.BOUNDED, bound);
    }

    /** Any copy answers, however old its data. The only level without a promise. */
    public static Consistency any() {
        return ANYTHING;
    }

    Level level() {
        return level;
    }

    long boundNanos() {
        return bound.toNanos();
    }

    @Override
    public String toString() {
        return switch (level) {
            case PRIMARY -> "primary";
            case SESSION -> "session";
            case BOUNDED -> "boundedStaleness(" + bound.toMillis() + " ms)";
            case ANY -> "any";
        };
    }
}
