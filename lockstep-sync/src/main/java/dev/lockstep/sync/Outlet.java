package dev.lockstep.sync;

import dev.lockstep.topology.NodeAddress;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The way of one source shard to one node of the target: requests in order, of which so many bytes may be unanswered.
 *
 * <p>One thread writes and waits; replies come on the connection's event loop.
 */
final class Outlet implements Link.Fate, AutoCloseable {

    private final NodeAddress node;
    private final long mostBytes;
    private final LongSupplier clock;
    private final Duration patience;
    private final Throttle throttle;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private @Nullable Link link;

    // Guarded by the lock.
    private long unanswered;
    private long answeredAt;
    private @Nullable Trouble trouble;

    /**
     * What has gone wrong.
     *
     * @param fatal whether it will go wrong again
     * @param place of what was refused in its snapshot or stream; -1 if it is none of these
     */
    record Trouble(String why, boolean fatal, long place) {}

    /**
     * @param mostBytes that may be unanswered when more is written
     * @param clock monotonic nanoseconds
     * @param patience how long an answer is waited for
     * @param throttle what is waited for before anything is sent
     */
    Outlet(NodeAddress node, long mostBytes, LongSupplier clock, Duration patience, Throttle throttle) {
        this.throttle = throttle;
        this.node = node;
        this.mostBytes = mostBytes;
        this.clock = clock;
        this.patience = patience;
    }

    /** To be called once, before anything is written. */
    void use(Link made) {
        link = made;
    }

    NodeAddress node() {
        return node;
    }

    Link link() {
        if (link == null) {
            throw new IllegalStateException("No connection was made");
        }
        return link;
    }

    /**
     * Sends requests, once there is room for them. Their buffer is released, whatever happens.
     *
     * @param replies how many there will be to them, 0 if the rest of the last request is still to come
     * @param receiver of the replies, on the event loop
     */
    void send(ByteBuf requests, int replies, Consumer<Reply> receiver) throws Setback, InterruptedException {
        int bytes = requests.readableBytes();
        boolean sent = false;
        try {
            throttle.bytes().take(bytes);
            await(() -> unanswered < mostBytes && link().isWritable());
            lock.lock();
            try {
                answeredAt = unanswered == 0 ? clock.getAsLong() : answeredAt;
                unanswered += replies == 0 ? 0 : bytes;
            } finally {
                lock.unlock();
            }
            sent = true;
        } finally {
            if (!sent) {
                requests.release();
            }
        }
        int[] left = {replies};
        link().send(requests, replies, reply -> {
            receiver.accept(reply);
            if (--left[0] == 0) {
                answered(bytes);
            }
        });
    }

    /** Waits until so many keys or commands more may be sent. */
    void take(int keys) throws InterruptedException {
        throttle.keys().take(keys);
    }

    private void answered(int bytes) {
        lock.lock();
        try {
            unanswered -= bytes;
            answeredAt = clock.getAsLong();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until all that was sent has been answered. */
    void drain() throws Setback, InterruptedException {
        await(() -> unanswered == 0);
    }

    /** Throws what has gone wrong meanwhile, if something has. */
    void check() throws Setback {
        lock.lock();
        try {
            throwTrouble();
            if (unanswered > 0) {
                throwIfSilent(answeredAt);
            }
        } finally {
            lock.unlock();
        }
    }

    /** What goes wrong is told to whoever writes next, or waits. Only the first trouble counts. */
    void fail(Trouble told) {
        lock.lock();
        try {
            if (trouble == null) {
                trouble = told;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void writable() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void lost(String why) {
        fail(new Trouble("the connection to " + node + " was lost: " + why, false, -1));
    }

    /** What is waited for, under the lock. */
    private interface Waited {
        boolean isSo();
    }

    private void await(Waited waited) throws Setback, InterruptedException {
        lock.lockInterruptibly();
        try {
            throwTrouble();
            long since = clock.getAsLong();
            while (!waited.isSo()) {
                changed.await(1, TimeUnit.SECONDS);
                throwTrouble();
                throwIfSilent(Math.max(since, answeredAt));
            }
        } finally {
            lock.unlock();
        }
    }

    /** A server that was frozen, or a network that is gone, closes no connection. */
    private void throwIfSilent(long since) throws Setback {
        if (clock.getAsLong() - since > patience.toNanos()) {
            throw new Setback(node + " has not answered for " + patience.toMillis() + " ms");
        }
    }

    private void throwTrouble() throws Setback {
        if (trouble != null && !trouble.fatal()) {
            throw new Setback(trouble.why());
        }
        if (trouble != null) {
            throw new Refused(trouble);
        }
    }

    @Override
    public void close() {
        if (link != null) {
            link.close();
        }
    }
}
