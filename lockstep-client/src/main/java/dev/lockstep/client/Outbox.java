package dev.lockstep.client;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The attempts that wait to be written on one link: any thread adds one, the event loop takes all, in the order they came.
 */
final class Outbox {
    /* A stack linked through the attempts themselves, taken whole and turned round: one compare-and-set per attempt, and no
     * allocation. Closing puts an end mark in place of the stack, so that an attempt is either taken by the last takeAll() or
     * refused, never forgotten. */

    private static final Object CLOSED = new Object();

    private final AtomicReference<@Nullable Object> newest = new AtomicReference<>();

    /** Adds the attempt as the last; false if closed. An attempt is added once in its life. */
    @SuppressWarnings("ReferenceEquality") // the end mark is one object
    boolean add(Attempt attempt) {
        Object before;
        do {
            before = newest.get();
            if (before == CLOSED) {
                return false;
            }
            attempt.before = (Attempt) before;
        } while (!newest.compareAndSet(before, attempt));
        return true;
    }

    /** Moves everything to {@code target}, which is empty. */
    void takeAll(List<Attempt> target) {
        empty(null, target);
    }

    /** Moves everything to {@code target}, which is empty, and refuses what comes from now on. */
    void close(List<Attempt> target) {
        empty(CLOSED, target);
    }

    private void empty(@Nullable Object instead, List<Attempt> target) {
        if (newest.getAndSet(instead) instanceof Attempt taken) {
            Attempt next = taken;
            while (next != null) {
                target.add(next);
                Attempt older = next.before;
                next.before = null;
                next = older;
            }
            Collections.reverse(target);
        }
    }
}
