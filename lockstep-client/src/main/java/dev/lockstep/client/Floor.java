package dev.lockstep.client;

import dev.lockstep.topology.Position;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What one session, or all views of one Lockstep together, have seen of one shard: the least that a read must show.
 *
 * <p>Kept per bucket of keys, so that a write to one key does not make the reads of all others wait. Thread-safe.
 */
final class Floor implements Warrant.Seen {
    /* A cell holds the latest moment seen on the primary and the furthest position seen on a replica; it never goes down.
     * The last cell stands for all keys at once (commands with several keys, scripts, transactions). Positions of an old
     * lineage must not be compared with those of a new one, so when there is one, rebase() looks through all cells and
     * tells what was lost. A raise does the same for its cell, before it replaces anything there and after it has. */

    static final int SHARED_BUCKETS = 1024;

    private static final Cell NOTHING = new Cell(null, null);

    /**
     * @param primary the latest moment on the primary
     * @param replica the furthest position of a replica
     */
    private record Cell(@Nullable Mark primary, @Nullable Position replica) {}

    private final @Nullable Session session;
    private final Floors owner;
    private final int buckets;
    private final AtomicReferenceArray<Cell> cells;
    private final AtomicIntegerArray unanswered;
    private volatile boolean rolledBack;

    /**
     * @param session whose floor it is; null for the one that the views share
     * @param owner all floors of the same session
     * @param buckets a power of two
     */
    Floor(@Nullable Session session, Floors owner, int buckets) {
        this.session = session;
        this.owner = owner;
        this.buckets = buckets;
        this.cells = new AtomicReferenceArray<>(buckets + 1);
        this.unanswered = new AtomicIntegerArray(buckets + 1);
        for (int i = 0; i <= buckets; i++) {
            cells.setRelease(i, NOTHING);
        }
    }

    Floors owner() {
        return owner;
    }

    @Nullable
    Session session() {
        return session;
    }

    int allKeys() {
        return buckets;
    }

    /** Notes that {@code mark}, a moment on the primary, was seen in {@code bucket}. */
    void raise(int bucket, Mark mark, ShardRoute shard) {
        Cell old = told(bucket, shard);
        while (old.primary() != mark && (old.primary() == null || mark.isAfter(old.primary()))) {
            if (cells.compareAndSet(bucket, old, new Cell(mark, old.replica()))) {
                told(bucket, shard);
                return;
            }
            old = told(bucket, shard);
        }
    }

    /** Notes that {@code position} was seen on a replica in {@code bucket}. */
    void raise(int bucket, Position position, ShardRoute shard) {
        Cell old = told(bucket, shard);
        while (!covers(old.replica(), position, shard.lineage())) {
            if (cells.compareAndSet(bucket, old, new Cell(old.primary(), position))) {
                told(bucket, shard);
                return;
            }
            old = told(bucket, shard);
        }
    }

    private static boolean covers(@Nullable Position seen, Position position, @Nullable Lineage lineage) {
        return seen != null && lineage != null && lineage.reaches(seen, position);
    }

    /** The cell, after whatever is lost of it in the present lineage has been told. */
    private Cell told(int bucket, ShardRoute shard) {
        Lineage lineage = shard.lineage();
        if (lineage != null) {
            rebase(bucket, shard, lineage);
        }
        return cells.get(bucket);
    }

    /** Something was seen that no position stands for, and it is gone. */
    void lose(ShardRoute shard) {
        Lineage lineage = shard.lineage();
        rolledBack = true;
        shard.rolledBack(this, null, lineage == null ? "" : lineage.history());
    }

    /** A moment whose position must be known before a read of {@code bucket} can be held against it; null if none. */
    @Nullable
    Mark unknown(int bucket) {
        for (int i = first(bucket); i <= buckets; i = next(bucket, i)) {
            Mark mark = cells.get(i).primary();
            if (mark != null && mark.position() == null) {
                return mark;
            }
        }
        return null;
    }

    /** What a copy must have applied to answer a read of {@code bucket}, as far as known; null if anything will do. */
    @Nullable
    Position known(int bucket, @Nullable Lineage lineage) {
        Position furthest = null;
        for (int i = first(bucket); i <= buckets; i = next(bucket, i)) {
            Cell cell = cells.get(i);
            Mark mark = cell.primary();
            furthest = further(furthest, mark == null ? null : mark.position(), lineage);
            furthest = further(furthest, cell.replica(), lineage);
        }
        return furthest;
    }

    @Override
    public boolean isCoveredBy(Position position, int bucket, Lineage lineage) {
        if (hasUnansweredWrites(bucket)) {
            return false;
        }
        for (int i = first(bucket); i <= buckets; i = next(bucket, i)) {
            Cell cell = cells.get(i);
            Mark mark = cell.primary();
            Position onPrimary = mark == null ? null : mark.position();
            Position onReplica = cell.replica();
            if ((mark != null && (onPrimary == null || !lineage.reaches(position, onPrimary)))
                    || (onReplica != null && !lineage.reaches(position, onReplica))) {
                return false;
            }
        }
        return true;
    }

    /** The one of two positions in a lineage that is further. */
    static @Nullable Position further(@Nullable Position one, @Nullable Position other, @Nullable Lineage lineage) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return lineage != null && lineage.reaches(one, other) ? one : other;
    }

    /** A read of one bucket looks at that and the one for all keys; a read of many keys looks at all of them. */
    private int first(int bucket) {
        return bucket == buckets ? 0 : bucket;
    }

    private int next(int bucket, int at) {
        return bucket == buckets || at == buckets ? at + 1 : buckets;
    }

    /** Holds everything seen against a new lineage, tells what was lost, and starts anew where something was. */
    void rebase(ShardRoute shard, Lineage lineage) {
        for (int i = 0; i <= buckets; i++) {
            rebase(i, shard, lineage);
        }
    }

    private void rebase(int bucket, ShardRoute shard, Lineage lineage) {
        Cell cell = cells.get(bucket);
        Mark mark = cell.primary();
        // A mark that is not settled is one of the new primary's: those of a former one are settled before a new
        // lineage.
        boolean primaryLost = mark != null && mark.isSettled() && isLost(mark.position(), lineage);
        boolean replicaLost = cell.replica() != null && isLost(cell.replica(), lineage);
        if (!primaryLost && !replicaLost) {
            return;
        }
        Cell rest = new Cell(primaryLost ? null : mark, replicaLost ? null : cell.replica());
        if (cells.compareAndSet(bucket, cell, rest)) {
            rolledBack = true;
            shard.rolledBack(this, primaryLost && mark != null ? mark.position() : cell.replica(), lineage.history());
        } else {
            rebase(bucket, shard, lineage); // raised meanwhile
        }
    }

    private static boolean isLost(@Nullable Position seen, Lineage lineage) {
        return seen == null || !lineage.survives(seen);
    }

    /** Whether something was taken back since the last call of this method. */
    boolean takeRollback() {
        if (!rolledBack) {
            return false;
        }
        rolledBack = false;
        return true;
    }

    /** A write of a view that reads replicas was sent; until it is answered its reads must follow it to the primary. */
    void writeStarted(int bucket) {
        unanswered.incrementAndGet(bucket);
    }

    void writeEnded(int bucket) {
        unanswered.decrementAndGet(bucket);
    }

    boolean hasUnansweredWrites(int bucket) {
        if (unanswered.get(buckets) > 0 || unanswered.get(bucket) > 0) {
            return true;
        }
        if (bucket == buckets) {
            for (int i = 0; i < buckets; i++) {
                if (unanswered.get(i) > 0) {
                    return true;
                }
            }
        }
        return false;
    }
}
