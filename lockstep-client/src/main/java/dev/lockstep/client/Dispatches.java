package dev.lockstep.client;

import java.util.concurrent.atomic.AtomicIntegerArray;

/** The callers between looking up whose a slot is and having handed over their call. Thread-safe. */
final class Dispatches {
    /* When a slot changes hands, a caller may just have read the old owner and not yet queued its call there. Whoever
     * waits until that has happened must wait for those callers only who are inside now. So each enters and leaves a
     * counter, one of several, far apart in memory, so that threads do not disturb each other. A counter that was once
     * seen at zero after the change can only be raised by callers who see the change. */

    private static final int STRIPES = 16;
    private static final int SPREAD = 32;

    private final AtomicIntegerArray inside = new AtomicIntegerArray(STRIPES * SPREAD);

    /** Returns what to leave with. */
    int enter() {
        int stripe = ((int) Thread.currentThread().getId() & (STRIPES - 1)) * SPREAD;
        inside.getAndIncrement(stripe);
        return stripe;
    }

    void leave(int stripe) {
        inside.getAndDecrement(stripe);
    }

    /** Begins to wait for all who are inside now. */
    Wait begin() {
        return new Wait();
    }

    /** The wait for those who were inside at one moment. Confined to one thread at a time. */
    final class Wait {

        private int left = STRIPES;

        /** Whether all of them have left. */
        boolean isOver() {
            while (left > 0 && inside.get((left - 1) * SPREAD) == 0) {
                left--;
            }
            return left == 0;
        }
    }
}
