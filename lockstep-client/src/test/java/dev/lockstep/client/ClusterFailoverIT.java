package dev.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalRedisException;
import dev.lockstep.local.LocalServer;
import dev.lockstep.topology.Deployment;
import dev.lockstep.topology.NodeAddress;
import io.lettuce.core.RedisException;
import io.lettuce.core.cluster.SlotHash;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an application notices, and what it does not, while nodes of a Redis Cluster die, freeze and return. */
class ClusterFailoverIT {

    private LocalDeployment redis;
    private Lockstep cache;
    private final List<Failover> failovers = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() {
        redis = LocalRedis.cluster().password("s3cret").start();
        cache = Lockstep.builder(redis.uri() /* timeout: 15 s */)
                .listener(new LockstepListener() {
                    @Override
                    public void onFailover(Failover failover) {
                        failovers.add(failover);
                    }
                })
                .connect();
    }

    @AfterEach
    void stop() {
        cache.close();
        redis.close();
    }

    /** A key of the shard whose primary this is. */
    private String keyOn(LocalServer primary) {
        for (int i = 0; ; i++) {
            String key = "key-" + i;
            if (redis.primary(SlotHash.getSlot(key)).equals(primary)) {
                return key;
            }
        }
    }

    private static void orderFailover(LocalServer replica) {
        try {
            replica.command("CLUSTER", "FAILOVER");
        } catch (LocalRedisException e) {
            assertThat(e).hasMessageContaining("FAILOVER"); // its link to the primary is not up yet
        }
    }

    private void awaitFailover() {
        await().atMost(Duration.ofSeconds(20)).until(() -> !failovers.isEmpty());
    }

    /** Sets and gets keys of all shards until told to stop; what fails is told. */
    private final class Traffic implements AutoCloseable {

        private final List<Thread> threads = new ArrayList<>();
        private final List<String> failures = new CopyOnWriteArrayList<>();
        private volatile boolean stopped;

        Traffic(int count) {
            for (int i = 0; i < count; i++) {
                String prefix = "traffic-" + i + "-";
                Thread thread = new Thread(() -> run(prefix));
                threads.add(thread);
                thread.start();
            }
        }

        private void run(String prefix) {
            var view = cache.newSession().session().sync();
            for (int i = 0; !stopped; i++) {
                String key = prefix + i % 30;
                try {
                    view.set(key, "" + i);
                    assertThat(view.get(key)).isEqualTo("" + i);
                } catch (RedisException | AssertionError e) {
                    failures.add(key + ": " + e);
                }
            }
        }

        /** Ends it; returns what failed. */
        List<String> stop() throws InterruptedException {
            stopped = true;
            for (Thread thread : threads) {
                thread.join();
            }
            return failures;
        }

        @Override
        public void close() {
            stopped = true;
        }
    }

    @Test
    void callsAreHeldWhileAPrimaryIsReplacedAndNoneFails() throws Exception {
        LocalServer dying = redis.primaries().get(0);
        String key = keyOn(dying);
        Session session = cache.newSession();
        session.primary().sync().set(key, "0");
        try (Traffic traffic = new Traffic(8)) {
            dying.kill();
            session.primary().sync().set(key, "1"); // waits out the failover
            awaitFailover();
            dying.restart();
            session.primary().sync().set(key, "2");
            await().atMost(Duration.ofSeconds(15)).until(() -> {
                long before = cache.stats().replicaReads();
                assertThat(session.replica().sync().get(key)).isEqualTo("2");
                return cache.stats().replicaReads() > before;
            });
            assertThat(traffic.stop()).isEmpty();
        }
        assertThat(failovers).hasSize(1);
    }

