package dev.lockstep.local;

import java.time.Duration;

/** What is wrong now with a link or with one connection; set by any thread, read by the thread that carries the bytes. */
final class LinkFaults {
    private volatile boolean requestsHeld;
    private volatile boolean repliesHeld;
    private volatile long delayNanos;

    void hold(boolean requests, boolean replies) {
        requestsHeld = requests;
        repliesHeld = replies;
    }

    void delay(Duration delay) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("A delay is not negative; got " + delay);
        }
        delayNanos = delay.toNanos();
    }

    boolean requestsHeld() {
        return requestsHeld;
    }

    boolean repliesHeld() {
        return repliesHeld;
    }

    long delayNanos() {
        return delayNanos;
    }
}
