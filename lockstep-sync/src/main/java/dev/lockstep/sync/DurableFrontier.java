package dev.lockstep.sync;

import java.util.concurrent.TimeUnit;

/**
 * The offset up to which the target holds everything even if its primaries are replaced by their replicas. Confined to one
 * thread.
 */
final class DurableFrontier {
    /* A failover of the target takes back data and checkpoints together, slot by slot. But a slot that has lost something looks
     * like one for which there was nothing to do. So what is remembered as done, from where on the stream will be read again,
     * has to be on the replicas too: now and then all of them are waited for, on the connections that have written. Until
     * they have it, the remembered place and the spool stay where they are. */

    private static final long EVERY = TimeUnit.SECONDS.toNanos(1);

    private final Replicated replicated;
    private long asking;
    private long askedAt;
    private long offset;

    DurableFrontier(Replicated replicated, long offset, long now) {
        this.replicated = replicated;
        this.offset = offset;
        this.askedAt = now;
    }

    /**
     * Asks, or looks at the answers.
     *
     * @param frontier up to where everything has been committed
     * @return whether the durable offset has moved
     */
    boolean turn(long frontier, long now) {
        if (replicated.isAsked()) {
            boolean held = replicated.isAnswered() && replicated.take();
            offset = held ? asking : offset;
            return held;
        }
        if (frontier > offset && now - askedAt >= EVERY) {
            askedAt = now;
            asking = frontier;
            replicated.ask();
        }
        return false;
    }

    long offset() {
        return offset;
    }
}
