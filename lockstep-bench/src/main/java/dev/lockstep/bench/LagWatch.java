package dev.lockstep.bench;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import redis.clients.jedis.Jedis;

/**
 * Who looks, again and again, which marks have come to a server, and how long after they were written. A mark counts when it is
 * seen, which is up to half a millisecond after it came.
 */
final class LagWatch {

    private static final long LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    private final Jedis server;
    private final Marks marks;
    private final Thread thread;
    private Histogram lags = new Histogram(3); // guarded by this
    private volatile long seen;
    private volatile boolean over;

    LagWatch(int port, Marks marks) {
        this.server = new Jedis("127.0.0.1", port);
        this.marks = marks;
        this.thread = new Thread(this::look, "bench-lag-" + port);
        thread.setDaemon(true);
        thread.start();
    }

    private void look() {
        while (!over) {
            String told = server.get(MixedWrites.MARK);
            long now = System.nanoTime();
            long latest = told == null ? 0 : Long.parseLong(told);
            synchronized (this) {
                for (long mark = seen + 1; mark <= latest; mark++) {
                    lags.recordValue(Math.max(0, now - marks.time(mark)));
                }
            }
            seen = Math.max(seen, latest);
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /** The latest mark that has come. */
    long seen() {
        return seen;
    }

    /** What was measured since the last time, in nanoseconds. */
    synchronized Histogram take() {
        Histogram taken = lags;
        lags = new Histogram(3);
        return taken;
    }

    /** Looks no more. */
    void end() throws InterruptedException {
        over = true;
        thread.join();
        server.close();
    }
}
