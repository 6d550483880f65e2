package dev.lockstep.client;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** Threads that count on keys of their own, each with a session, and say what failed or was not as it left it. */
final class CountingLoad implements AutoCloseable {

    private static final int KEYS = 40;

    private final List<Thread> threads = new ArrayList<>();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final List<String> lost = new CopyOnWriteArrayList<>();
    private final AtomicLong calls = new AtomicLong();
    private final long[][] counts;
    private final Lockstep cache;
    private volatile boolean stopped;

    private CountingLoad(int count, Lockstep cache) {
        this.cache = cache;
        this.counts = new long[count][KEYS];
    }

    static CountingLoad of(int count, Lockstep cache) {
        CountingLoad load = new CountingLoad(count, cache);
        for (int i = 0; i < count; i++) {
            int number = i;
            Thread thread = new Thread(() -> load.run(number));
            load.threads.add(thread);
            thread.start();
        }
        return load;
    }

    private static String key(int thread, int number) {
        return "count-" + thread + "-" + number;
    }

    private void run(int thread) {
        Session session = cache.newSession();
        var primary = session.primary().sync();
        var replica = session.replica().sync();
        var nearest = session.session().sync();
        for (int i = 0; !stopped; i++) {
            int number = i % KEYS;
            String key = key(thread, number);
            try {
                long expected = ++counts[thread][number];
                expect(key, expected, primary.incr(key));
                expect(key, expected, Long.parseLong(replica.get(key)));
                expect(key, expected, Long.parseLong(nearest.get(key)));
                calls.addAndGet(3);
            } catch (RuntimeException e) {
                failures.add(key + ": " + e);
            }
        }
    }

    private void expect(String key, long expected, long seen) {
        if (expected != seen) {
            lost.add(key + " is " + seen + " instead of " + expected);
        }
    }

    /** Waits until so many more calls were answered. */
    void awaitCalls(long more) {
        long enough = calls.get() + more;
        await().atMost(Duration.ofSeconds(30)).until(() -> calls.get() >= enough);
    }

    long calls() {
        return calls.get();
    }

    /** Ends the load and compares all that is left with what was counted. */
    void stop() throws InterruptedException {
        stopped = true;
        for (Thread thread : threads) {
            thread.join();
        }
        for (int thread = 0; thread < counts.length; thread++) {
            for (int number = 0; number < KEYS; number++) {
                if (counts[thread][number] > 0) {
                    String key = key(thread, number);
                    String value = String.valueOf(cache.primary().sync().get(key));
                    if (!value.equals("" + counts[thread][number])) {
                        lost.add(key + " ends as " + value + " instead of " + counts[thread][number]);
                    }
                }
            }
        }
    }

    List<String> failures() {
        return failures;
    }

    /** Values that were not what this thread left there. */
    List<String> lost() {
        return lost;
    }

    @Override
    public void close() {
        stopped = true;
    }
}
