package dev.lockstep.bench;

import dev.lockstep.client.Lockstep;
import dev.lockstep.client.LockstepStats;
import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import dev.lockstep.topology.Deployment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures how long held calls wait after the promoted node could take them: failover after failover, from the first write
 * that the node accepts to the first call of the application that succeeds.
 *
 * <p>Arguments: the number of failovers (default 20).
 */
public final class FailoverDelay {

    private static final int CALLERS = 4;
    /** Longer than the sentinels take when a first election finds no winner and they wait for the next. */
    private static final Duration TIMEOUT = Duration.ofSeconds(40);

    private final LocalDeployment redis;
    private final Lockstep cache;
    private final AtomicInteger failedInTime = new AtomicInteger();
    private final List<Long> delaysMicros = new ArrayList<>();
    private final List<Long> outagesMillis = new ArrayList<>();

    private FailoverDelay(LocalDeployment redis, Lockstep cache) {
        this.redis = redis;
        this.cache = cache;
    }

    /** Runs the measurement and prints a line per failover, then the median. */
    public static void main(String[] args) throws InterruptedException {
        int failovers = args.length == 0 ? 20 : Integer.parseInt(args[0]);
        try (LocalDeployment redis = LocalRedis.sentinel()
                        .replicas(2)
                        .password("bench")
                        .failoverTimeout(Duration.ofSeconds(5))
                        .quickDemotion(true)
                        .start();
                Lockstep cache = Lockstep.builder(Deployment.parse(redis.uri()).toBuilder()
                                .timeout(TIMEOUT)
                                .build())
                        .connect()) {
            FailoverDelay measurement = new FailoverDelay(redis, cache);
            for (int i = 1; i <= failovers; i++) {
                measurement.once(i);
            }
            measurement.summary();
        }
    }

    private void once(int number) throws InterruptedException {
        awaitReplicas();
        LocalServer primary = redis.primary();
        List<LocalServer> replicas = redis.replicas();
        AtomicLong writableAt = new AtomicLong();
        AtomicLong successAt = new AtomicLong();
        AtomicBoolean over = new AtomicBoolean();
        CountDownLatch held = new CountDownLatch(CALLERS);
        List<Thread> threads = new ArrayList<>();
        for (LocalServer replica : replicas) {
            threads.add(start(() -> probe(replica, writableAt, over)));
        }
        primary.kill();
        long killedAt = System.nanoTime();
        for (int caller = 0; caller < CALLERS; caller++) {
            String key = "caller:" + caller;
            threads.add(start(() -> {
                try {
                    cache.primary().sync().set(key, Integer.toString(number));
                    successAt.compareAndSet(0, System.nanoTime());
                } catch (RuntimeException e) {
                    System.out.println("  " + e.getMessage());
                    failedInTime.incrementAndGet();
                }
                held.countDown();
            }));
        }
        held.await();
        for (long until = System.nanoTime() + TIMEOUT.toNanos(); writableAt.get() == 0; ) {
            if (System.nanoTime() - until > 0) {
                throw new IllegalStateException("No replica became writable");
            }
            LockSupport.parkNanos(1_000_000);
        }
        over.set(true);
        for (Thread thread : threads) {
            thread.join();
        }
        delaysMicros.add((successAt.get() - writableAt.get()) / 1000);
        outagesMillis.add((successAt.get() - killedAt) / 1_000_000);
        System.out.printf(
                Locale.ROOT,
                "failover %2d: writable after %5d ms, first held call succeeds %6.1f ms later%n",
                number,
                (writableAt.get() - killedAt) / 1_000_000,
                (successAt.get() - writableAt.get()) / 1e6);
        primary.restart();
    }

    private static Thread start(Runnable task) {
        Thread thread = new Thread(task, "failover-delay");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** Tries to write to the node itself until it accepts, as nothing but its promotion makes it do. */
    private static void probe(LocalServer replica, AtomicLong writableAt, AtomicBoolean over) {
        while (!over.get() && writableAt.get() == 0) {
            try {
                if ("OK".equals(String.valueOf(replica.command("SET", "probe", "1")))) {
                    writableAt.compareAndSet(0, System.nanoTime());
                }
            } catch (RuntimeException readOnly) {
                // not yet
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    private void awaitReplicas() {
        long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!replicasAreInSync()) {
            if (System.nanoTime() - until > 0) {
                throw new IllegalStateException("The replicas did not come back: " + cache.topology());
            }
            LockSupport.parkNanos(20_000_000);
        }
    }

    private boolean replicasAreInSync() {
        return cache.topology().shards().get(0).replicas().stream()
                .allMatch(node -> node.reachable()
                        && node.info() != null
                        && node.info().linkUp()
                        && node.info().primary() != null);
    }

    private void summary() {
        LockstepStats stats = cache.stats();
        System.out.printf(
                Locale.ROOT,
                "%d failovers: first success after the node accepts writes: median %.1f ms, worst %.1f ms; outage: median"
                        + " %d ms; calls failed although their time (%d s) was longer than the outage: %d (of %d held)%n",
                delaysMicros.size(),
                median(delaysMicros) / 1e3,
                Collections.max(delaysMicros) / 1e3,
                median(outagesMillis),
                TIMEOUT.toSeconds(),
                failedInTime.get(),
                stats.callsHeld());
    }

    private static long median(List<Long> values) {
        List<Long> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        return sorted.get(sorted.size() / 2);
    }
}
