package dev.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The command set as a Lettuce user knows it, on a Sentinel deployment where nothing fails. */
class CommandsIT {

    private static LocalDeployment redis;
    private static Lockstep cache;

    @BeforeAll
    static void start() {
        redis = LocalRedis.sentinel()
                .replicas(2)
                .password("s3cret")
                .downAfter(Duration.ofSeconds(30))
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

    @Test
    void aValueIsReadBackFromThePrimaryAndFromAReplica() {
        cache.primary().sync().set("foo", "bar");

        assertThat(cache.primary().sync().get("foo")).isEqualTo("bar");
        assertThat(cache.replica().sync().get("foo")).isEqualTo("bar");
        assertThat(cache.session().sync().get("foo")).isEqualTo("bar");
    }

    @Test
    void keysAndValuesMayBeBytes() {
        byte[] key = {0, 1, 2};
        byte[] value = {(byte) 0xff, 0, 13, 10};

        cache.primary().bytes().sync().set(key, value);

        assertThat(cache.replica().bytes().sync().get(key)).isEqualTo(value);
    }

    @Test
    void collectionsComeWholeFromEitherCopy() {
        var write = cache.primary().sync();
        write.rpush("list", "a", "b", "c");
        write.hset("hash", Map.of("x", "1", "y", "2"));
        write.sadd("set", "p", "q");
        write.zadd("zset", 1, "one");
        write.zadd("zset", 2, "two");

        for (View<String, String> view : List.of(cache.primary(), cache.replica())) {
            var read = view.sync();
            assertThat(read.lrange("list", 0, -1)).containsExactly("a", "b", "c");
            assertThat(read.hgetall("hash")).isEqualTo(Map.of("x", "1", "y", "2"));
            assertThat(read.smembers("set")).containsExactlyInAnyOrder("p", "q");
            assertThat(read.zrangeWithScores("zset", 0, -1)).hasSize(2);
            assertThat(read.get("nothing")).isNull();
        }
    }

    @Test
    void manyKeysAreReadTogether() {
        cache.primary().sync().mset(Map.of("a", "1", "b", "2"));

        assertThat(cache.replica().sync().mget("a", "b", "c"))
                .containsExactly(KeyValue.just("a", "1"), KeyValue.just("b", "2"), KeyValue.empty("c"));
    }

    @Test
    void aServersErrorIsTheCallers() {
        cache.primary().sync().set("text", "x");

        assertThatThrownBy(() -> cache.primary().sync().incr("text"))
                .isInstanceOf(RedisCommandExecutionException.class)
                .hasMessageContaining("not an integer");
        assertThatThrownBy(() -> cache.replica().sync().lrange("text", 0, 1))
                .isInstanceOf(RedisCommandExecutionException.class)
                .hasMessageStartingWith("WRONGTYPE");
    }

    @Test
    void asynchronousCallsOfOneViewKeepTheirOrder() throws Exception {
        var async = cache.primary().async();
        List<RedisFuture<Long>> lengths = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            lengths.add(async.rpush("ordered", Integer.toString(i)));
        }
        for (int i = 0; i < 500; i++) {
            assertThat(lengths.get(i).get(10, TimeUnit.SECONDS)).isEqualTo(i + 1);
        }
        List<String> stored = cache.replica().sync().lrange("ordered", 0, -1);
        assertThat(stored).hasSize(500).startsWith("0", "1", "2").endsWith("498", "499");
    }

