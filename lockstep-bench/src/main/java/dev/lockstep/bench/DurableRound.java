package dev.lockstep.bench;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** One round of one way to write: how many writes in how long, and how long each took. */
final class DurableRound {

    private static final String VALUE = "v".repeat(100);
    private static final int KEYS = 10_000;
    private static final long PATIENCE_SECONDS = 30;

    private final DurableWay way;
    private final int writers;
    private final Histogram latencies = new ConcurrentHistogram(TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS), 3);
    private final List<Throwable> failures = new ArrayList<>(); // guarded by itself
    private long nanos;

    DurableRound(DurableWay way, int writers) {
        this.way = way;
        this.writers = writers;
    }

    /** Keeps as many writes under way as there are writers, for a while, and waits for the last one. */
    DurableRound run(long millis) throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        long[] end = new long[1];
        for (int i = 0; i < way.threads(); i++) {
            int first = i;
            Thread thread = new Thread(() -> {
                try {
                    begun.await();
                    write(first, end[0]);
                } catch (Throwable e) {
                    synchronized (failures) {
                        failures.add(e);
                    }
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

    /** The writes of every writer of one thread: each begins its next one when its last one, the oldest of all, has ended. */
    private void write(int first, long end) throws Exception {
        Deque<CompletableFuture<?>> underWay = new ArrayDeque<>();
        int writer = first;
        for (int n = first; System.nanoTime() - end < 0; n += way.threads()) {
            if (writer >= writers) {
                writer = first;
            }
            if (underWay.size() == (writers - first + way.threads() - 1) / way.threads()) {
                underWay.removeFirst().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            }
            long start = System.nanoTime();
            underWay.add(way.write()
                    .of(writer, "key:" + n % KEYS, VALUE)
                    .whenComplete((ok, failure) -> latencies.recordValue(System.nanoTime() - start))
                    .toCompletableFuture());
            writer += way.threads();
        }
        for (CompletableFuture<?> last : underWay) {
            last.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** Writes per second, and the median and the 99th percentile of how long one took, in microseconds. */
    double[] figures() {
        return new double[] {latencies.getTotalCount() * 1e9 / nanos, micros(50), micros(99)};
    }

    private double micros(double percentile) {
        return latencies.getValueAtPercentile(percentile) / 1_000.0;
    }
}
