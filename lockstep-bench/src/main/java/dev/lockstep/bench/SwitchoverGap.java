package dev.lockstep.bench;

import dev.lockstep.client.Lockstep;
import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import dev.lockstep.topology.Deployment;
import dev.lockstep.topology.Switchover;
import io.lettuce.core.cluster.SlotHash;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Measures planned switchovers under load: for how long no write of an application is answered, and that no acknowledged
 * one is lost.
 *
 * <p>Arguments: the number of switchovers (default 20), and "cluster" for a Redis Cluster instead of a Sentinel group.
 */
public final class SwitchoverGap {

    private static final int CALLERS = 4;
    private static final String KEY = "{gap}:written"; // one slot, whose shard is switched over
    private static final Duration TIMEOUT = Duration.ofSeconds(40);

    /** Primaries vote for replicas of the same primary once in twice the node timeout, which is 1 s here. */
    private static final Duration VOTES_AGAIN = Duration.ofMillis(2_500);

    private final LocalDeployment redis;
    private final Lockstep cache;
    private final boolean cluster;
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicLong lastAt = new AtomicLong();
    private final AtomicLong longestNanos = new AtomicLong();
    private final List<Long> gapsMillis = new ArrayList<>();
    private final List<Long> pausesMillis = new ArrayList<>();
    private volatile boolean stop;

    private SwitchoverGap(LocalDeployment redis, Lockstep cache, boolean cluster) {
        this.redis = redis;
        this.cache = cache;
        this.cluster = cluster;
    }

    /** Runs the measurement and prints a line per switchover, then a summary. */
    public static void main(String[] args) throws InterruptedException {
        int switchovers = args.length == 0 ? 20 : Integer.parseInt(args[0]);
        boolean cluster = args.length > 1 && args[1].equals("cluster");
        LocalRedis plan = cluster
                ? LocalRedis.cluster().shards(3).replicas(1)
                : LocalRedis.sentinel().replicas(2).quickDemotion(true);
        try (LocalDeployment redis = plan.password("bench").start();
                Lockstep cache = Lockstep.builder(Deployment.parse(redis.uri()).toBuilder()
                                .connectTimeout(Duration.ofSeconds(10)) // a JVM that has just started may need it
                                .timeout(TIMEOUT)
                                .build())
                        .connect()) {
            new SwitchoverGap(redis, cache, cluster).run(switchovers);
        }
    }

    private void run(int switchovers) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int caller = 0; caller < CALLERS; caller++) {
            String name = caller + ":";
            Thread thread = new Thread(() -> write(name), "switchover-gap-" + caller);
            thread.start();
            threads.add(thread);
        }
        try {
            for (int i = 1; i <= switchovers; i++) {
                once(i);
            }
        } finally {
            stop = true;
        }
        for (Thread thread : threads) {
            thread.join();
        }
        summary();
    }

    private void write(String prefix) {
        for (int i = 0; !stop; i++) {
            String value = prefix + i;
            try {
                cache.primary().sync().sadd(KEY, value);
                acknowledged.add(value);
                long now = System.nanoTime();
                long gap = now - lastAt.getAndSet(now);
                longestNanos.accumulateAndGet(gap, Math::max);
            } catch (RuntimeException e) {
                System.out.println("  " + e.getMessage());
                failed.incrementAndGet();
            }
        }
    }

    private void once(int number) {
        awaitWrites(1000);
        if (cluster) {
            LockSupport.parkNanos(VOTES_AGAIN.toNanos());
        }
        longestNanos.set(0);
        Switchover done;
        if (cluster) {
            LocalServer replica = replica();
            done = cache.switchover(replica.host() + ":" + replica.port());
        } else {
            done = cache.switchover();
        }
        awaitWrites(1000);
        long gap = longestNanos.get() / 1_000_000;
        gapsMillis.add(gap);
        pausesMillis.add(done.writeGap().toMillis());
        System.out.printf(
                Locale.ROOT,
                "switchover %2d: %s -> %s, no write taken for %4d ms, none answered for %4d ms %s%n",
                number,
                done.from(),
                done.to(),
                done.writeGap().toMillis(),
                gap,
                done.remarks().isEmpty() ? "" : done.remarks());
    }

    /** Of the shard that has the key, once the former primary is one. */
    private LocalServer replica() {
        await("No replica any more", () -> !replicas().isEmpty());
        return replicas().get(0);
    }

    private List<LocalServer> replicas() {
        return redis.replicas(redis.primary(SlotHash.getSlot(KEY)));
    }

    private void awaitWrites(int more) {
        int enough = acknowledged.size() + more;
        await("No writes any more", () -> acknowledged.size() >= enough);
    }

    private void await(String problem, BooleanSupplier done) {
        long until = System.nanoTime() + TIMEOUT.toNanos();
        while (!done.getAsBoolean()) {
            if (System.nanoTime() - until > 0) {
                throw new IllegalStateException(problem + ": " + cache.topology());
            }
            LockSupport.parkNanos(5_000_000);
        }
    }

    private void summary() {
        Set<String> lost = ConcurrentHashMap.newKeySet();
        lost.addAll(acknowledged);
        lost.removeAll(cache.primary().sync().smembers(KEY));
        System.out.printf(
                Locale.ROOT,
                "%d switchovers: acknowledged writes lost: %d of %d; calls failed: %d; longest time without an answered"
                        + " write: median %d ms, worst %d ms; without a primary that took writes: median %d ms, worst %d"
                        + " ms%n",
                gapsMillis.size(),
                lost.size(),
                acknowledged.size(),
                failed.get(),
                Ratios.median(gapsMillis.stream()),
                Collections.max(gapsMillis),
                Ratios.median(pausesMillis.stream()),
                Collections.max(pausesMillis));
    }
}