    @Test
    void aReadOfAReplicaViewFollowsItsOwnWriteThatIsNotAwaited() throws Exception {
        var async = cache.replica().async();
        List<RedisFuture<String>> reads = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            async.set("pipelined", Integer.toString(i));
            reads.add(async.get("pipelined"));
        }
        for (int i = 0; i < 200; i++) {
            assertThat(Integer.parseInt(reads.get(i).get(10, TimeUnit.SECONDS))).isGreaterThanOrEqualTo(i);
        }
    }

    @Test
    void aTransactionHasItsConnectionToItself() {
        try (Exclusive<String, String> own = cache.exclusive()) {
            own.sync().multi();
            own.sync().set("tx", "1");
            own.sync().incr("tx");
            cache.primary().sync().set("bystander", "x"); // would be queued on a shared connection
            TransactionResult result = own.sync().exec();

            assertThat(result.<Long>get(1)).isEqualTo(2L);
        }
        assertThat(cache.replica().sync().get("tx")).isEqualTo("2");
        assertThat(cache.replica().sync().get("bystander")).isEqualTo("x");
    }

    @Test
    void aWatchedKeyThatChangesDiscardsTheTransaction() {
        try (Exclusive<String, String> own = cache.exclusive()) {
            own.sync().watch("watched");
            cache.primary().sync().set("watched", "changed");
            own.sync().multi();
            own.sync().set("watched", "mine");

            assertThat(own.sync().exec().wasDiscarded()).isTrue();
        }
        assertThat(cache.primary().sync().get("watched")).isEqualTo("changed");
    }

    @Test
    void whatNeedsAConnectionOfItsOwnIsRefusedWithTheMethodToUse() {
        var shared = cache.primary().sync();

        assertThatThrownBy(shared::multi)
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("MULTI has no place on a shared view: it needs a connection of its own: use"
                        + " Lockstep.exclusive()");
        assertThatThrownBy(() -> shared.watch("key")).hasMessageContaining("Lockstep.exclusive()");
        assertThatThrownBy(() -> shared.select(3)).hasMessageContaining("Lockstep.exclusive()");
        assertThatThrownBy(() -> shared.waitForReplication(1, 10)).hasMessageContaining("Lockstep.exclusive()");
        assertThatThrownBy(() -> shared.auth("x")).hasMessageContaining("when connecting");
        assertThatThrownBy(() -> shared.clientSetname("x")).hasMessageContaining("Lockstep.exclusive()");
        assertThat(shared.ping()).isEqualTo("PONG"); // nothing of that has reached the connection
    }

    @Test
    void aBlockingCommandStandsInNobodysWay() throws Exception {
        RedisFuture<KeyValue<String, String>> waiting = cache.primary().async().blpop(10, "queue");

        assertThat(cache.primary().within(Duration.ofSeconds(5)).sync().set("meanwhile", "x"))
                .isEqualTo("OK");
        assertThat(waiting.isDone()).isFalse();
        cache.primary().sync().rpush("queue", "job");
        assertThat(waiting.get(10, TimeUnit.SECONDS)).isEqualTo(KeyValue.just("queue", "job"));
    }

    @Test
    void aBlockingCommandEndsWithItsTimeAndTakesNothingAfterwards() {
        assertThatThrownBy(() ->
                        cache.primary().within(Duration.ofMillis(200)).sync().blpop(30, "late"))
                .isInstanceOf(OutcomeUnknownException.class)
                .hasMessageContaining("BLPOP was sent to")
                .hasMessageContaining("200 ms");

        await().atMost(Duration.ofSeconds(10)).until(() -> !clients().contains("cmd=blpop"));
        cache.primary().sync().rpush("late", "job");
        assertThat(cache.primary().sync().lrange("late", 0, -1)).containsExactly("job");
    }

    private static String clients() {
        return cache.primary().sync().clientList();
    }

    @Test
    void scriptsRunOnThePrimaryAndTheirReadOnlyKindOnReplicasToo() {
        var sync = cache.primary().sync();
        sync.set("k", "v");
        String sha = sync.scriptLoad("return redis.call('GET', KEYS[1])");
        assertThat((String) sync.evalsha(sha, ScriptOutputType.VALUE, "k")).isEqualTo("v");

        assertThat((String) cache.replica().sync().evalshaReadOnly(sha, ScriptOutputType.VALUE, new String[] {"k"}))
                .isEqualTo("v"); // the replicas have never seen the script
        assertThat((String) sync.eval(
                        "return redis.call('SET', KEYS[1], ARGV[1])", ScriptOutputType.STATUS, new String[] {"k"}, "w"))
                .isEqualTo("OK");
        assertThat(cache.replica().sync().get("k")).isEqualTo("w");
    }

    @Test
    void scanVisitsEveryKey() {
        Set<String> expected = new HashSet<>();
        for (int i = 0; i < 500; i++) {
            cache.primary().async().set("scan:" + i, "x");
            expected.add("scan:" + i);
        }
        Set<String> found = new HashSet<>();
        ScanArgs args = ScanArgs.Builder.limit(50).match("scan:*");
        KeyScanCursor<String> cursor = cache.replica().sync().scan(ScanCursor.INITIAL, args);
        found.addAll(cursor.getKeys());
        while (!cursor.isFinished()) {
            cursor = cache.replica().sync().scan(cursor, args);
            found.addAll(cursor.getKeys());
        }
        assertThat(found).isEqualTo(expected);
    }

    @Test
    void messagesArriveOnTheirOwnConnection() {
        List<String> received = new CopyOnWriteArrayList<>();
        try (var messages = cache.pubSub()) {
            messages.addListener(new RedisPubSubAdapter<>() {
                @Override
                public void message(String channel, String message) {
                    received.add(message);
                }
            });
            messages.sync().subscribe("news");
            cache.primary().sync().publish("news", "hello");
            await().atMost(Duration.ofSeconds(10)).until(() -> received.contains("hello"));
        }
    }

    @Test
    void setWithOptionsDoesWhatRedisDoes() {
        var sync = cache.primary().sync();
        assertThat(sync.set("nx", "1", SetArgs.Builder.nx())).isEqualTo("OK");
        assertThat(sync.set("nx", "2", SetArgs.Builder.nx())).isNull();
        assertThat(sync.setGet("nx", "3")).isEqualTo("1");
    }

    @Test
    void replicasServeTheReadsOfAReplicaView() {
        long before = cache.stats().replicaReads();
        for (int i = 0; i < 10_000; i++) {
            cache.primary().sync().set("k" + i % 10, "v" + i);
            assertThat(cache.replica().sync().get("k" + i % 10)).isEqualTo("v" + i);
        }
        assertThat(cache.stats().replicaReads() - before).isGreaterThanOrEqualTo(9_500);
    }

    @Test
    void aClosedLockstepSaysSo() {
        Lockstep other = Lockstep.connect(redis.uri());
        View<String, String> view = other.primary();
        assertThat(view.sync().ping()).isEqualTo("PONG");
        other.close();
        other.close(); // a second time does nothing

        assertThatThrownBy(() -> view.sync().get("foo"))
                .isInstanceOf(NotSentException.class)
                .hasMessage("GET was not sent: this Lockstep is closed. Open another one, or close it later");
        assertThatThrownBy(other::exclusive)
                .isInstanceOf(NotSentException.class)
                .hasMessageContaining("closed");
        assertThat(other.toString()).doesNotContain("s3cret");
    }

    @Test
    void textAndProtocolBytesSurviveTheJourney() {
        String text = new String("…ünï→\r\n$5\r\n".getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        cache.primary().sync().set("unicode", text);
        assertThat(cache.replica().sync().get("unicode")).isEqualTo(text);
    }

    @Test
    void aCodecThatFailsHarmsNobodyElse() throws Exception {
        View<String, String> broken = cache.primary().codec(new FailingCodec());
        cache.primary().sync().set("readable", "x");
        List<RedisFuture<Long>> others = new ArrayList<>();
        List<RedisFuture<?>> failing = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            others.add(cache.primary().async().incr("others"));
            failing.add(broken.async().set("key", "cannot be encoded"));
            failing.add(broken.async().get("readable"));
            failing.add(cache.replica().codec(new FailingCodec()).async().get("readable"));
        }
        for (int i = 0; i < 100; i++) {
            assertThat(others.get(i).get(10, TimeUnit.SECONDS)).isEqualTo(i + 1);
        }
        for (RedisFuture<?> future : failing) {
            assertThatThrownBy(() -> future.get(10, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasMessageMatching("(?s).*(its arguments cannot be encoded|its codec cannot decode it).*");
        }
        assertThat(cache.primary().sync().get("key")).isNull();
    }

    private static final class FailingCodec extends StringCodec {

        @Override
        public void encodeValue(String value, ByteBuf target) {
            throw new IllegalStateException("no encoding");
        }

        @Override
        public ByteBuffer encodeValue(String value) {
            throw new IllegalStateException("no encoding");
        }

        @Override
        public String decodeValue(ByteBuffer bytes) {
            throw new IllegalStateException("no decoding");
        }
    }
}
