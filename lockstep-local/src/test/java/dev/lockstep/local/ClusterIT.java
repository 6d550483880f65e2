package dev.lockstep.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClusterIT {
    private static final Duration BOUND = Duration.ofSeconds(30);

    private final ExecutorService others = Executors.newCachedThreadPool();

    @AfterEach
    void stopOthers() {
        others.shutdownNow();
    }

    @Test
    void isWholeOnceStartedAndReplacesAPrimaryThatDies() {
        try (LocalDeployment redis = LocalRedis.cluster().start()) {
            assertThat(redis.uri()).matches("redis-cluster://127.0.0.1:\\d+,127.0.0.1:\\d+,127.0.0.1:\\d+");
            List<LocalServer> nodes = redis.dataNodes();
            assertThat(redis.primaries()).isEqualTo(nodes.subList(0, 3));
            assertThat(redis.primary()).isEqualTo(nodes.get(0));
            assertThat(redis.primary(5461)).isEqualTo(nodes.get(1));
            assertThat(redis.replicas()).isEqualTo(nodes.subList(3, 6));
            assertThat(redis.replicas(nodes.get(1))).containsExactly(nodes.get(4));

            LocalServer old = redis.primary(16_383);
            old.kill();
            assertThat(redis.primaries()).hasSize(2).doesNotContain(old);
            assertThatThrownBy(() -> redis.primary(16_383)).hasMessageContaining("dead");
            await().atMost(BOUND).until(() -> redis.primaries().size() == 3);
            old.restart();
            await().atMost(BOUND)
                    .until(() -> redis.replicas(redis.primary(16_383)).contains(old));
        }
    }

    @Test
    void replicasComeAndGoAndADataVolumeMayBeLost() {
        try (LocalDeployment redis = LocalRedis.cluster().replicas(0).start()) {
            LocalServer primary = redis.primary(16_383);
            primary.command("SET", "foo", "bar"); // its slot is 12182
            LocalServer replica = redis.addReplica(primary);
            assertThat(redis.replicas(primary)).containsExactly(replica);
            assertThat(replica.command("DBSIZE")).isEqualTo(1L);
            redis.remove(replica);
            assertThat(redis.dataNodes()).hasSize(3);
            assertThat(redis.dataNodes())
                    .allSatisfy(node -> assertThat(known(node)).isEqualTo(3));
            assertThatThrownBy(() -> redis.remove(primary)).isInstanceOf(IllegalArgumentException.class);

            primary.restartEmpty();
            assertThat(redis.primary(12_182)).isEqualTo(primary);
            await().atMost(BOUND).ignoreExceptions().until(() -> primary.command("GET", "foo") == null);
        }
    }

    private static long known(LocalServer node) {
        return String.valueOf(node.command("CLUSTER", "NODES")).lines().count();
    }

    @Test
    void slotsMoveWhileSomebodyWrites() throws Exception {
        try (LocalDeployment redis = LocalRedis.cluster().replicas(0).start()) {
            LocalServer from = redis.primary();
            LocalServer to = redis.addShard();
            assertThat(redis.primaries()).doesNotContain(to);
            from.command("SET", "{06S}" + "\u00e9", "not only ASCII"); // slot 0
            AtomicBoolean over = new AtomicBoolean();
            Future<Integer> rounds = others.submit(() -> count(from, over));
            SlotMove move = redis.moveSlots(from, to, 0, 999).keysPerStep(1);
            assertThat(move.run()).isTrue();
            assertThat(move.moved()).isEqualTo(1_000);
            over.set(true);
            assertThat(rounds.get()).isPositive();
            assertThat(redis.primaries()).startsWith(to, from).hasSize(4);
            assertThat(to.command("CLUSTER", "COUNTKEYSINSLOT", "0")).isEqualTo(1L);
            assertThat(redis.moveSlots(from, to, 0, 999).run()).isTrue();

            SlotMove back = redis.moveSlots(to, from, 0, 999);
            back.stop();
            assertThat(back.run()).isFalse();
            assertThat(redis.primary()).isEqualTo(to);
            assertThatThrownBy(() -> redis.moveSlots(from, to, 16_000, 16_001).run())
                    .isInstanceOf(LocalRedisException.class)
                    .hasMessageContaining("Slot 16000 on its way: " + from)
                    .hasMessageContaining("not the owner");
        }
    }

    /** Counts up keys of many slots until it is over, and misses no count; returns how often. */
    private static int count(LocalServer seed, AtomicBoolean over) throws Exception {
        int rounds = 0;
        try (ClusterCaller caller = new ClusterCaller(seed)) {
            for (boolean last = false; !last; rounds++) {
                last = over.get();
                for (int key = 0; key < 1_000; key++) {
                    assertThat(caller.call("INCR", "key-" + key)).isEqualTo(rounds + 1L);
                }
            }
            assertThat(caller.moved).isPositive();
        }
        return rounds;
    }

    @Test
    void aMoveGoesOnAfterItsSourceDied() throws Exception {
        try (LocalDeployment redis = LocalRedis.cluster().start()) {
            LocalServer old = redis.primary();
            LocalServer to = redis.primary(16_383);
            int keys = 3_000;
            try (ClusterCaller caller = new ClusterCaller(old)) {
                for (int key = 0; key < keys; key++) {
                    caller.call("SET", "key-" + key, "x");
                }
            }
            SlotMove move = redis.moveSlots(old, to, 0, 1_499).keysPerStep(1);
            Future<Boolean> run = others.submit(move::run);
            await().atMost(BOUND).until(() -> move.moved() > 100);
            old.kill();
            assertThatThrownBy(run::get)
                    .hasRootCauseInstanceOf(IOException.class)
                    .hasMessageContaining("move them again");
            await().atMost(BOUND).until(() -> redis.primaries().size() == 3);
            LocalServer from = redis.primary(1_499);
            assertThat(from).isNotEqualTo(old);
            assertThat(redis.moveSlots(from, to, 0, 1_499).run()).isTrue();
            assertThat(redis.primaries()).startsWith(to, from).hasSize(3);
            long total = 0;
            for (LocalServer primary : redis.primaries()) {
                total += (Long) primary.command("DBSIZE");
            }
            assertThat(total).isEqualTo(keys);
        }
    }

    @Test
    void aPrimaryCutFromAllOthersIsReplacedAndStopsToServe() {
        try (LocalDeployment redis = LocalRedis.cluster().links(true).start()) {
            LocalServer old = redis.primary(12_182);
            LocalServer replica = redis.replicas(old).get(0);
            List<Link> border = redis.border(List.of(old));
            assertThat(border).allSatisfy(link -> assertThat(link.connections()).hasSizeGreaterThanOrEqualTo(2));
            border.forEach(Link::cut);
            assertThat(old.command("SET", "foo", "lost")).isEqualTo("OK");
            await().atMost(BOUND).until(() -> redis.primary(12_182).equals(replica));
            assertThat(redis.primaries()).hasSize(3).doesNotContain(old);
            await().atMost(BOUND)
                    .untilAsserted(() -> assertThatThrownBy(() -> old.command("SET", "foo", "refused"))
                            .hasMessageContaining("CLUSTERDOWN"));
            border.forEach(Link::heal);
            await().atMost(BOUND).until(() -> redis.replicas(replica).contains(old));
        }
    }

    @Test
    void everybodySpeaksTlsAndAsksForThePassword() throws Exception {
        LocalRedis plan = LocalRedis.cluster().replicas(0).password("x").tls(true);
        try (LocalDeployment redis = plan.start()) {
            assertThat(redis.uri()).startsWith("rediss-cluster://:x@127.0.0.1:").contains("?caFile=");
            assertThat(redis.maskedUri()).startsWith("rediss-cluster://:***@127.0.0.1:");
            LocalServer from = redis.primary(12_182);
            LocalServer to = redis.primary();
            from.command("SET", "foo", "bar");
            assertThat(redis.moveSlots(from, to, List.of(12_182)).run()).isTrue();
            try (ClusterCaller caller = new ClusterCaller(from)) {
                assertThat(caller.call("GET", "foo")).isEqualTo("bar");
            }
            LocalServer replica = redis.addReplica(to);
            assertThat(replica.command("DBSIZE")).isEqualTo(1L);
        } catch (LocalRedisException e) {
            assumeFalse(String.valueOf(e.getMessage()).contains("without TLS"), e.getMessage());
            throw e;
        }
    }

    @Test
    void nodesListenOnFollowingPortsWhenOneIsGiven() {
        try (LocalDeployment redis =
                LocalRedis.cluster().shards(1).replicas(1).port(twoFreePorts()).start()) {
            int first = redis.primary().port();
            assertThat(redis.uri()).isEqualTo("redis-cluster://127.0.0.1:" + first + ",127.0.0.1:" + (first + 1));
        }
    }

    private static int twoFreePorts() {
        while (true) {
            try (PortLease first = PortLease.any();
                    PortLease second = PortLease.of(first.port() + 1)) {
                return second.port() - 1;
            } catch (LocalRedisException e) {
                // the neighbour is taken: look elsewhere
            }
        }
    }
}
