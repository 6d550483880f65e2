package dev.lockstep.client;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * All calls that have not ended, so that each ends when its time is up, wherever it waits.
 *
 * <p>Any thread may add; one timer thread sweeps. Sweeping everything each few milliseconds costs less than a timer per
 * call, since most calls are done when the sweep meets them.
 */
final class Deadlines {
    /* New calls are stacks linked through the calls themselves, which a sweep takes whole. What is still open then goes to a
     * list of the sweeper's own. */

    static final long SWEEP_MILLIS = 5;

    private static final int STRIPES = 4;
    private static final long EARLY = TimeUnit.MILLISECONDS.toNanos(SWEEP_MILLIS);

    private final AtomicReferenceArray<@Nullable Call> newest = new AtomicReferenceArray<>(STRIPES);
    private final List<Call> open = new ArrayList<>(); // guarded by this

    void add(Call call) {
        int stripe = (int) Thread.currentThread().getId() & (STRIPES - 1);
        Call before;
        do {
            before = newest.get(stripe);
            call.addedBefore = before;
        } while (!newest.compareAndSet(stripe, before, call));
    }

    /** Ends what is due before the next sweep, so that no call outlives its time; returns how many that were. */
    int sweep(long now) {
        List<Call> due = new ArrayList<>();
        synchronized (this) {
            gather();
            open.removeIf(call -> {
                boolean done = isDone(call);
                if (!done && call.deadline - now <= Math.min(EARLY, call.policy.timeoutNanos() / 2)) {
                    due.add(call);
                    return true;
                }
                return done;
            });
        }
        due.forEach(Call::expire);
        return due.size();
    }

    /** Ends all that is left, wherever it waits. */
    void endAll(String when) {
        List<Call> left;
        synchronized (this) {
            gather();
            left = List.copyOf(open);
            open.clear();
        }
        left.forEach(call -> call.giveUp(when, "it waited"));
    }

    /** Whether it has ended; one that its caller has cancelled is ended here, since nobody else does. */
    private static boolean isDone(Call call) {
        boolean done = call.isDone();
        if (done) {
            call.claim();
        }
        return done;
    }

    private void gather() {
        for (int i = 0; i < STRIPES; i++) {
            for (Call call = newest.getAndSet(i, null); call != null; ) {
                if (!isDone(call)) {
                    open.add(call);
                }
                Call older = call.addedBefore;
                call.addedBefore = null;
                call = older;
            }
        }
    }
}
