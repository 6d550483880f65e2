package dev.lockstep.bench;

import dev.lockstep.client.Lockstep;
import dev.lockstep.client.LockstepStats;
import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import dev.lockstep.topology.Deployment;
import dev.lockstep.topology.Node;
import dev.lockstep.topology.Position;
import dev.lockstep.topology.Role;
import dev.lockstep.topology.Shard;
import io.lettuce.core.cluster.SlotHash;
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
 * <p>Arguments: the number of failovers (default 20), and "cluster" for a Redis Cluster instead of a Sentinel group.
 */
public final class FailoverDelay {

    private static final int CALLERS = 4;
    /** Longer than it takes when a first election finds no winner and they wait for the next. */
    private static final Duration TIMEOUT = Duration.ofSeconds(40);

    private final LocalDeployment redis;
    private final Lockstep cache;
    private final boolean cluster;
    private final AtomicInteger failedInTime = new AtomicInteger();
    private final List<Long> delaysMicros = new ArrayList<>();
    private final List<Long> outagesMillis = new ArrayList<>();

    private FailoverDelay(LocalDeployment redis, Lockstep cache, boolean cluster) {
        this.redis = redis;
        this.cache = cache;
        this.cluster = cluster;
    }

    /** Runs the measurement and prints a line per failover, then the median. */
    public static void main(String[] args) throws InterruptedException {
        int failovers = args.length == 0 ? 20 : Integer.parseInt(args[0]);
        boolean cluster = args.length > 1 && args[1].equals("cluster");
        try (LocalDeployment redis = servers(cluster).password("bench").start()) {
            warmUp(redis);
            try (Lockstep cache = Lockstep.builder(Deployment.parse(redis.uri()).toBuilder()
                            .timeout(TIMEOUT)
                            .build())
                    .connect()) {
                FailoverDelay measurement = new FailoverDelay(redis, cache, cluster);
                for (int i = 1; i <= failovers; i++) {
                    measurement.once(i);
                }
                measurement.summary();
            }
        }
    }

    /** A JVM that has just started on a busy machine may need seconds for its first connection. */
    private static void warmUp(LocalDeployment redis) {
        Lockstep.builder(Deployment.parse(redis.uri()).toBuilder()
                        .connectTimeout(Duration.ofSeconds(10))
                        .build())
                .connect()
                .close();
    }

    private static LocalRedis servers(boolean cluster) {
        return cluster
                ? LocalRedis.cluster().shards(3).replicas(1)
                : LocalRedis.sentinel()
                        .replicas(2)
                        .failoverTimeout(Duration.ofSeconds(5))
                        .quickDemotion(true);
    }

    private void once(int number) throws InterruptedException {
        awaitReplicas();
        String tag = "{" + number + "}"; // all keys of one failover are of one slot, of any shard
        LocalServer primary = cluster ? redis.primary(SlotHash.getSlot(tag)) : redis.primary();
        List<LocalServer> replicas = redis.replicas(primary);
        AtomicLong writableAt = new AtomicLong();
        AtomicLong successAt = new AtomicLong();
        AtomicBoolean over = new AtomicBoolean();
        CountDownLatch held = new CountDownLatch(CALLERS);
        List<Thread> threads = new ArrayList<>();
        for (LocalServer replica : replicas) {
            threads.add(start(() -> probe(replica, tag + ":probe", writableAt, over)));
        }
        primary.kill();
        long killedAt = System.nanoTime();
        for (int caller = 0; caller < CALLERS; caller++) {
            String key = tag + ":caller:" + caller;
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
    private static void probe(LocalServer replica, String key, AtomicLong writableAt, AtomicBoolean over) {
        while (!over.get() && writableAt.get() == 0) {
            try {
                if ("OK".equals(String.valueOf(replica.command("SET", key, "1")))) {
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
        return cache.topology().shards().stream().allMatch(FailoverDelay::isInStep);
    }

    private static boolean isInStep(Shard shard) {
        return shard.primary() != null
                && shard.primary().reachable()
                && !shard.replicas().isEmpty()
                && shard.replicas().stream().allMatch(replica -> isInStep(replica, shard.primary()));
    }

    private static boolean isInStep(Node replica, Node primary) {
        Position stands = replica.position();
        Position leads = primary.position();
        return replica.reachable()
                && replica.info() != null
                && replica.info().role() == Role.REPLICA
                && replica.info().linkUp()
                && stands != null
                && leads != null
                && stands.history().equals(leads.history());
    }

    private void summary() {
        LockstepStats stats = cache.stats();
        System.out.printf(
                Locale.ROOT,
                "%d failovers: first success after the node accepts writes: median %.1f ms, worst %.1f ms; outage: median"
                        + " %d ms; calls failed although their time (%d s) was longer than the outage: %d (of %d held)%n",
                delaysMicros.size(),
                Ratios.median(delaysMicros.stream()) / 1e3,
                Collections.max(delaysMicros) / 1e3,
                Ratios.median(outagesMillis.stream()),
                TIMEOUT.toSeconds(),
                failedInTime.get(),
                stats.callsHeld());
    }
}
