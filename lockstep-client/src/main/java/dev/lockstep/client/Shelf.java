package dev.lockstep.client;

import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The values that one reader keeps, by the names of their keys, and the places of those that he has asked for. Thread-safe.
 *
 * @param <V> value type
 */
final class Shelf<V> {
    /* A place is reserved before the value is asked for, and the value is put there only if it still is. Whatever tells that
     * the key has changed takes the value away, or the place, and so also a value that was on its way: it may have been read
     * before the change, though it arrives after it. */

    private final ConcurrentMap<Object, Tracked<V>> kept;
    private final AtomicLong statements;
    final LongAdder changed = new LongAdder();
    final LongAdder lapsed = new LongAdder();

    /** @param statements how many primaries have made, on all connections together */
    Shelf(ConcurrentMap<Object, Tracked<V>> kept, AtomicLong statements) {
        this.kept = kept;
        this.statements = statements;
    }

    /** The value of the key, if it may be returned now; else null. */
    @Nullable
    Tracked<V> current(Object name, long now) {
        long number = statements.get(); // before the value is looked up: see Tracked
        Tracked<V> found = kept.get(name);
        if (found == null) {
            return null;
        }
        if (found.holds(now, number)) {
            return found;
        }
        if (found.isLapsed(now)) {
            lapsed.increment();
        }
        return null;
    }

    /** Reserves a place for a value that is about to be asked for. */
    Tracked<V> reserve(Object name) {
        Tracked<V> place = Tracked.placeholder();
        kept.put(name, place);
        return place;
    }

    /** What was asked for has arrived (null: nothing that could be kept). */
    void arrived(Object name, Tracked<V> place, @Nullable Tracked<V> value) {
        if (value == null) {
            kept.remove(name, place);
        } else {
            kept.replace(name, place, value);
        }
    }

    /** The key has changed, or may have. */
    void changed(Object name) {
        if (kept.remove(name) != null) {
            changed.increment();
        }
    }

    void forget(Object name) {
        kept.remove(name);
    }
}
