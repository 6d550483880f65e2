package dev.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a durable write promises: it returns only once the replicas that it asks for hold it, and else says who does. */
@Timeout(120)
class DurableWritesIT {

    private static final Durability ALL = Durability.allReplicas();
    private static final Duration SHORT = Duration.ofMillis(300);

    private LocalDeployment redis;
    private Lockstep cache;

    @BeforeEach
    void start() {
        redis = LocalRedis.sentinel()
                .replicas(2)
                .password("s3cret")
                .quickDemotion(true)
                .start();
        cache = Lockstep.connect(redis.uri());
    }

    @AfterEach
    void stop() {
        cache.close();
        redis.close();
    }

    private RedisCommands<String, String> writing(Durability durability) {
        return cache.primary().writing(durability).sync();
    }

    private static NotDurableException notDurable(ThrowingCallable write) {
        NotDurableException failure = catchThrowableOfType(NotDurableException.class, write);
        assertThat(failure).as("it was confirmed").isNotNull();
        return failure;
    }

    @Test
    void everyReplicaHoldsItWhenItReturns() {
        var writes = writing(ALL);
        for (int i = 0; i < 300; i++) {
            writes.set("key", "" + i);
            for (LocalServer replica : redis.replicas()) {
                assertThat(replica.command("GET", "key")).isEqualTo("" + i);
            }
        }
        assertThat(cache.stats().writesConfirmed()).isEqualTo(300);
    }

    @Test
    void oneReplicaIsEnoughForThoseWhoAskForOne() {
        LocalServer frozen = redis.replicas().get(0);
        LocalServer other = redis.replicas().get(1);
        frozen.pause();
        try {
            for (int i = 0; i < 50; i++) {
                writing(Durability.replicas(1)).set("key", "" + i);
                assertThat(other.command("GET", "key")).isEqualTo("" + i);
            }
            NotDurableException failure =
                    notDurable(() -> writing(ALL.within(SHORT)).set("key", "all"));
            assertThat(failure.isLost()).isFalse();
            assertThat(failure.holders()).extracting(holder -> holder.port()).containsExactly(other.port());
            assertThat(failure.lacking()).hasSize(1);
            assertThat(failure.lacking().get(0).replica().port()).isEqualTo(frozen.port());
            assertThat(failure)
                    .hasMessageContaining("SET was executed by the primary of shard mymaster, and not confirmed by all")
                    .hasMessageContaining("within its timeout of 300 ms")
                    .hasMessageContaining("held by 127.0.0.1:" + other.port());
            assertThat(cache.primary().sync().get("key")).isEqualTo("all");
        } finally {
            frozen.resume();
        }
        writing(ALL).set("key", "again");
        assertThat(frozen.command("GET", "key")).isEqualTo("again");
    }

    @Test
    void aDeadReplicaIsWaitedForByNameAndNotByNumber() {
        LocalServer dead = redis.replicas().get(0);
        dead.kill();
        assertThat(notDurable(() -> writing(ALL.within(SHORT)).incr("count")).lacking())
                .extracting(lacking -> lacking.replica().port())
                .containsExactly(dead.port());
        assertThat(notDurable(
                        () -> writing(Durability.replicas(2).within(SHORT)).incr("count")))
                .hasMessageContaining("not confirmed by 2 replicas");
        dead.restart();
        writing(ALL).incr("count");
        assertThat(dead.command("GET", "count")).isEqualTo("3");
    }

    @Test
    void aReplicaThatIsNeverPromotedDoesNotCount() {
        LocalServer barred = redis.replicas().get(0);
        barred.command("CONFIG", "SET", "replica-priority", "0");
        await().atMost(Duration.ofSeconds(20))
                .until(() -> cache.topology().shards().get(0).replicas().stream()
                        .anyMatch(node -> node.address().port() == barred.port() && !node.promotable()));
        barred.pause();
        try {
            writing(ALL).set("key", "value");
            assertThat(notDurable(
                            () -> writing(Durability.replicas(2).within(SHORT)).set("key", "value")))
                    .hasMessageContaining("not counted, as they are never promoted: 127.0.0.1:" + barred.port());
        } finally {
            barred.resume();
        }
    }

    @Test
    void whatWaitIsWrongAboutIsRightHere() throws Exception {
        View<String, String> durable = cache.primary().writing(ALL.within(SHORT));
        durable.sync().set("warm", "up");
        RedisFuture<?> popped = durable.async().blpop(20, "list");
        List<LocalServer> replicas = redis.replicas();
        await().atMost(Duration.ofSeconds(10))
                .until(() ->
                        redis.primary().command("INFO", "clients").toString().contains("blocked_clients:1"));
        replicas.forEach(LocalServer::pause);
        try {
            cache.primary().sync().rpush("list", "element");
            assertThat(failure(popped)).as("a pop that had to wait").isInstanceOf(NotDurableException.class);
            notDurable(() -> durable.sync().set("warm", "up", io.lettuce.core.SetArgs.Builder.nx()));
            notDurable(() ->
                    durable.sync().eval("return redis.call('set', KEYS[1], '1')", ScriptOutputType.STATUS, "script"));
            try (Exclusive<String, String> own = durable.exclusive()) {
                var commands = own.sync();
                commands.multi();
                commands.set("a", "1");
                commands.set("b", "1");
                assertThat(notDurable(commands::exec)).hasMessageStartingWith("EXEC was executed");
                assertThat(commands.get("a")).isEqualTo("1");
            }
            assertThat(durable.sync().get("warm")).isEqualTo("up");
        } finally {
            replicas.forEach(LocalServer::resume);
        }
        try (Exclusive<String, String> own = cache.primary().writing(ALL).exclusive()) {
            own.sync().multi();
            own.sync().set("a", "2");
            assertThat(own.sync().exec().wasDiscarded()).isFalse();
            replicas.forEach(replica -> assertThat(replica.command("GET", "a")).isEqualTo("2"));
        }
    }

