package dev.lockstep.nearcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.client.Durability;
import dev.lockstep.client.Lockstep;
import dev.lockstep.local.Link;
import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalServer;
import dev.lockstep.topology.NodeAddress;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.SlotHash;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a near cache returns while primaries die, freeze, and come back with less, connections break, and slots move. */
@ParameterizedClass
@EnumSource(Mode.class)
class NearCacheFaultsIT {

    private static final Duration LEASE = Duration.ofMillis(300);
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final Mode mode;
    private LocalDeployment redis;
    private Lockstep cache;
    private Lockstep elsewhere;
    private NearCache<String, String> near;

    NearCacheFaultsIT(Mode mode) {
        this.mode = mode;
    }

    @BeforeEach
    void start() {
        redis = mode.plan().links(true).start();
        cache = Lockstep.connect(redis.uri());
        elsewhere = Lockstep.connect(redis.uri());
        near = NearCache.over(cache.session(), NearCacheSpec.entries(1000).lease(LEASE));
    }

    @AfterEach
    void stop() {
        near.close();
        cache.close();
        elsewhere.close();
        redis.close();
    }

    private void awaitHit(String key) {
        await().atMost(PATIENCE)
                .ignoreExceptionsInstanceOf(RedisException.class)
                .until(() -> {
                    long before = near.stats().hits();
                    near.get(key);
                    return near.stats().hits() > before;
                });
    }

    /** Whether the value is here, and may be returned. */
    private boolean isKept(String key) {
        return near.getAsync(key).toCompletableFuture().isDone();
    }

    /** One writer here and one elsewhere count up keys, and readers hold what they see against what was acknowledged. */
    private final class Campaign implements AutoCloseable {

        private final Counter own = new Counter("own");
        private final List<Counter> others = List.of(new Counter("price"), new Counter("stock"), new Counter("rate"));
        private final List<Thread> threads = new ArrayList<>();
        private final List<String> broken = new CopyOnWriteArrayList<>();
        private volatile boolean stopped;

        Campaign() {
            RedisCommands<String, String> here = durably(cache);
            RedisCommands<String, String> there = durably(elsewhere);
            start(() -> own.count(here), 3);
            start(() -> others.forEach(counter -> counter.count(there)), 5);
            start(this::read, 0);
            start(this::read, 0);
        }

        /** What is acknowledged survives the failover. */
        private RedisCommands<String, String> durably(Lockstep by) {
            return by.primary()
                    .writing(Durability.replicas(1).within(Duration.ofMillis(200)))
                    .within(Duration.ofSeconds(5))
                    .sync();
        }

        private void start(Runnable step, long pauseMillis) {
            Thread thread = new Thread(() -> {
                while (!stopped) {
                    step.run();
                    LockSupport.parkNanos(Math.max(100_000, TimeUnit.MILLISECONDS.toNanos(pauseMillis)));
                }
            });
            threads.add(thread);
            thread.start();
        }

        private void read() {
            check(own, 0);
            others.forEach(counter -> check(counter, LEASE.toNanos()));
        }

        private void check(Counter counter, long mayMiss) {
            int required = counter.ackedBy(System.nanoTime() - mayMiss);
            try {
                int seen = Counter.number(near.get(counter.key));
                if (seen < required) {
                    broken.add(counter.key + ": " + seen + " returned, though " + required
                            + " was acknowledged in time; " + near.stats());
                }
            } catch (RedisException e) {
                // no value is no old value
            }
        }

        /** Until everybody has written, and values are kept, once more. */
        void awaitProgress() {
            List<Integer> before = acked();
            await().atMost(PATIENCE).until(() -> {
                List<Integer> now = acked();
                for (int i = 0; i < now.size(); i++) {
                    if (now.get(i) < before.get(i) + 10) {
                        return false;
                    }
                }
                return true;
            });
            long hits = near.stats().hits();
            await().atMost(PATIENCE).until(() -> near.stats().hits() > hits + 100);
        }

        private List<Integer> acked() {
            List<Integer> acked = new ArrayList<>();
            acked.add(own.acked());
            others.forEach(counter -> acked.add(counter.acked()));
            return acked;
        }

        /** Nothing old was seen, and in the end everybody sees the last. */
        void end() {
            close();
            assertThat(broken).isEmpty();
            for (Counter counter : others) {
                await().atMost(PATIENCE).until(() -> Counter.number(near.get(counter.key)) >= counter.acked());
            }
        }

        @Override
        public void close() {
            stopped = true;
            await().atMost(PATIENCE).until(() -> threads.stream().noneMatch(Thread::isAlive));
        }
    }

    private LocalServer primary() {
        return mode.primaryOf(redis, "price");
    }

    @Test
    void nothingOldIsReturnedWhileAPrimaryDiesAndReturns() {
        try (Campaign campaign = new Campaign()) {
            campaign.awaitProgress();
            LocalServer dead = primary();
            dead.kill();
            awaitAnother(dead);
            dead.restart();
            campaign.awaitProgress();
            campaign.end();
        }
    }

    @Test
    void nothingOldIsReturnedWhileAPrimaryFreezesAndIsReplaced() {
        try (Campaign campaign = new Campaign()) {
            campaign.awaitProgress();
            LocalServer frozen = primary();
            frozen.pause();
            awaitAnother(frozen);
            frozen.resume();
            campaign.awaitProgress();
            campaign.end();
        }
    }

