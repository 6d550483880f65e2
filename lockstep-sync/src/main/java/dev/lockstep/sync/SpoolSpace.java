package dev.lockstep.sync;

import java.util.concurrent.atomic.AtomicLong;

/** The room that the files of one spool share. Thread-safe. */
final class SpoolSpace {

    private final long limit;
    private final AtomicLong used = new AtomicLong();

    SpoolSpace(long limit) {
        this.limit = limit;
    }

    void take(long bytes) throws SpoolFullException {
        long now = used.addAndGet(bytes);
        if (now > limit) {
            used.addAndGet(-bytes);
            throw new SpoolFullException(bytes, now - bytes, limit);
        }
    }

    /** Counts what is there already, even beyond the limit. */
    void found(long bytes) {
        used.addAndGet(bytes);
    }

    void give(long bytes) {
        used.addAndGet(-bytes);
    }

    long used() {
        return used.get();
    }

    long limit() {
        return limit;
    }
}