    private static Throwable failure(RedisFuture<?> future) throws Exception {
        try {
            return new AssertionError("it was confirmed: " + future.get(30, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }

    @Test
    void manyWritersShareOneQuestion() throws Exception {
        int writers = 64;
        int each = 100;
        List<Thread> threads = new ArrayList<>();
        List<Throwable> failures = new ArrayList<>();
        long before = questions();
        for (int i = 0; i < writers; i++) {
            String key = "key-" + i;
            Thread thread = new Thread(() -> {
                try {
                    for (int n = 0; n < each; n++) {
                        writing(ALL).set(key, "" + n);
                    }
                } catch (Throwable e) {
                    synchronized (failures) {
                        failures.add(e);
                    }
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
        for (LocalServer replica : redis.replicas()) {
            for (int i = 0; i < writers; i++) {
                assertThat(replica.command("GET", "key-" + i)).isEqualTo("" + (each - 1));
            }
        }
        assertThat(cache.stats().writesConfirmed()).isEqualTo(writers * each);
        assertThat(questions() - before).as("questions to one replica").isLessThan(writers * each / 2);
    }

    private long questions() {
        return redis.replicas()
                .get(0)
                .command("INFO", "commandstats")
                .toString()
                .lines()
                .filter(line -> line.startsWith("cmdstat_info:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll(".*calls=(\\d+),.*", "$1")))
                .sum();
    }

    @Test
    void whatAFailoverTakesBackWhileItWaitsIsSaidToBeLost() throws Exception {
        cache.primary().sync().set("before", "1");
        List<LocalServer> replicas = redis.replicas();
        LocalServer dying = redis.primary();
        replicas.forEach(LocalServer::pause);
        RedisFuture<String> waiting = cache.primary().writing(ALL).async().set("key", "x".repeat(4_000_000));
        await().atMost(Duration.ofSeconds(5)).until(() -> "1".equals(String.valueOf(dying.command("EXISTS", "key"))));
        dying.kill();
        replicas.forEach(LocalServer::resume);

        Throwable failure = failure(waiting);
        assertThat(cache.primary().sync().exists("key")).isZero();
        assertThat(failure)
                .isInstanceOfAny(NotDurableException.class, OutcomeUnknownException.class)
                .hasMessageContaining("SET was");
        if (failure instanceof NotDurableException said) {
            assertThat(said.isLost()).isTrue();
        }
    }

    @Test
    void whatWasConfirmedByAllSurvivesThePrimary() {
        var writes = writing(ALL);
        for (int i = 0; i < 1_000; i++) {
            writes.set("key-" + i, "value");
        }
        LocalServer dead = redis.primary();
        dead.kill();
        assertThat(cache.primary().sync().exists(keys(1_000))).isEqualTo(1_000);
        assertThat(notDurable(() -> writing(ALL.within(SHORT)).set("now", "two"))
                        .lacking())
                .as("the dead primary is still a copy that may be promoted")
                .anyMatch(lacking -> lacking.replica().port() == dead.port());
        writing(Durability.replicas(1)).set("now", "one");
    }

    private static String[] keys(int count) {
        return java.util.stream.IntStream.range(0, count)
                .mapToObj(i -> "key-" + i)
                .toArray(String[]::new);
    }

    @Test
    void withoutReplicasNothingIsConfirmed() {
        try (LocalDeployment alone = LocalRedis.standalone().start();
                Lockstep lone = Lockstep.connect(alone.uri())) {
            assertThat(notDurable(() ->
                            lone.primary().writing(ALL.within(SHORT)).sync().set("key", "value")))
                    .hasMessageContaining("no replicas that could be promoted");
        }
    }

    @Test
    void eachShardOfAClusterConfirmsItsOwnPart() {
        try (LocalDeployment cluster = LocalRedis.cluster().replicas(1).start();
                Lockstep sharded = Lockstep.connect(cluster.uri())) {
            View<String, String> durable = sharded.primary().writing(ALL);
            Map<String, String> values =
                    Set.of("a", "b", "c", "d", "e", "f").stream().collect(Collectors.toMap(key -> key, key -> "1"));
            durable.sync().mset(values);
            long held = 0;
            for (LocalServer primary : cluster.primaries()) {
                LocalServer replica = cluster.replicas(primary).get(0);
                held += Long.parseLong(String.valueOf(replica.command("DBSIZE")));
            }
            assertThat(held).isEqualTo(values.size());

            LocalServer frozen = cluster.replicas(cluster.primary(0)).get(0);
            frozen.pause();
            try {
                PartlyFailedException failure = catchThrowableOfType(
                        PartlyFailedException.class,
                        () -> durable.writing(ALL.within(SHORT)).sync().mset(values));
                assertThat(failure).isNotNull();
                assertThat(failure.failures())
                        .allSatisfy(part -> assertThat(part.why()).isInstanceOf(NotDurableException.class));
            } finally {
                frozen.resume();
            }
        }
    }
}
