package dev.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What sessions are promised, while links are cut and slowed and a failover takes writes back. */
class SessionReadsIT {

    private LocalDeployment redis;
    private final List<Rollback> rollbacks = new CopyOnWriteArrayList<>();
    private Lockstep cache;

    @BeforeEach
    void start() {
        redis = LocalRedis.sentinel().replicas(2).password("s3cret").links(true).start();
        cache = Lockstep.builder(redis.uri())
                .listener(new LockstepListener() {
                    @Override
                    public void onRollback(Rollback rollback) {
                        rollbacks.add(rollback);
                    }
                })
                .connect();
    }

    @AfterEach
    void stop() {
        cache.close();
        redis.close();
    }

    @Test
    void sixteenSessionsReadTheirWritesMostlyFromReplicas() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try {
            List<Callable<Integer>> users = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                int user = i;
                users.add(() -> readAndWrite(user, 500));
            }
            int wrong = 0;
            for (Future<Integer> result : threads.invokeAll(users)) {
                wrong += result.get();
            }
            assertThat(wrong).isZero();
            assertThat(cache.stats().replicaReads()).isGreaterThan(16 * 500 * 9 / 10 / 2);
        } finally {
            threads.shutdownNow();
        }
    }

    private int readAndWrite(int user, int calls) {
        Random random = new Random(user);
        Session session = cache.newSession();
        int written = 0;
        int wrong = 0;
        for (int i = 0; i < calls; i++) {
            if (i == 0 || random.nextInt(10) == 0) {
                session.primary().sync().set("user:" + user, Integer.toString(++written));
            } else {
                String seen = session.session().sync().get("user:" + user);
                wrong += Integer.toString(written).equals(seen) ? 0 : 1;
            }
        }
        return wrong;
    }

    @Test
    void aSlowReplicaIsWaitedForAndNeverBelievedEarly() {
        redis.replicas().forEach(replica -> redis.link(redis.primary(), replica).slow(Duration.ofMillis(100)));
        for (int i = 0; i < 20; i++) {
            cache.primary().sync().set("key", "v" + i);
            assertThat(cache.replica().sync().get("key")).isEqualTo("v" + i);
        }
        assertThat(cache.stats().replicaReads()).isGreaterThanOrEqualTo(19);
        assertThat(cache.stats().staleAnswersPrevented()).isPositive();
    }

    @Test
    void whenNoReplicaCanCatchUpThePrimaryAnswersAndThatIsCounted() {
        redis.replicas().forEach(replica -> redis.link(redis.primary(), replica).cut());
        for (int i = 0; i < 5; i++) {
            cache.primary().sync().set("key", "v" + i);
            assertThat(cache.replica().sync().get("key")).isEqualTo("v" + i);
        }
        assertThat(cache.stats().fallbacks()).isPositive();

        redis.replicas().forEach(replica -> redis.link(redis.primary(), replica).heal());
        long before = cache.stats().replicaReads();
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            cache.primary().sync().set("key", "again");
            assertThat(cache.replica().sync().get("key")).isEqualTo("again");
            return cache.stats().replicaReads() > before;
        });
    }

    @Test
    void aTokenContinuesASessionInAnotherProcess() {
        LocalServer slow = redis.replicas().get(0);
        redis.link(redis.primary(), slow).cut();
        Session here = cache.newSession();
        here.primary().sync().set("handed-over", "new");
        String token = here.token().toString();

        try (Lockstep elsewhere = Lockstep.connect(redis.uri())) {
            Session there = elsewhere.newSession(SessionToken.parse(token));
            for (int i = 0; i < 20; i++) {
                assertThat(there.session().sync().get("handed-over")).isEqualTo("new");
                assertThat(there.replica().sync().get("handed-over")).isEqualTo("new");
            }
        }
    }

    @Test
    void aReadIsNeverOlderThanItsBound() throws Exception {
        LocalServer slow = redis.replicas().get(0);
        View<String, String> bounded = cache.session().reading(Consistency.boundedStaleness(Duration.ofMillis(100)));
        try (Lockstep writer = Lockstep.connect(redis.uri())) {
            writer.primary().sync().set("price", "0");
            redis.link(redis.primary(), slow).cut();
            for (int i = 1; i <= 30; i++) {
                writer.primary().sync().set("price", Integer.toString(i));
                Thread.sleep(120); // the bound itself: what was written before it must be seen
                assertThat(Integer.parseInt(bounded.sync().get("price"))).isEqualTo(i);
            }
        }
        assertThat(cache.stats().replicaReads()).isPositive();
    }

    @Test
    void anyMayBeOldAndAsksNobodyElse() {
        cache.primary().sync().set("key", "old");
        assertThat(cache.replica().sync().get("key")).isEqualTo("old");
        redis.replicas().forEach(replica -> redis.link(redis.primary(), replica).cut());
        cache.primary().sync().set("key", "new");

        // The control of all tests here: without a promise the old value is what replicas give.
        assertThat(cache.session().reading(Consistency.any()).sync().get("key")).isEqualTo("old");
        assertThat(cache.session().sync().get("key")).isEqualTo("new");
    }

    @Test
    void whatAFailoverTakesBackIsToldBeforeTheNextAnswer() {
        Session session = cache.newSession();
        Session failing = cache.newSession();
        session.primary().sync().set("key", "kept");
        failing.primary().sync().set("other", "kept");
        assertThat(session.replica().sync().get("key")).isEqualTo("kept");
        assertThat(failing.replica().sync().get("other")).isEqualTo("kept");
        loseWrites(() -> {
            session.primary().sync().set("key", "lost");
            failing.primary().sync().set("other", "lost");
            session.token();
            failing.token();
        });

        assertThat(session.primary().sync().get("key")).isEqualTo("kept");
        assertThat(rollbacks).anyMatch(rollback -> rollback.session() == session);
        assertThatThrownBy(() ->
                        failing.session().onRollback(OnRollback.FAIL).sync().get("other"))
                .isInstanceOf(StaleReadException.class)
                .hasMessageContaining("took back writes");
        assertThat(failing.session().onRollback(OnRollback.FAIL).sync().get("other"))
                .isEqualTo("kept");
    }

    @Test
    void aTokenThatAFailoverCutOffIsToldAtOnce() {
        Session session = cache.newSession();
        List<SessionToken> tokens = new ArrayList<>();
        loseWrites(() -> {
            session.primary().sync().set("key", "lost");
            tokens.add(session.token());
        });
        cache.primary().sync().get("key");
        rollbacks.clear();

        Session continued = cache.newSession(tokens.get(0));

        assertThat(rollbacks).hasSize(1).allMatch(rollback -> rollback.session() == continued);
        assertThat(continued.replica().sync().get("key")).isNull();
    }

    /** Acknowledged on the primary while no replica receives anything, then gone with it. */
    private void loseWrites(Runnable writes) {
        LocalServer primary = redis.primary();
        for (LocalServer replica : redis.replicas()) {
            redis.link(primary, replica).cut();
        }
        writes.run();
        primary.kill(); // and with it the bytes that the links hold
    }
}
