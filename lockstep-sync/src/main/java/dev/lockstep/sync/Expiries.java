package dev.lockstep.sync;

/**
 * How times of expiry are written to a target that is not in step yet.
 *
 * <p>While a copy is behind, a key may be renewed at the source long before its old time is up, and the target, a primary that
 * expires keys by its own clock, would take it away before it hears of that: the renewal would then find nothing. So until the
 * copy is live every time of expiry is written far later than it is, and before that the true one is put in its place.
 */
final class Expiries {
    /* The grace is so long that a time that carries it can be told from any that does not, so that putting true times in place
     * may be interrupted and begun again. The source's own expiries arrive as deletions meanwhile. */

    /** Milliseconds: 35,000 years. No time of a source is so late. */
    static final long GRACE = 1L << 50;

    private Expiries() {}

    /**
     * A time with grace.
     *
     * @throws SyncException if it is so late that it could not be told from one that has grace
     */
    static long graced(long expireAt) {
        if (expireAt >= GRACE) {
            throw new SyncException(
                    "A key expires at " + expireAt + " ms, more than 35,000 years from now; expected less than " + GRACE
                            + ". Give it a time that is sooner, or none");
        }
        return expireAt + GRACE;
    }

    static boolean isGraced(long expireAt) {
        return expireAt >= GRACE;
    }

    static long trueTime(long expireAt) {
        return isGraced(expireAt) ? expireAt - GRACE : expireAt;
    }
}