    @Test
    void aFrozenPrimaryIsLeftAndADemotedOneTooWithItsConnectionsAlive() throws Exception {
        LocalServer frozen = redis.primaries().get(1);
        try (Traffic traffic = new Traffic(4)) {
            frozen.pause();
            awaitFailover();
            frozen.resume();
            await().atMost(Duration.ofSeconds(20)).until(() -> redis.replicas().contains(frozen));
            failovers.clear();
            // A replica that is not in step yet takes the order and gives up after five seconds
            await().atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofSeconds(2))
                    .until(() -> {
                        if (failovers.isEmpty()) {
                            orderFailover(frozen);
                        }
                        return !failovers.isEmpty();
                    });
            assertThat(traffic.stop()).isEmpty();
        }
        assertThat(redis.primaries()).contains(frozen);
    }

    @Test
    void aPrimaryAndAReplicaOfAnotherShardMayDieAtOnce() throws Exception {
        LocalServer primary = redis.primaries().get(0);
        LocalServer replica = redis.replicas(redis.primaries().get(1)).get(0);
        try (Traffic traffic = new Traffic(4)) {
            primary.kill();
            replica.kill();
            awaitFailover();
            primary.restart();
            replica.restart();
            assertThat(traffic.stop()).isEmpty();
        }
    }

    @Test
    void withoutAMajorityCallsSayWhatIsWrongAndWorkAgainAfterwards() {
        List<LocalServer> primaries = redis.primaries();
        String lost = keyOn(primaries.get(0));
        String kept = keyOn(primaries.get(2));
        cache.primary().sync().set(kept, "1");
        cache.replica().sync().get(kept);
        primaries.get(0).kill();
        primaries.get(1).kill();

        assertThatThrownBy(() ->
                        cache.primary().within(Duration.ofSeconds(3)).sync().set(lost, "1"))
                .isInstanceOf(RedisException.class);
        // Unless its time is up in the very moment when it is on its way again
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThatThrownBy(() -> cache.primary()
                                .within(Duration.ofMillis(500))
                                .sync()
                                .set(kept, "2"))
                        .isInstanceOf(NoPrimaryException.class)
                        .hasMessageContaining("CLUSTERDOWN"));

        primaries.get(0).restart();
        primaries.get(1).restart();
        cache.primary().sync().set(lost, "3");
        cache.primary().sync().set(kept, "3");
        assertThat(cache.replica().sync().get(lost)).isEqualTo("3");
    }

    @Test
    void someStartupNodesMayBeDead() {
        LocalServer dead = redis.replicas(redis.primaries().get(0)).get(0);
        dead.kill();
        Deployment deployment = Deployment.parse(redis.uri());
        LocalServer living = redis.primaries().get(2);
        Deployment fewer = deployment.toBuilder()
                .seeds(List.of(
                        new NodeAddress(dead.host(), dead.port()),
                        new NodeAddress("127.0.0.1", 1),
                        new NodeAddress(living.host(), living.port())))
                .build();
        try (Lockstep other = Lockstep.builder(fewer).connect()) {
            for (LocalServer primary : redis.primaries()) {
                other.primary().sync().set(keyOn(primary), "1");
            }
        }
    }

    @Test
    void aSlotThatNobodyCoversIsWaitedForOrRefused() throws Exception {
        LocalServer owner = redis.primaries().get(0);
        String key = keyOn(owner);
        int slot = SlotHash.getSlot(key);
        for (LocalServer node : redis.dataNodes()) {
            node.command("CONFIG", "SET", "cluster-require-full-coverage", "no");
        }
        for (LocalServer primary : redis.primaries()) {
            primary.command("CLUSTER", "DELSLOTS", "" + slot);
        }
        // Unless its time is up in the very moment when it is on its way again
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThatThrownBy(() -> cache.primary()
                                .within(Duration.ofMillis(300))
                                .sync()
                                .set(key, "1"))
                        .isInstanceOf(NoPrimaryException.class)
                        .hasMessageContaining("slot " + slot));
        try (Lockstep other =
                Lockstep.builder(redis.uri()).onUncovered(OnUncovered.FAIL).connect()) {
            assertThatThrownBy(() -> other.primary().sync().set(key, "1"))
                    .isInstanceOf(NotSentException.class)
                    .isNotInstanceOf(NoPrimaryException.class);
        }
        var waiting = cache.primary().async().set(key, "2");
        owner.command("CLUSTER", "ADDSLOTS", "" + slot);
        assertThat(waiting.get()).isEqualTo("OK");
    }
}
