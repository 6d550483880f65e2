package dev.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The command set as a Lettuce user knows it, on a Redis Cluster where nothing fails. */
class ClusterCommandsIT {

    private static LocalDeployment redis;
    private static Lockstep cache;

    @BeforeAll
    static void start() {
        redis = LocalRedis.cluster()
                .password("s3cret")
                .nodeTimeout(Duration.ofSeconds(5))
                .start();
        cache = Lockstep.connect(redis.uri());
    }

    @AfterAll
    static void stop() {
        cache.close();
        redis.close();
    }

    @BeforeEach
    void empty() {
        cache.primary().sync().flushall();
    }

    private static Map<String, String> manyKeys(int count) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            pairs.put("key-" + i, "value-" + i);
        }
        return pairs;
    }

    @Test
    void aValueIsReadBackFromThePrimaryAndFromAReplica() {
        for (int i = 0; i < 100; i++) {
            cache.primary().sync().set("foo" + i, "bar" + i);
            assertThat(cache.primary().sync().get("foo" + i)).isEqualTo("bar" + i);
            assertThat(cache.replica().sync().get("foo" + i)).isEqualTo("bar" + i);
            assertThat(cache.session().sync().get("foo" + i)).isEqualTo("bar" + i);
        }
        byte[] key = "foo1".getBytes(StandardCharsets.UTF_8);
        assertThat(cache.replica().bytes().sync().get(key)).asString().isEqualTo("bar1");
    }

    @Test
    void everyShardHasItsShareAndReplicasAnswer() {
        cache.primary().sync().mset(manyKeys(300));
        assertThat(redis.primaries())
                .hasSize(3)
                .allSatisfy(
                        primary -> assertThat((Long) primary.command("DBSIZE")).isBetween(50L, 150L));

        long before = cache.stats().replicaReads();
        manyKeys(300)
                .forEach((key, value) ->
                        assertThat(cache.replica().sync().get(key)).isEqualTo(value));
        assertThat(cache.stats().replicaReads() - before).isGreaterThanOrEqualTo(285);
    }

    @Test
    void commandsOfManySlotsAreSplitAndJoinedInOrder() {
        Map<String, String> pairs = manyKeys(100);
        assertThat(cache.primary().sync().mset(pairs)).isEqualTo("OK");
        String[] keys = pairs.keySet().toArray(String[]::new);

        List<KeyValue<String, String>> expected = new ArrayList<>();
        pairs.forEach((key, value) -> expected.add(KeyValue.just(key, value)));
        assertThat(cache.primary().sync().mget(keys)).isEqualTo(expected);
        assertThat(cache.replica().sync().mget(keys)).isEqualTo(expected);
        assertThat(cache.primary().sync().mget("key-5", "missing", "key-5", "key-1"))
                .containsExactly(
                        KeyValue.just("key-5", "value-5"),
                        KeyValue.empty("missing"),
                        KeyValue.just("key-5", "value-5"),
                        KeyValue.just("key-1", "value-1"));

        List<String> streamed = new ArrayList<>();
        assertThat(cache.primary().sync().mget((key, value) -> streamed.add(value), keys))
                .isEqualTo(100);
        assertThat(streamed).containsExactlyElementsOf(pairs.values());

        assertThat(cache.primary().sync().exists(keys)).isEqualTo(100);
        assertThat(cache.primary().sync().touch(keys)).isEqualTo(100);
        assertThat(cache.primary().sync().del("key-0", "key-1", "key-2", "missing"))
                .isEqualTo(3);
        assertThat(cache.primary().sync().unlink(keys)).isEqualTo(97);
        assertThat(cache.primary().sync().exists(keys)).isZero();
    }

    @Test
    void theFailureOfAPartIsToldAsThatPart() {
        cache.primary().sync().set("key-7", "a string");
        for (var primary : redis.primaries()) {
            primary.command("CONFIG", "SET", "maxmemory-policy", "noeviction");
        }
        var full = redis.primary(io.lettuce.core.cluster.SlotHash.getSlot("key-1"));
        full.command("CONFIG", "SET", "maxmemory", "1");
        try {
            assertThatThrownBy(() -> cache.primary().sync().mset(manyKeys(30)))
                    .isInstanceOfSatisfying(PartlyFailedException.class, e -> {
                        assertThat(e.failures())
                                .isNotEmpty()
                                .allSatisfy(failure -> assertThat(failure.why()).hasMessageContaining("OOM"));
                        assertThat(e).hasMessageStartingWith("MSET failed in ").hasMessageContaining("key-");
                    });
        } finally {
            full.command("CONFIG", "SET", "maxmemory", "0");
        }
        assertThat(cache.primary().sync().dbsize()).isBetween(10L, 25L);
    }

    @Test
    void commandsWithoutKeysReachEveryShard() {
        cache.primary().sync().mset(manyKeys(100));

        assertThat(cache.primary().sync().dbsize()).isEqualTo(100);
        assertThat(cache.primary().sync().keys("key-*"))
                .containsExactlyInAnyOrderElementsOf(manyKeys(100).keySet());

        Set<String> scanned = new HashSet<>();
        ScanArgs few = ScanArgs.Builder.limit(7).match("key-*");
        KeyScanCursor<String> cursor = cache.primary().sync().scan(few);
        scanned.addAll(cursor.getKeys());
        while (!cursor.isFinished()) {
            cursor = cache.primary().sync().scan(cursor, few);
            scanned.addAll(cursor.getKeys());
        }
        assertThat(scanned).isEqualTo(manyKeys(100).keySet());
        assertThatThrownBy(() -> cache.primary().sync().scan(ScanCursor.of("deadbeef-17")))
                .isInstanceOf(NotSentException.class)
                .hasMessageContaining("belongs to no shard of this cluster");

        String sha = cache.primary().sync().scriptLoad("return redis.call('get', KEYS[1])");
        assertThat(cache.primary().sync().scriptExists(sha)).containsExactly(true);
        for (int i = 0; i < 20; i++) {
            String value = cache.primary().sync().evalsha(sha, ScriptOutputType.VALUE, "key-" + i);
            assertThat(value).isEqualTo("value-" + i);
        }
        assertThat(cache.primary().sync().flushall()).isEqualTo("OK");
        assertThat(cache.primary().sync().dbsize()).isZero();
    }

    @Test
    void whatAClusterCannotDoIsRefusedBeforeItIsSent() {
        assertThatThrownBy(() -> cache.primary().sync().sunionstore("a", "b", "c"))
                .isInstanceOf(NotSentException.class)
                .hasMessageContaining("its keys belong to different slots")
                .hasMessageContaining("hash tag");
        assertThatThrownBy(() ->
                        cache.primary().sync().eval("return 1", ScriptOutputType.INTEGER, new String[] {"a", "b"}))
                .isInstanceOf(NotSentException.class);
        assertThatThrownBy(() -> cache.exclusive())
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("exclusive(key)");
        cache.primary().sync().sadd("{t}b", "x");
        cache.primary().sync().sadd("{t}c", "y");
        assertThat(cache.primary().sync().sunionstore("{t}a", "{t}b", "{t}c")).isEqualTo(2);
        assertThat(cache.replica().sync().sunion("{t}b", "{t}c")).containsExactlyInAnyOrder("x", "y");
    }

    @Test
    void aTransactionIsBoundToASlot() {
        try (Exclusive<String, String> connection = cache.exclusive("{order}1")) {
            connection.sync().watch("{order}1");
            connection.sync().multi();
            connection.sync().set("{order}1", "paid");
            connection.sync().incr("{order}count");
            TransactionResult result = connection.sync().exec();
            assertThat(result.<Object>get(1)).isEqualTo(1L);
            assertThatThrownBy(() -> connection.sync().set("other", "x"))
                    .isInstanceOf(NotSentException.class)
                    .hasMessageContaining("different slots");
        }
        assertThat(cache.replica().sync().get("{order}1")).isEqualTo("paid");
    }

    @Test
    void blockingCommandsWaitOnTheirShard() throws Exception {
        List<RedisFuture<KeyValue<String, String>>> waiting = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            waiting.add(cache.primary().async().blpop(10, "list-" + i));
        }
        for (int i = 0; i < 6; i++) {
            cache.primary().sync().rpush("list-" + i, "element-" + i);
        }
        for (int i = 0; i < 6; i++) {
            assertThat(waiting.get(i).get(5, TimeUnit.SECONDS)).isEqualTo(KeyValue.just("list-" + i, "element-" + i));
        }
    }

    @Test
    void messagesArrive() {
        List<String> heard = new CopyOnWriteArrayList<>();
        var listener = new RedisPubSubAdapter<String, String>() {
            @Override
            public void message(String channel, String message) {
                heard.add(message);
            }

            @Override
            public void smessage(String channel, String message) {
                heard.add("shard " + message);
            }
        };
        try (var messages = cache.pubSub();
                var ofShard = cache.pubSub("prices")) {
            messages.addListener(listener);
            ofShard.addListener(listener);
            messages.sync().subscribe("news");
            ofShard.sync().ssubscribe("prices");
            cache.primary().sync().publish("news", "hello");
            cache.primary().sync().spublish("prices", "42");
            await().atMost(Duration.ofSeconds(5)).until(() -> heard.size() == 2);
            assertThat(heard).containsExactlyInAnyOrder("hello", "shard 42");
        }
    }

    @Test
    void asynchronousCallsOfOneViewKeepTheirOrder() throws Exception {
        List<RedisFuture<Long>> pushed = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            pushed.add(cache.primary().async().rpush("list-" + i % 7, "" + i));
        }
        for (int i = 0; i < 2000; i++) {
            assertThat(pushed.get(i).get(10, TimeUnit.SECONDS)).isEqualTo(i / 7 + 1);
        }
    }

    @Test
    void aTokenContinuesASessionInAnotherProcess() {
        Session first = cache.newSession();
        for (int i = 0; i < 30; i++) {
            first.primary().sync().set("cart-" + i, "v" + i);
        }
        String token = first.token().toString();
        try (Lockstep other = Lockstep.connect(redis.uri())) {
            Session later = other.newSession(SessionToken.parse(token));
            for (int i = 0; i < 30; i++) {
                assertThat(later.session().sync().get("cart-" + i)).isEqualTo("v" + i);
            }
            assertThat(other.stats().rollbacks()).isZero();
        }
    }

    @Test
    void codecsWorkOnSplitCommandsToo() {
        View<String, String> ascii = cache.primary().codec(StringCodec.ASCII);
        ascii.sync().mset(Map.of("a", "1", "b", "2", "c", "3"));
        assertThat(ascii.sync().mget("c", "b", "a"))
                .extracting(KeyValue::getValue)
                .containsExactly("3", "2", "1");
    }
}
