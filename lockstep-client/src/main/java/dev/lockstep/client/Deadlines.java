package dev.lockstep.client;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * All calls that have not ended, so that each ends when its time is up, wherever it waits.
 *
 * <p>Any thread may add; one timer thread sweeps. Sweeping everything each few milliseconds costs less than a timer per
 * call, since most calls are done when the sweep meets them.
 */
final class Deadlines {

    static final long SWEEP_MILLIS = 5;

    private static final int STRIPES = 4;
    private static final long EARLY = TimeUnit.MILLISECONDS.toNanos(SWEEP_MILLIS);

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of one generic type
    private final Queue<Call>[] stripes = new Queue[STRIPES];

    Deadlines() {
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new ConcurrentLinkedQueue<>();
        }
    }

    void add(Call call) {
        stripes[(int) Thread.currentThread().getId() & (STRIPES - 1)].add(call);
    }

    /** Ends what is due before the next sweep, so that no call outlives its time; returns how many that were. */
    int sweep(long now) {
        int expired = 0;
        for (Queue<Call> stripe : stripes) {
            for (var calls = stripe.iterator(); calls.hasNext(); ) {
                Call call = calls.next();
                if (!call.isDone() && call.deadline - now <= Math.min(EARLY, call.policy.timeoutNanos() / 2)) {
                    call.expire();
                    expired++;
                }
                if (call.isDone()) {
                    call.claim(); // if its caller has cancelled it, nobody else ends it
                    calls.remove();
                }
            }
        }
        return expired;
    }

    /** Ends all that is left, wherever it waits. */
    void endAll(String when) {
        for (Queue<Call> stripe : stripes) {
            for (Call call = stripe.poll(); call != null; call = stripe.poll()) {
                call.giveUp(when, "it waited");
            }
        }
    }
}
