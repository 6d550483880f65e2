package dev.lockstep.bench;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * How many calls one thread has in flight, at most {@link #size}. It goes on sending when there is room for a quarter of
 * that: a thread that woke for every single reply would measure the scheduler.
 */
final class Window {

    private final AtomicInteger inFlight = new AtomicInteger();
    private final Thread owner = Thread.currentThread();
    private final int size;

    /** Made on the thread that sends. */
    Window(int size) {
        this.size = size;
    }

    /** Waits until a quarter is free, takes it, and returns how many calls that is. */
    int refill() {
        int quarter = Math.max(1, size / 4);
        awaitAtMost(size - quarter);
        inFlight.addAndGet(quarter);
        return quarter;
    }

    /** Waits until everything is answered. */
    void drain() {
        awaitAtMost(0);
    }

    private void awaitAtMost(int many) {
        while (inFlight.get() > many) {
            LockSupport.park(this);
        }
    }

    /** One call was answered; on any thread. */
    void answered() {
        int left = inFlight.decrementAndGet();
        if (left == 0 || left == size - Math.max(1, size / 4)) {
            LockSupport.unpark(owner);
        }
    }
}
