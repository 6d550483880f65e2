package dev.lockstep.client;

import dev.lockstep.topology.Position;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of time during which a primary tells, on one connection, of every change of what was read there.
 *
 * <p>It ends once and for good: with the connection, with the primary's role or history, or when everything is told to have
 * changed. What was read in it is worth nothing afterwards. Thread-safe.
 */
final class Era {

    /** The shard that it belongs to, as far as it matters here. */
    interface Ground {

        /** In which lineage calls are answered now. */
        @Nullable
        Lineage lineage();

        /** Whether the shard owns the slot now, which has changed hands so many times. */
        boolean owns(int slot, int moves);
    }

    /**
     * What the primary answered when it was last asked where it stands. It had told of every change up to that position
     * before, since replies and changes come over the same connection, in order.
     *
     * @param askedAt when it was asked: every write acknowledged before that is included
     * @param number greater than that of every earlier statement, on whatever connection
     */
    record Statement(Position position, Lineage lineage, long askedAt, long number) {}

    final Ground ground;
    private volatile @Nullable Statement latest;
    private boolean over; // guarded by this

    Era(Ground ground) {
        this.ground = ground;
    }

    /** The primary has made a statement; false if it comes too late. */
    synchronized boolean renew(Statement statement) {
        if (!over) {
            latest = statement;
        }
        return !over;
    }

    synchronized void end() {
        over = true;
        latest = null;
    }

    /** Null before the first, and when the era is over. */
    @Nullable
    Statement latest() {
        return latest;
    }
}
