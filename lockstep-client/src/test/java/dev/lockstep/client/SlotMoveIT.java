package dev.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.local.LinkConnection;
import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Slots that change hands, key by key, while they are read and written. */
class SlotMoveIT {

    /** How many slots move under load; the figure of the evidence is made with 5000. */
    private static final int SLOTS = Integer.getInteger("lockstep.slots", 200);

    /** How far a replica is behind where one shall be. Not cut off: Valkey wants replicas to know of a move before it ends. */
    private static final Duration LAG = Duration.ofMillis(300);

    private LocalDeployment redis;
    private Lockstep cache;

    @BeforeEach
    void start() {
        redis = LocalRedis.cluster().links(true).start();
        cache = Lockstep.connect(redis.uri());
    }

    @AfterEach
    void stop() {
        cache.close();
        redis.close();
    }

    private static int slot(String key) {
        return SlotHash.getSlot(key);
    }

    private LocalServer ownerOf(String key) {
        return redis.primary(slot(key));
    }

    private LocalServer anotherThan(LocalServer owner) {
        return redis.primaries().stream()
                .filter(primary -> !primary.equals(owner))
                .findFirst()
                .orElseThrow();
    }

    private static String id(LocalServer server) {
        return String.valueOf(server.command("CLUSTER", "MYID"));
    }

    /** The slot is on its way, and no key has gone yet. */
    private static void beginMove(int slot, LocalServer from, LocalServer to) {
        to.command("CLUSTER", "SETSLOT", "" + slot, "IMPORTING", id(from));
        from.command("CLUSTER", "SETSLOT", "" + slot, "MIGRATING", id(to));
    }

    private static void moveKey(String key, LocalServer from, LocalServer to) {
        assertThat(from.command("MIGRATE", to.host(), "" + to.port(), key, "0", "5000"))
                .isEqualTo("OK");
    }

    @Test
    void nothingFailsAndNothingIsLostWhileSlotsMoveUnderLoad() throws Exception {
        LocalServer from = redis.primaries().get(0);
        LocalServer to = redis.primaries().get(1);
        try (CountingLoad load = CountingLoad.of(16, cache)) {
            load.awaitCalls(500);
            boolean whole = redis.moveSlots(from, to, 0, SLOTS - 1).run();
            assertThat(whole).isTrue();
            load.awaitCalls(500);
            load.stop();
            assertThat(load.failures()).isEmpty();
            assertThat(load.lost()).isEmpty();
        }
        assertThat(redis.primary(SLOTS - 1)).isEqualTo(to);
    }

