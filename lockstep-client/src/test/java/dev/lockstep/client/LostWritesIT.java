package dev.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalRedisException;
import dev.lockstep.local.LocalServer;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What is told, and repaired, of acknowledged writes that failovers take back: none that is gone is taken for alive. Run it
 * with {@code -Dlockstep.failovers=24} for the figures of docs/evidence/lost-writes.md.
 */
@Timeout(600)
class LostWritesIT {

    private static final int FAILOVERS = Integer.getInteger("lockstep.failovers", 2);
    private static final int WRITES = 850;
    private static final String VALUE = "x".repeat(8_000); // more in all than what sockets hold

    private final List<LostWrites> told = new CopyOnWriteArrayList<>();
    private LocalDeployment redis;
    private Lockstep cache;

    @BeforeEach
    void start() {
        redis = LocalRedis.sentinel()
                .replicas(2)
                .failoverTimeout(Duration.ofSeconds(5))
                .quickDemotion(true)
                .start();
        cache = connect(16 << 20);
    }

    private Lockstep connect(long journalBytes) {
        return Lockstep.builder(redis.uri())
                .journalBytes(journalBytes)
                .listener(new LockstepListener() {
                    @Override
                    public void onWritesLost(LostWrites lost) {
                        told.add(lost);
                    }
                })
                .connect();
    }

    @AfterEach
    void stop() {
        cache.close();
        redis.close();
    }

    /** Lets the primary die, after {@code work} was done while these replicas did not get anything. */
    private LocalServer dieAfter(List<LocalServer> lagging, Work work) throws Exception {
        LocalServer dying = redis.primary();
        lagging.forEach(LocalServer::pause);
        try {
            work.run();
        } finally {
            dying.kill();
            lagging.forEach(LocalServer::resume);
        }
        cache.primary().sync().ping(); // by the new primary
        return dying;
    }

    private interface Work {
        void run() throws Exception;
    }

    /** Writes all of them at once; returns the keys of those that were acknowledged. */
    private static Set<String> acknowledged(RedisAsyncCommands<String, String> commands, List<String> keys)
            throws Exception {
        Map<String, RedisFuture<String>> writes = new LinkedHashMap<>();
        keys.forEach(key -> writes.put(key, commands.set(key, VALUE)));
        Set<String> acknowledged = new HashSet<>();
        for (Map.Entry<String, RedisFuture<String>> write : writes.entrySet()) {
            try {
                write.getValue().get(30, TimeUnit.SECONDS);
                acknowledged.add(write.getKey());
            } catch (ExecutionException e) {
                assertThat(e.getCause()).isInstanceOf(OutcomeUnknownException.class);
            }
        }
        return acknowledged;
    }