    private void awaitAnother(LocalServer than) {
        NodeAddress former = new NodeAddress(than.host(), than.port());
        await().atMost(PATIENCE)
                .until(() -> cache.topology().shards().stream()
                        .allMatch(shard -> shard.primary() != null
                                && shard.primary().reachable()
                                && !shard.primary().address().equals(former)));
    }

    @Test
    void nothingOldIsReturnedWhileConnectionsAreCutAndBreak() {
        String still = "{price}-of-yesterday"; // which nobody changes, so that it is there when the lease ends
        elsewhere.primary().sync().set(still, "1");
        try (Campaign campaign = new Campaign()) {
            campaign.awaitProgress();
            for (int i = 0; i < 3; i++) {
                await().atMost(PATIENCE)
                        .ignoreExceptionsInstanceOf(RedisException.class)
                        .until(() -> near.get(still) != null && isKept(still));
                long lapses = near.stats().lapses();
                Link link = redis.clientLink(primary());
                link.cut();
                await().atMost(PATIENCE)
                        .until(() -> !isKept(still) && near.stats().lapses() > lapses);
                link.heal();
                campaign.awaitProgress();
                redis.clientLink(primary()).connections().forEach(connection -> connection.reset());
                campaign.awaitProgress();
            }
            campaign.end();
        }
    }

    @Test
    void nothingOldIsReturnedWhileSlotsMoveToAndFro() {
        assumeThat(mode).isEqualTo(Mode.CLUSTER);
        try (Campaign campaign = new Campaign()) {
            campaign.awaitProgress();
            List<Integer> slots = List.of(SlotHash.getSlot("price"), SlotHash.getSlot("own"));
            for (int i = 0; i < 4; i++) {
                for (int slot : slots) {
                    LocalServer from = redis.primary(slot);
                    LocalServer to = redis.primaries().stream()
                            .filter(other -> !other.equals(from))
                            .findFirst()
                            .orElseThrow();
                    assertThat(redis.moveSlots(from, to, List.of(slot)).run()).isTrue();
                }
                campaign.awaitProgress();
            }
            campaign.end();
        }
    }

    @Test
    void hitsStopWhenThePrimaryFreezesAndComeBackWithIt() {
        elsewhere.primary().sync().set("price", "1");
        awaitHit("price");
        LocalServer frozen = primary();
        frozen.pause();
        long frozenAt = System.nanoTime();
        boolean later;
        boolean hit;
        do {
            later = System.nanoTime() - frozenAt > LEASE.toNanos();
            hit = near.getAsync("price").toCompletableFuture().isDone();
        } while (!later);
        assertThat(hit).isFalse();
        assertThat(near.stats().lapses()).isPositive();
        frozen.resume();
        awaitHit("price");
        assertThat(near.get("price")).isEqualTo("1");
    }

    @Test
    void whatAFailoverTookBackIsNotReturnedAnyMore() {
        LocalServer old = primary();
        elsewhere.primary().writing(Durability.replicas(1)).sync().set("price", "1");
        redis.replicas(old).forEach(replica -> redis.link(old, replica).cut());
        elsewhere.primary().sync().set("price", "2");
        await().atMost(PATIENCE).until(() -> "2".equals(near.get("price")));
        awaitHit("price");
        assertThat(near.get("price")).isEqualTo("2");
        old.kill();
        awaitAnother(old);

        assertThat(cache.session().sync().get("price")).isEqualTo("1");
        for (int i = 0; i < 100; i++) {
            assertThat(near.get("price")).isEqualTo("1");
        }
        awaitHit("price");
        assertThat(near.get("price")).isEqualTo("1");
    }

    @Test
    void aKeyThatComesToExistOnTheOtherSideOfAMoveIsSeen() {
        assumeThat(mode).isEqualTo(Mode.CLUSTER);
        elsewhere.primary().sync().set("{moving}here", "1");
        awaitHit("{moving}here");
        assertThat(near.get("{moving}new")).isNull();
        int slot = SlotHash.getSlot("{moving}");
        LocalServer from = redis.primary(slot);
        LocalServer to = redis.primaries().stream()
                .filter(other -> !other.equals(from))
                .findFirst()
                .orElseThrow();
        to.command("CLUSTER", "SETSLOT", "" + slot, "IMPORTING", String.valueOf(from.command("CLUSTER", "MYID")));
        from.command("CLUSTER", "SETSLOT", "" + slot, "MIGRATING", String.valueOf(to.command("CLUSTER", "MYID")));

        elsewhere.primary().sync().set("{moving}new", "2"); // by ASK
        assertThat(near.get("{moving}new")).isEqualTo("2");
        assertThat(from.command("MIGRATE", to.host(), "" + to.port(), "{moving}here", "0", "5000", "AUTH", "s3cret"))
                .isEqualTo("OK");
        elsewhere.primary().sync().set("{moving}here", "3");
        await().atMost(PATIENCE).until(() -> "3".equals(near.get("{moving}here")));
        assertThat(redis.moveSlots(from, to, List.of(slot)).run()).isTrue();
        assertThat(near.get("{moving}new")).isEqualTo("2");
        awaitHit("{moving}new");
        elsewhere.primary().sync().set("{moving}new", "4");
        await().atMost(PATIENCE).until(() -> "4".equals(near.get("{moving}new")));
    }
}