    @Test
    void aKeyIsFoundOnEitherSideWhileItsSlotMoves() {
        String gone = "{moving}gone";
        String here = "{moving}here";
        cache.primary().sync().mset(java.util.Map.of(gone, "1", here, "2"));
        LocalServer from = ownerOf(gone);
        LocalServer to = anotherThan(from);
        beginMove(slot(gone), from, to);
        moveKey(gone, from, to);

        Session session = cache.newSession();
        assertThat(session.primary().sync().get(gone)).isEqualTo("1");
        assertThat(session.replica().sync().get(gone)).isEqualTo("1");
        assertThat(session.replica().sync().get(here)).isEqualTo("2");
        assertThat(cache.session()
                        .reading(Consistency.boundedStaleness(Duration.ofMillis(50)))
                        .sync()
                        .get(gone))
                .isEqualTo("1");
        session.primary().sync().set(gone, "3");
        assertThat(session.replica().sync().get(gone)).isEqualTo("3");
        assertThat(session.replica().sync().get("{moving}never")).isNull();
        assertThat(session.replica().sync().type(gone)).isEqualTo("string");
        assertThat(session.replica().bytes().sync().type(gone.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo("string");
        assertThat(session.replica().sync().bitpos(gone, true)).isEqualTo(2);
        assertThat(session.replica().sync().ttl(gone)).isEqualTo(-1);
        session.primary().sync().set("{moving}new", "4");
        assertThat(session.session().sync().get("{moving}new")).isEqualTo("4");
    }

    @Test
    void aCommandOnKeysOfBothSidesWaitsUntilTheyAreTogether() throws Exception {
        String gone = "{moving}gone";
        String here = "{moving}here";
        cache.primary().sync().mset(java.util.Map.of(gone, "1", here, "2"));
        LocalServer from = ownerOf(gone);
        LocalServer to = anotherThan(from);
        beginMove(slot(gone), from, to);
        moveKey(gone, from, to);

        RedisFuture<List<KeyValue<String, String>>> both =
                cache.primary().async().mget(gone, here);
        // Unless its time is up in the very moment when it is on its way again
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThatThrownBy(() -> cache.primary()
                                .within(Duration.ofMillis(200))
                                .sync()
                                .mget(gone, here))
                        .isInstanceOf(NoPrimaryException.class)
                        .hasMessageContaining("TRYAGAIN"));
        assertThat(redis.moveSlots(from, to, List.of(slot(gone))).run()).isTrue();

        assertThat(both.get(5, TimeUnit.SECONDS)).containsExactly(KeyValue.just(gone, "1"), KeyValue.just(here, "2"));
    }

    @Test
    void whatWasSeenOfTheOldOwnerIsRequiredAnewOfTheNewOne() {
        String key = "price";
        LocalServer from = ownerOf(key);
        LocalServer to = anotherThan(from);
        LocalServer replica = redis.replicas(to).get(0);
        Session session = cache.newSession();
        session.primary().sync().set(key, "1");
        assertThat(session.replica().sync().get(key)).isEqualTo("1");
        // The new owner's replica stands further, as a number, than all that the session has seen of the old one
        IntStream.range(0, 2000).forEach(i -> to.command("PUBLISH", "filler", "x".repeat(100)));
        redis.link(to, replica).slow(LAG);
        assertThat(redis.moveSlots(from, to, List.of(slot(key))).run()).isTrue();
        session.primary().sync().set(key, "2");

        for (int i = 0; i < 20; i++) {
            assertThat(session.session().sync().get(key)).isEqualTo("2");
        }
        assertThat(cache.newSession(session.token()).session().sync().get(key)).isEqualTo("2");
        redis.link(to, replica).heal();
        assertThat(session.replica().sync().get(key)).isEqualTo("2");
    }

    /** The connection on which the replica receives what its primary writes. */
    private LinkConnection replication(LocalServer primary, LocalServer replica) {
        String master = String.valueOf(replica.command("CLIENT", "LIST", "TYPE", "MASTER"));
        String port = master.replaceAll("(?s).* laddr=[^ ]*:([0-9]+) .*", "$1");
        return redis.link(primary, replica).connections().stream()
                .filter(connection -> connection.callerPort() == Integer.parseInt(port))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aKeyThatCameBackIsNotReadAsItWasWhenItLeft() {
        assumeThat(redis.serverVersion())
                .as("Valkey does not move a slot before the replicas know")
                .doesNotContain("Valkey");
        String key = "price";
        LocalServer home = ownerOf(key);
        LocalServer away = anotherThan(home);
        LocalServer replica = redis.replicas(home).get(0);
        Session session = cache.newSession();
        session.primary().sync().set(key, "old");
        assertThat(session.replica().sync().get(key)).isEqualTo("old");
        LinkConnection replication = replication(home, replica);
        replication.slow(Duration.ofSeconds(1)); // and not the bus, on which the replica learns whose the slot is
        assertThat(redis.moveSlots(home, away, List.of(slot(key))).run()).isTrue();
        session.primary().sync().set(key, "new");
        assertThat(redis.moveSlots(away, home, List.of(slot(key))).run()).isTrue();

        // The replica has neither seen the key leave nor come back
        for (int i = 0; i < 50; i++) {
            assertThat(session.session().sync().get(key)).isEqualTo("new");
        }
        assertThat(cache.newSession(session.token()).session().sync().get(key)).isEqualTo("new");
    }

    @Test
    void aTokenOfBeforeTheMoveIsRequiredAnewInAnotherProcess() {
        String key = "price";
        LocalServer from = ownerOf(key);
        LocalServer to = anotherThan(from);
        LocalServer replica = redis.replicas(to).get(0);
        Session session = cache.newSession();
        session.primary().sync().set(key, "1");
        SessionToken token = SessionToken.parse(session.token().toString());
        redis.link(to, replica).slow(LAG);
        assertThat(redis.moveSlots(from, to, List.of(slot(key))).run()).isTrue();

        try (Lockstep other = Lockstep.connect(redis.uri())) {
            for (int i = 0; i < 20; i++) {
                assertThat(other.newSession(token).session().sync().get(key)).isEqualTo("1");
            }
            assertThat(other.stats().rollbacks()).isZero();
        }
    }

    @Test
    void anAddedShardTakesSlotsWithoutARestart() {
        cache.primary().sync().set("foo", "bar");
        LocalServer added = redis.addShard();
        LocalServer from = ownerOf("foo");
        assertThat(redis.moveSlots(from, added, List.of(slot("foo"))).run()).isTrue();

        assertThat(cache.primary().sync().get("foo")).isEqualTo("bar");
        cache.primary().sync().set("foo", "baz");
        assertThat(cache.replica().sync().get("foo")).isEqualTo("baz");
        assertThat(cache.primary().sync().dbsize()).isEqualTo(1);
    }

    @Test
    void anIterationOverAKeyDoesNotGoOnElsewhere() {
        for (int i = 0; i < 1000; i++) {
            cache.primary().async().hset("hash", "field" + i, "x");
        }
        var first = cache.primary().sync().hscan("hash");
        assertThat(first.isFinished()).isFalse();
        LocalServer from = ownerOf("hash");
        assertThat(redis.moveSlots(from, anotherThan(from), List.of(slot("hash")))
                        .run())
                .isTrue();

        assertThatThrownBy(() -> cache.primary().sync().hscan("hash", first))
                .isInstanceOf(NotSentException.class)
                .hasMessageContaining("its cursor belongs to a former primary");
        assertThat(cache.primary().sync().hlen("hash")).isEqualTo(1000);
    }

    @Test
    void aShardMayGiveUpItsLastSlotAndGo() throws Exception {
        LocalServer added = redis.addShard();
        LocalServer home = ownerOf("list");
        assertThat(redis.moveSlots(home, added, List.of(slot("list"))).run()).isTrue();
        cache.primary().sync().set("{list}foo", "bar");
        RedisFuture<KeyValue<String, String>> waiting = cache.primary().async().blpop(20, "list");
        assertThat(redis.moveSlots(added, home, List.of(slot("list"))).run()).isTrue();
        // A server looks once a second for clients that wait for a slot it has given away; killed before that, it tells
        // none.
        await().atMost(Duration.ofSeconds(10)).until(() -> waitsAt(home));
        for (LocalServer replica : redis.replicas(added)) {
            redis.remove(replica);
        }
        redis.remove(added);

        assertThat(cache.replica().sync().get("{list}foo")).isEqualTo("bar");
        cache.primary().sync().rpush("list", "element");
        assertThat(waiting.get(15, TimeUnit.SECONDS)).isEqualTo(KeyValue.just("list", "element"));
        await().atMost(Duration.ofSeconds(15))
                .until(() -> cache.topology().shards().size() == 3);
        assertThat(cache.primary().sync().dbsize()).isEqualTo(1);
    }

    private static boolean waitsAt(LocalServer server) {
        return String.valueOf(server.command("INFO", "clients")).contains("blocked_clients:1");
    }

    @Test
    void nodesMayCallEachOtherByHostNames() {
        try (LocalDeployment named = LocalRedis.cluster()
                        .config("cluster-announce-hostname", "localhost")
                        .config("cluster-preferred-endpoint-type", "hostname")
                        .start();
                Lockstep client = Lockstep.builder(named.uri()).connect()) {
            client.primary().sync().set("foo", "bar");
            LocalServer from = named.primary(slot("foo"));
            LocalServer to = named.primaries().stream()
                    .filter(primary -> !primary.equals(from))
                    .findFirst()
                    .orElseThrow();
            beginMove(slot("foo"), from, to);
            moveKey("foo", from, to);
            assertThat(client.primary().within(Duration.ofSeconds(2)).sync().get("foo"))
                    .isEqualTo("bar"); // by ASK localhost:port
            assertThat(named.moveSlots(from, to, List.of(slot("foo"))).run()).isTrue();
            assertThat(client.primary().within(Duration.ofSeconds(2)).sync().get("foo"))
                    .isEqualTo("bar");
        }
    }

    @Test
    void shardChannelsFollowTheirSlot() {
        List<String> heard = new CopyOnWriteArrayList<>();
        try (var messages = cache.pubSub("prices")) {
            messages.addListener(new RedisPubSubAdapter<>() {
                @Override
                public void smessage(String channel, String message) {
                    heard.add(message);
                }
            });
            messages.sync().ssubscribe("prices");
            LocalServer from = ownerOf("prices");
            LocalServer to = anotherThan(from);
            assertThat(redis.moveSlots(from, to, List.of(slot("prices"))).run()).isTrue();

            await().atMost(Duration.ofSeconds(10)).until(() -> {
                cache.primary().sync().spublish("prices", "42");
                return heard.contains("42");
            });
        }
    }

    @Test
    void anExclusiveConnectionIsToldThatItsSlotHasGone() {
        try (Exclusive<String, String> connection = cache.exclusive("order")) {
            connection.sync().set("order", "1");
            LocalServer from = ownerOf("order");
            assertThat(redis.moveSlots(from, anotherThan(from), List.of(slot("order")))
                            .run())
                    .isTrue();
            assertThatThrownBy(() -> connection.sync().set("order", "2"))
                    .isInstanceOf(NotSentException.class)
                    .hasMessageContaining("its slot is not served by");
        }
        try (Exclusive<String, String> connection = cache.exclusive("order")) {
            connection.sync().set("order", "3");
        }
        assertThat(cache.primary().sync().get("order")).isEqualTo("3");
    }

    @Test
    void asynchronousCallsKeepTheirOrderWhileTheirSlotMoves() throws Exception {
        String key = "list";
        List<RedisFuture<Long>> pushed = new ArrayList<>();
        LocalServer from = ownerOf(key);
        LocalServer to = anotherThan(from);
        Thread mover = new Thread(() -> {
            for (int i = 0; i < 5; i++) {
                redis.moveSlots(i % 2 == 0 ? from : to, i % 2 == 0 ? to : from, List.of(slot(key)))
                        .run();
            }
        });
        mover.start();
        int count = 0;
        while (mover.isAlive() || count < 2000) {
            pushed.add(cache.primary().async().rpush(key, "" + count++));
            if (count % 64 == 0) {
                pushed.get(count - 32).get(10, TimeUnit.SECONDS);
            }
        }
        mover.join();
        for (int i = 0; i < count; i++) {
            assertThat(pushed.get(i).get(10, TimeUnit.SECONDS)).isEqualTo(i + 1);
        }
        assertThat(cache.primary().sync().lrange(key, 0, -1))
                .isEqualTo(IntStream.range(0, count).mapToObj(String::valueOf).toList());
    }
}
