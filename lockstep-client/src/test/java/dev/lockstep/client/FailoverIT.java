package dev.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalRedisException;
import dev.lockstep.local.LocalServer;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an application notices, and what it does not, while primaries die, freeze, are demoted and return. */
class FailoverIT {

    private LocalDeployment redis;
    private Lockstep cache;
    private final List<Failover> failovers = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() {
        redis = LocalRedis.sentinel()
                .replicas(2)
                .password("s3cret")
                .failoverTimeout(Duration.ofSeconds(5))
                .quickDemotion(true)
                .start();
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

    @Test
    void callsAreHeldWhileThePrimaryIsReplacedAndNoneFails() {
        cache.primary().sync().set("before", "1");
        cache.replica().sync().get("before"); // a replica has it
        LocalServer dead = redis.primary();
        dead.kill();

        assertThat(cache.primary().sync().set("during", "2")).isEqualTo("OK");
        assertThat(cache.primary().sync().incr("counter")).isEqualTo(1);
        assertThat(cache.primary().sync().get("before")).isEqualTo("1");
        assertThat(cache.replica().sync().get("during")).isEqualTo("2");
        assertThat(failovers).hasSize(1);
        assertThat(failovers.get(0).from().port()).isEqualTo(dead.port());

        dead.restart(); // it returns as a replica, and is read from
        long before = cache.stats().replicaReads();
        awaitReplica(dead);
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            cache.primary().sync().set("after", "3");
            assertThat(cache.replica().sync().get("after")).isEqualTo("3");
            return cache.stats().replicaReads() > before;
        });
    }

    /** The sentinels cut the connections of a node that they make a replica, perhaps the one that asks. */
    private static void awaitReplica(LocalServer server) {
        await().atMost(Duration.ofSeconds(30))
                .ignoreExceptionsInstanceOf(LocalRedisException.class)
                .until(() ->
                        String.valueOf(server.command("INFO", "replication")).contains("role:slave"));
    }

    @Test
    void noIncrementIsAppliedTwiceAndEveryUnknownOneIsSaid() throws Exception {
        var counter = cache.primary().async();
        AtomicLong acknowledged = new AtomicLong();
        AtomicLong unknown = new AtomicLong();
        AtomicLong certainlyNot = new AtomicLong();
        AtomicBoolean stop = new AtomicBoolean();
        Thread writer = new Thread(() -> {
            while (!stop.get()) {
                List<RedisFuture<Long>> batch = new ArrayList<>();
                for (int i = 0; i < 50; i++) {
                    batch.add(counter.incr("counter"));
                }
                for (RedisFuture<Long> increment : batch) {
                    try {
                        increment.get(20, TimeUnit.SECONDS);
                        acknowledged.incrementAndGet();
                    } catch (ExecutionException e) {
                        (e.getCause() instanceof NotSentException ? certainlyNot : unknown).incrementAndGet();
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                }
            }
        });
        writer.start();
        await().until(() -> acknowledged.get() > 1000);
        redis.primary().kill();
        await().atMost(Duration.ofSeconds(30)).until(() -> failovers.size() == 1);
        long atFailover = acknowledged.get();
        await().until(() -> acknowledged.get() > atFailover + 1000);
        stop.set(true);
        writer.join();

        long value = Long.parseLong(cache.primary().sync().get("counter"));
        assertThat(value).isLessThanOrEqualTo(acknowledged.get() + unknown.get());
        assertThat(certainlyNot.get()).isZero();
        assertThat(unknown.get()).isLessThanOrEqualTo(50);
    }

    @Test
    void aFrozenPrimaryIsLeftAndItsOldWritesNeverComeBack() {
        LocalServer frozen = redis.primary();
        cache.primary().sync().set("key", "0");
        cache.replica().sync().get("key");
        frozen.pause();
        RedisFuture<String> sent =
                cache.primary().async().set("key", "1"); // sits in the frozen socket, then is repeated
        assertThat(cache.primary().sync().set("key", "2")).isEqualTo("OK");
        assertThat(sent.toCompletableFuture().join()).isEqualTo("OK");
        frozen.resume();

        awaitReplica(frozen);
        assertThat(cache.primary().sync().get("key")).isEqualTo("2");
        assertThat(cache.replica().sync().get("key")).isEqualTo("2");
        assertThat(failovers).hasSize(1);
    }

    @Test
    void aShortFreezeIsOnlyWaitedFor() {
        LocalServer primary = redis.primary();
        primary.pause();
        RedisFuture<Long> increment = cache.primary().async().incr("counter");
        await().pollDelay(Duration.ofMillis(600)).until(() -> true); // less than the sentinels' down-after
        primary.resume();

        assertThat(increment.toCompletableFuture().join()).isEqualTo(1);
        assertThat(cache.primary().sync().incr("counter")).isEqualTo(2);
        assertThat(failovers).isEmpty();
    }

    @Test
    void aPrimaryThatIsDemotedWithItsConnectionsAliveIsLeft() {
        LocalServer before = redis.primary();
        LocalServer next = redis.replicas().get(0);
        cache.primary().sync().set("key", "1");
        next.command("REPLICAOF", "NO", "ONE");
        before.command("REPLICAOF", next.host(), Integer.toString(next.port()));

        assertThat(cache.primary().sync().set("key", "2")).isEqualTo("OK");
        assertThat(cache.primary().sync().get("key")).isEqualTo("2");
    }

    @Test
    void callsBeyondTheBoundOfHeldOnesFailAtOnce() {
        try (Lockstep small = Lockstep.builder(redis.uri()).heldCalls(10).connect()) {
            redis.dataNodes().forEach(LocalServer::pause);
            try {
                List<RedisFuture<String>> calls = new ArrayList<>();
                RedisFuture<String> probe = small.primary().async().get("x"); // noticed as unanswered
                await().until(() -> {
                    calls.add(small.primary().async().set("k", "v"));
                    return calls.stream().anyMatch(RedisFuture::isDone);
                });
                assertThatThrownBy(() -> calls.get(calls.size() - 1).get(5, TimeUnit.SECONDS))
                        .hasCauseInstanceOf(NotSentException.class)
                        .hasMessageContaining("10 calls are already held (heldCalls)");
                assertThat(probe.isDone()).isFalse();
            } finally {
                redis.dataNodes().forEach(LocalServer::resume);
            }
        }
    }

    @Test
    void noCallOutlivesItsTime() {
        View<String, String> hasty = cache.primary().within(Duration.ofMillis(300));
        hasty.sync().set("key", "1");
        int port = redis.primary().port();
        redis.dataNodes().forEach(LocalServer::pause);
        try {
            long start = System.nanoTime();
            assertThatThrownBy(() -> hasty.sync().incr("counter"))
                    .isInstanceOf(OutcomeUnknownException.class)
                    .hasMessageContaining("INCR was sent to 127.0.0.1:" + port)
                    .hasMessageContaining("not answered within its timeout of 300 ms")
                    .hasMessageContaining("may have been executed");
            assertThatThrownBy(() -> hasty.sync().incr("counter"))
                    .isInstanceOf(NoPrimaryException.class)
                    .hasMessageContaining("INCR was not sent")
                    .hasMessageContaining("safe to call it again");
            assertThatThrownBy(() -> hasty.sync().get("key")).isInstanceOf(RedisException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        } finally {
            redis.dataNodes().forEach(LocalServer::resume);
        }
        assertThat(cache.primary().sync().get("key")).isEqualTo("1");
    }

    @Test
    void aTransactionInterruptedByAFailoverIsNotRepeated() {
        try (Exclusive<String, String> own = cache.exclusive()) {
            own.sync().multi();
            RedisFuture<Long> queued = own.async().incr("tx");
            redis.primary().kill();
            assertThatThrownBy(() -> own.sync().exec()).isInstanceOf(RedisException.class);
            assertThat(queued.toCompletableFuture()).isCompletedExceptionally();
        }
        try (Exclusive<String, String> again = cache.exclusive()) { // waits for the new primary
            again.sync().multi();
            again.sync().incr("tx");
            assertThat(again.sync().exec().<Long>get(0)).isEqualTo(1);
        }
    }

    @Test
    void messagesScriptsAndIterationsAfterAFailover() {
        List<String> received = new CopyOnWriteArrayList<>();
        String sha = cache.primary().sync().scriptLoad("return 'ran'");
        for (int i = 0; i < 200; i++) {
            cache.primary().sync().set("scan:" + i, "x");
        }
        var cursor = cache.primary().sync().scan(ScanCursor.INITIAL, ScanArgs.Builder.limit(5));
        try (var messages = cache.pubSub()) {
            messages.addListener(new RedisPubSubAdapter<>() {
                @Override
                public void message(String channel, String message) {
                    received.add(message);
                }
            });
            messages.sync().subscribe("news");
            redis.primary().kill();

            // A read is repeated; a script that was on its way when the primary died has an unknown outcome.
            assertThat(cache.primary().sync().get("scan:0")).isEqualTo("x");
            assertThat((String) cache.primary().sync().evalsha(sha, ScriptOutputType.VALUE))
                    .isEqualTo("ran");
            assertThatThrownBy(() -> cache.primary().sync().scan(cursor))
                    .isInstanceOf(NotSentException.class)
                    .hasMessageContaining("its cursor belongs to a former primary")
                    .hasMessageContaining("Begin the iteration again");
            await().atMost(Duration.ofSeconds(20)).until(() -> {
                cache.primary().sync().publish("news", "after");
                return received.contains("after");
            });
        }
    }

    @Test
    void aBlockedPopIsAnsweredByTheNewPrimaryOrItsOutcomeIsSaid() {
        RedisFuture<?> waiting = cache.primary().async().blpop(10, "queue");
        await().until(() -> cache.primary().sync().clientList().contains("cmd=blpop"));
        redis.primary().kill();

        assertThatThrownBy(() -> waiting.get(20, TimeUnit.SECONDS))
                .hasCauseInstanceOf(OutcomeUnknownException.class)
                .hasMessageContaining("BLPOP was sent to");
    }

    @Test
    void closingEndsEveryCallAndEveryThread() throws Exception {
        Set<Thread> before = lockstepThreads();
        Lockstep other = Lockstep.connect(redis.uri());
        List<RedisFuture<?>> calls = new ArrayList<>();
        redis.dataNodes().forEach(LocalServer::pause);
        try {
            for (int i = 0; i < 100; i++) {
                calls.add(other.primary().async().incr("counter"));
                calls.add(other.primary().async().get("key"));
                calls.add(other.replica().async().get("key"));
            }
            calls.add(other.primary().async().blpop(30, "queue"));
            other.close();
            for (RedisFuture<?> call : calls) {
                assertThatThrownBy(() -> call.get(5, TimeUnit.SECONDS)).hasCauseInstanceOf(RedisException.class);
            }
        } finally {
            redis.dataNodes().forEach(LocalServer::resume);
        }
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            Set<Thread> left = lockstepThreads();
            left.removeAll(before);
            assertThat(left).isEmpty();
        });
    }

    private static Set<Thread> lockstepThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("lockstep-")
                        || thread.getName().startsWith("lettuce-"))
                .collect(Collectors.toCollection(HashSet::new));
    }
}
