package dev.lockstep.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** One round of one way to write: how many writes in how long, and how long each took. */
final class DurableRound {

    private static final String VALUE = "v".repeat(100);
    private static final int KEYS = 10_000;

    private final DurableWay way;
    private final int writers;
    private final Histogram latencies = new Histogram(TimeUnit.SECONDS.toNanos(30), 3);
    private long nanos;

    DurableRound(DurableWay way, int writers) {
        this.way = way;
        this.writers = writers;
    }

    /** Lets the writers write for a while, and waits for the last write. */
    DurableRound run(long millis) throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        List<Throwable> failures = new ArrayList<>();
        long[] end = new long[1];
        for (int i = 0; i < writers; i++) {
            int writer = i;
            Thread thread = new Thread(() -> {
                Histogram own = new Histogram(TimeUnit.SECONDS.toNanos(30), 3);
                try {
                    begun.await();
                    for (int n = writer; System.nanoTime() - end[0] < 0; n += writers) {
                        long start = System.nanoTime();
                        way.write().of(writer, "key:" + n % KEYS, VALUE);
                        own.recordValue(System.nanoTime() - start);
                    }
                } catch (Throwable e) {
                    synchronized (failures) {
                        failures.add(e);
                    }
                }
                synchronized (latencies) {
                    latencies.add(own);
                }
            });
            threads.add(thread);
            thread.start();
        }
        long start = System.nanoTime();
        end[0] = start + TimeUnit.MILLISECONDS.toNanos(millis);
        begun.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        nanos = System.nanoTime() - start;
        if (!failures.isEmpty()) {
            throw new IllegalStateException(way.name() + " failed", failures.get(0));
        }
        return this;
    }

    double perSecond() {
        return latencies.getTotalCount() * 1e9 / nanos;
    }

    double micros(double percentile) {
        return latencies.getValueAtPercentile(percentile) / 1_000.0;
    }
}