    private static List<String> keys(String prefix, int count) {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            keys.add(prefix + i);
        }
        return keys;
    }

    private Set<String> toldKeys() {
        Set<String> keys = new HashSet<>();
        told.forEach(lost -> lost.writes().forEach(write -> keys.add(write.keyText())));
        return keys;
    }

    private void awaitInStep(LocalServer returning) {
        returning.restart();
        await().atMost(Duration.ofSeconds(60))
                .ignoreExceptionsInstanceOf(LocalRedisException.class)
                .until(() -> redis.replicas().size() == 2
                        && redis.replicas().stream()
                                .allMatch(replica -> replica.command("INFO", "replication")
                                        .toString()
                                        .contains("master_link_status:up")));
    }

    @Test
    void noLostWriteIsTakenForAlive() throws Exception {
        SplittableRandom random = new SplittableRandom(4);
        int written = 0;
        int gone = 0;
        int falselyLost = 0;
        for (int round = 0; round < FAILOVERS; round++) {
            told.clear();
            Set<String> acknowledged = new HashSet<>();
            List<LocalServer> lagging = new ArrayList<>(redis.replicas());
            if (random.nextInt(4) == 0) {
                lagging.remove(random.nextInt(2)); // then the other one is ahead, and is promoted
            }
            String prefix = "round-" + round + "-";
            LocalServer dead = dieAfter(
                    lagging,
                    () -> acknowledged.addAll(acknowledged(cache.primary().async(), keys(prefix, WRITES))));
            Set<String> lost = toldKeys();
            for (String key : acknowledged) {
                boolean there = cache.primary().sync().exists(key) == 1;
                assertThat(there || lost.contains(key))
                        .as("%s is gone, and nobody said so", key)
                        .isTrue();
                gone += there ? 0 : 1;
                falselyLost += there && lost.contains(key) ? 1 : 0;
            }
            written += acknowledged.size();
            awaitInStep(dead);
        }
        System.out.printf(
                "%d failovers, %,d acknowledged writes: %,d lost, all told; %,d told although they survived%n",
                FAILOVERS, written, gone, falselyLost);
        assertThat(gone).as("the servers lost nothing: this shows nothing").isPositive();
    }

    @Test
    void keysThatCanBeLoadedAgainAreGoneRatherThanOld() throws Exception {
        View<String, String> reloadable = cache.primary().repairing(RepairPolicy.INVALIDATE);
        List<String> keys = keys("key-", WRITES);
        for (String key : keys) {
            reloadable.async().set(key, "old");
        }
        cache.primary().writing(Durability.allReplicas()).sync().set("untouched", "old");
        Set<String> acknowledged = new HashSet<>();
        LocalServer dead =
                dieAfter(redis.replicas(), () -> acknowledged.addAll(acknowledged(reloadable.async(), keys)));

        assertThat(toldKeys()).isNotEmpty();
        for (String key : acknowledged) {
            for (View<String, String> view : List.of(cache.primary(), cache.session(), cache.replica())) {
                assertThat(view.sync().get(key)).as("%s by %s", key, view).isNotEqualTo("old");
            }
        }
        assertThat(cache.primary().sync().get("untouched")).isEqualTo("old");
        assertThat(cache.stats().keysRepaired()).isEqualTo(toldKeys().size());
        awaitInStep(dead);
        assertThat(cache.replica().sync().mget(acknowledged.toArray(String[]::new)))
                .allMatch(found -> !found.hasValue() || found.getValue().equals(VALUE));
    }

    @Test
    void aTransactionThatIsLostIsToldKeyByKey() throws Exception {
        dieAfter(redis.replicas(), () -> {
            acknowledged(cache.primary().async(), keys("filler-", WRITES));
            try (Exclusive<String, String> own = cache.exclusive()) {
                own.sync().multi();
                own.sync().set("in", "1");
                own.sync().get("only read");
                own.sync().rpush("side", "1");
                assertThat(own.sync().exec().wasDiscarded()).isFalse();
            }
        });
        assertThat(cache.primary().sync().exists("in", "side")).isZero();
        assertThat(toldKeys()).contains("in", "side").doesNotContain("only read", "");
    }

    @Test
    void whatTheJournalHadNoRoomForIsCountedAndTold() throws Exception {
        cache.close();
        cache = connect(4_000);
        dieAfter(redis.replicas(), () -> acknowledged(cache.primary().async(), keys("key-", WRITES)));
        assertThat(cache.stats().writesForgotten()).isPositive();
        assertThat(told).hasSize(1);
        assertThat(told.get(0).forgotten()).isEqualTo(cache.stats().writesForgotten());
    }

    private void awaitNothingRemembered() {
        await().atMost(Duration.ofSeconds(10))
                .until(() -> cache.routes().all().get(0).losses().isEmpty());
    }

    @Test
    void whatEveryReplicaHoldsIsNotRemembered() {
        cache.primary().sync().set("key", "value");
        awaitNothingRemembered();
    }

    @Test
    void aPrimaryThatComesBackEmptyTakesWhatAllHeldAndThatIsTold() {
        cache.primary().writing(Durability.allReplicas()).sync().set("held by all", "value");
        awaitNothingRemembered();
        redis.primary().restartEmpty(); // before any sentinel misses it

        assertThat(cache.primary().sync().get("held by all")).isNull();
        assertThat(told)
                .singleElement()
                .satisfies(lost -> assertThat(lost.confirmedToo()).isTrue());
    }
}
