package dev.lockstep.client;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What one session, or all views of one Lockstep together, have seen of one shard: the least that a read must show.
 *
 * <p>Kept per bucket of keys, so that a write to one key does not make the reads of all others wait. Thread-safe.
 */
final class Floor {
    /* Cells hold marks, which grow: a raise replaces a cell's mark by a later one. The last cell stands for all keys at
     * once (commands with several keys, scripts, transactions). Before the marks of an old lineage can be compared with
     * those of a new one, rebase() has replaced them and told what was lost; a raise that was under way at that moment
     * sees the new lineage right after its own write and repeats the check itself. */

    static final int SHARED_BUCKETS = 1024;

    private final @Nullable Session session;
    private final int buckets;
    private final AtomicReferenceArray<@Nullable Mark> marks;
    private final AtomicIntegerArray unanswered;
    private volatile boolean rolledBack;

    /**
     * @param session whose floor it is; null for the one that the views share
     * @param buckets a power of two
     */
    Floor(@Nullable Session session, int buckets) {
        this.session = session;
        this.buckets = buckets;
        this.marks = new AtomicReferenceArray<>(buckets + 1);
        this.unanswered = new AtomicIntegerArray(buckets + 1);
    }

    @Nullable
    Session session() {
        return session;
    }

    int allKeys() {
        return buckets;
    }

    /** The bucket of the keys that {@code request} touches. */
    int bucketOf(CommandTraits traits, Request request) {
        if (!traits.singleKey()) {
            return buckets;
        }
        if (buckets == 1) {
            return 0;
        }
        int spread = request.keyHash() * 0x9E3779B9;
        return (spread >>> 16) & (buckets - 1);
    }

    /** Notes that what {@code mark} stands for was seen in {@code bucket}. */
    @SuppressWarnings("ReferenceEquality") // a lineage is replaced, never changed
    void raise(int bucket, Mark mark, ShardRoute shard) {
        Lineage before = shard.lineage();
        while (true) {
            Mark old = marks.get(bucket);
            if (old == mark || (old != null && !isLater(mark, old, before))) {
                break;
            }
            Mark next = old == null || replaces(mark, old) ? mark : joined(old, mark, before);
            if (marks.compareAndSet(bucket, old, next)) {
                break;
            }
        }
        Lineage after = shard.lineage();
        if (after != before && after != null) {
            rebase(bucket, shard, after);
        }
    }

    private static boolean isLater(Mark mark, Mark old, @Nullable Lineage lineage) {
        if (mark.source == old.source) {
            return mark.sequence > old.sequence;
        }
        if (mark.position() != null && old.position() != null && lineage != null) {
            return !lineage.reaches(old.position(), mark.position());
        }
        return true;
    }

    /** A moment on the primary's connection is at or past all that was seen before it; a replica's position may not be. */
    private static boolean replaces(Mark mark, Mark old) {
        return mark.source == old.source || mark.position() == null || old.position() != null;
    }

    private static Mark joined(Mark unsettled, Mark known, @Nullable Lineage lineage) {
        Mark joined = new Mark(unsettled, Long.MAX_VALUE);
        unsettled.whenSettled(() -> {
            var first = unsettled.position();
            var second = known.position();
            joined.settle(
                    first == null || second == null || lineage == null
                            ? first
                            : lineage.reaches(first, second) ? first : second);
        });
        return joined;
    }

    /** The marks that a read of {@code bucket} must not fall below: none, one or two. */
    Mark @Nullable [] required(int bucket) {
        if (bucket == buckets) {
            return everything();
        }
        Mark own = marks.get(bucket);
        Mark all = marks.get(buckets);
        if (own == null) {
            return all == null ? null : new Mark[] {all};
        }
        return all == null || all == own ? new Mark[] {own} : new Mark[] {own, all};
    }

    private Mark @Nullable [] everything() {
        var seen = new java.util.LinkedHashSet<Mark>();
        for (int i = 0; i <= buckets; i++) {
            Mark mark = marks.get(i);
            if (mark != null) {
                seen.add(mark);
            }
        }
        return seen.isEmpty() ? null : seen.toArray(new Mark[0]);
    }

    /** Holds all marks against a new lineage, tells what was lost, and starts anew where something was. */
    void rebase(ShardRoute shard, Lineage lineage) {
        for (int i = 0; i <= buckets; i++) {
            rebase(i, shard, lineage);
        }
    }

    private void rebase(int bucket, ShardRoute shard, Lineage lineage) {
        Mark mark = marks.get(bucket);
        if (mark == null || !mark.isSettled()) {
            return; // a mark on the new primary's connection; those of an old one are settled before a new lineage
        }
        var seen = mark.position();
        if (seen != null && lineage.survives(seen)) {
            return;
        }
        if (marks.compareAndSet(bucket, mark, null)) {
            rolledBack = true;
            shard.rolledBack(this, seen, lineage);
        }
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
