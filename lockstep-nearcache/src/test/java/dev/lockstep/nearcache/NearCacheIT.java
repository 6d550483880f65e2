package dev.lockstep.nearcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.client.Consistency;
import dev.lockstep.client.Lockstep;
import dev.lockstep.client.Session;
import dev.lockstep.client.SessionToken;
import dev.lockstep.local.LinkConnection;
import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalServer;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.SetArgs;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a near cache returns, and when it asks, on servers that live. */
@ParameterizedClass
@EnumSource(Mode.class)
class NearCacheIT {

    private static LocalDeployment redis;

    private final Mode mode;
    private Lockstep cache;
    private Lockstep elsewhere;

    NearCacheIT(Mode mode) {
        this.mode = mode;
    }

    @BeforeParameterizedClassInvocation
    static void startServers(Mode mode) {
        redis = mode.plan().links(true).start();
    }

    @AfterParameterizedClassInvocation
    static void stopServers() {
        redis.close();
    }

    @BeforeEach
    void connect() {
        cache = Lockstep.connect(redis.uri());
        elsewhere = Lockstep.connect(redis.uri());
        elsewhere.primary().sync().flushall();
        cache.primary().sync().dbsize(); // every connection but that of the near cache is there
    }

    @AfterEach
    void disconnect() {
        cache.close();
        elsewhere.close();
    }

    private NearCache<String, String> near(NearCacheSpec spec) {
        return NearCache.over(cache.session(), spec);
    }

    private NearCache<String, String> near() {
        return near(NearCacheSpec.entries(1000));
    }

    /** Reads until a read asks nobody; the first ones may come before the connection is there. */
    private static <K> void awaitHit(NearCache<K, ?> near, K key) {
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            near.get(key);
            long before = near.stats().hits();
            near.get(key);
            return near.stats().hits() > before;
        });
    }

    private static void awaitValue(NearCache<String, String> near, String key, String value) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(near.get(key)).isEqualTo(value));
    }

    @Test
    void aValueIsReturnedAgainUntilSomebodyWritesTheKey() {
        try (NearCache<String, String> near = near()) {
            elsewhere.primary().sync().set("price", "1");
            awaitHit(near, "price");
            assertThat(near.get("price")).isEqualTo("1");

            elsewhere.primary().sync().set("price", "2");
            awaitValue(near, "price", "2");
            assertThat(near.stats().changes()).isPositive();
            awaitHit(near, "price");
            assertThat(near.get("price")).isEqualTo("2");

            elsewhere.primary().sync().del("price");
            awaitValue(near, "price", null);
        }
    }

    @Test
    void aSessionReadsItsOwnWritesAtOnce() {
        try (NearCache<String, String> near = near()) {
            cache.primary().sync().set("own", "0");
            awaitHit(near, "own");
            for (int i = 1; i <= 300; i++) {
                if (i % 3 == 0) {
                    cache.session().async().set("own", "" + i); // not awaited
                } else {
                    cache.primary().sync().set("own", "" + i);
                }
                assertThat(near.get("own")).isEqualTo("" + i);
                assertThat(near.get("own")).isEqualTo("" + i);
            }
            cache.primary().sync().mset(Map.of("own", "by another command"));
            assertThat(near.get("own")).isEqualTo("by another command");
            awaitHit(near, "own");
        }
    }

    @Test
    void aSessionReadsItsOwnWritesThoughTheNewsIsHeldUp() {
        LocalServer primary = mode.primaryOf(redis, "own");
        List<LinkConnection> others = redis.clientLink(primary).connections();
        try (NearCache<String, String> near = near(NearCacheSpec.entries(10).lease(Duration.ofMinutes(1)))) {
            cache.primary().sync().set("own", "old");
            awaitHit(near, "own");
            List<LinkConnection> news =
                    new ArrayList<>(redis.clientLink(primary).connections());
            news.removeAll(others);
            news.forEach(LinkConnection::holdReplies);
            try {
                long hits = near.stats().hits();
                assertThat(near.get("own")).isEqualTo("old");
                assertThat(near.stats().hits()).isEqualTo(hits + 1); // the lease is long, and nothing has come

                cache.primary().sync().set("own", "new");
                assertThat(near.get("own")).isEqualTo("new");
            } finally {
                news.forEach(LinkConnection::release);
            }
            awaitHit(near, "own");
            assertThat(near.get("own")).isEqualTo("new");
        }
    }

    @Test
    void hitsStopWhenTheLeaseIsNotRenewed() {
        LocalServer primary = mode.primaryOf(redis, "price");
        List<LinkConnection> others = redis.clientLink(primary).connections();
        Duration lease = Duration.ofMillis(300);
        try (NearCache<String, String> near = near(NearCacheSpec.entries(10).lease(lease))) {
            elsewhere.primary().sync().set("price", "1");
            awaitHit(near, "price");
            List<LinkConnection> news =
                    new ArrayList<>(redis.clientLink(primary).connections());
            news.removeAll(others);
            news.forEach(LinkConnection::hold);
            try {
                elsewhere.primary().sync().set("price", "2");
                long writtenAt = System.nanoTime();
                String seen;
                boolean later;
                do {
                    later = System.nanoTime() - writtenAt > lease.toNanos();
                    seen = near.get("price");
                } while (!later);
                assertThat(seen).isEqualTo("2");
                assertThat(near.stats().lapses()).isPositive();
            } finally {
                news.forEach(LinkConnection::release);
            }
            awaitHit(near, "price");
            assertThat(near.get("price")).isEqualTo("2");
        }
    }

    @Test
    void aLostConnectionCostsWhatCameOverIt() {
        LocalServer primary = mode.primaryOf(redis, "price");
        List<LinkConnection> others = redis.clientLink(primary).connections();
        try (NearCache<String, String> near = near(NearCacheSpec.entries(10).lease(Duration.ofMinutes(1)))) {
            elsewhere.primary().sync().set("price", "1");
            awaitHit(near, "price");
            List<LinkConnection> news =
                    new ArrayList<>(redis.clientLink(primary).connections());
            news.removeAll(others);
            long losses = near.stats().losses();
            news.forEach(LinkConnection::holdReplies);
            elsewhere.primary().sync().set("price", "2");
            news.forEach(LinkConnection::reset);

            awaitValue(near, "price", "2");
            assertThat(near.stats().losses()).isGreaterThan(losses);
            awaitHit(near, "price");
            assertThat(near.get("price")).isEqualTo("2");
        }
    }

    @Test
    void anEmptiedServerEmptiesTheCacheToo() {
        try (NearCache<String, String> near = near()) {
            List<String> keys = IntStream.range(0, 50).mapToObj(i -> "key-" + i).toList();
            keys.forEach(key -> elsewhere.primary().sync().set(key, "full"));
            keys.forEach(key -> awaitHit(near, key));

            elsewhere.primary().sync().flushall();
            keys.forEach(key -> awaitValue(near, key, null));
            elsewhere.primary().sync().set("key-1", "again");
            awaitValue(near, "key-1", "again");
            awaitHit(near, "key-1");
        }
    }

    @Test
    void aValueDoesNotOutliveItsKey() {
        try (NearCache<String, String> near = near()) {
            elsewhere.primary().sync().set("{short}", "warms the same shard up");
            awaitHit(near, "{short}");
            long life = 400;
            elsewhere.primary().sync().set("short", "lived", SetArgs.Builder.px(life));
            long writtenAt = System.nanoTime();
            String seen;
            boolean over;
            do {
                over = System.nanoTime() - writtenAt > TimeUnit.MILLISECONDS.toNanos(life + 2); // it counts whole ones
                seen = near.get("short");
            } while (!over);
            assertThat(seen).isNull();
            assertThat(near.stats().hits()).isGreaterThan(10);
        }
    }

    private String warm() {
        elsewhere.primary().sync().set("warm", "up");
        return "warm";
    }

    @Test
    void aValueDoesNotOutliveItsAge() {
        try (NearCache<String, String> near = near(NearCacheSpec.entries(10).maxAge(Duration.ofMillis(50)))) {
            elsewhere.primary().sync().set("price", "1");
            awaitHit(near, "price");
            long misses = near.stats().misses();
            await().atMost(Duration.ofSeconds(10)).until(() -> {
                near.get("price");
                return near.stats().misses() > misses;
            });
        }
    }

    @Test
    void thatAKeyDoesNotExistIsKeptWhereNoSlotsMove() {
        try (NearCache<String, String> near = near()) {
            awaitHit(near, warm());
            near.get("nothing");
            long misses = near.stats().misses();
            assertThat(near.get("nothing")).isNull();
            assertThat(near.stats().misses()).isEqualTo(mode == Mode.CLUSTER ? misses + 1 : misses);

            elsewhere.primary().sync().set("nothing", "something");
            awaitValue(near, "nothing", "something");
        }
    }

    @Test
    void severalKeysAreReadTogether() {
        try (NearCache<String, String> near = near()) {
            elsewhere.primary().sync().mset(Map.of("a", "1", "b", "2", "c", "3"));
            awaitHit(near, "b");

            assertThat(near.getAll(List.of("a", "b", "no such key", "c", "a")))
                    .containsExactly(Map.entry("a", "1"), Map.entry("b", "2"), Map.entry("c", "3"));
        }
    }

    @Test
    void aSessionIsContinuedFromAToken() {
        Session there = elsewhere.newSession();
        there.primary().sync().set("cart", "1 apple");
        Session here = cache.newSession(SessionToken.parse(there.token().toString()));
        try (NearCache<String, String> near = NearCache.over(here.session(), NearCacheSpec.entries(10))) {
            assertThat(near.get("cart")).isEqualTo("1 apple");
            awaitHit(near, "cart");
            here.primary().sync().set("cart", "2 apples");
            assertThat(near.get("cart")).isEqualTo("2 apples");
        }
    }

    @Test
    void aBoundMakesTheLeaseShorter() throws Exception {
        Duration bound = Duration.ofMillis(100);
        var view = cache.session().reading(Consistency.boundedStaleness(bound));
        try (NearCache<String, String> near = NearCache.over(view, NearCacheSpec.entries(10))) {
            elsewhere.primary().sync().set("price", "0");
            awaitHit(near, "price");
            for (int i = 1; i <= 20; i++) {
                elsewhere.primary().sync().set("price", "" + i);
                Thread.sleep(bound.toMillis() + 1); // the bound itself: what was written before it must be seen
                assertThat(near.get("price")).isEqualTo("" + i);
            }
        }
    }

    @Test
    void bytesAreCopied() {
        byte[] key = "key".getBytes(StandardCharsets.UTF_8);
        try (NearCache<byte[], byte[]> near = NearCache.over(cache.session().bytes(), NearCacheSpec.entries(10))) {
            elsewhere.primary().sync().set("key", "value");
            awaitHit(near, key);
            near.get(key)[0] = '!';
            assertThat(near.get("key".getBytes(StandardCharsets.UTF_8)))
                    .isEqualTo("value".getBytes(StandardCharsets.UTF_8));
            key[0] = '!'; // the caller's array is his
            assertThat(near.get("key".getBytes(StandardCharsets.UTF_8))).isNotNull();
            elsewhere.primary().sync().set("key", "other");
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(near.get("key".getBytes(StandardCharsets.UTF_8)))
                            .isEqualTo("other".getBytes(StandardCharsets.UTF_8)));
        }
    }

    @Test
    void aKeyThatTheCodecDoesNotGiveBackIsNotKept() {
        String key = "half a pair \ud83d"; // becomes a question mark
        try (NearCache<String, String> near = near()) {
            awaitHit(near, warm());
            elsewhere.primary().sync().set(key, "1");
            long hits = near.stats().hits();
            assertThat(near.get(key)).isEqualTo("1");
            assertThat(near.get(key)).isEqualTo("1");
            assertThat(near.stats().hits()).isEqualTo(hits);
        }
    }

    @Test
    void thereIsRoomForSoManyEntriesAndNoMore() {
        try (NearCache<String, String> near = near(NearCacheSpec.entries(10))) {
            awaitHit(near, warm());
            List<String> keys =
                    IntStream.range(0, 500).mapToObj(i -> "key-" + i).toList();
            keys.forEach(key -> elsewhere.primary().async().set(key, key));
            near.getAll(keys);
            long hits = near.stats().hits();
            assertThat(near.getAll(keys)).hasSize(500);
            assertThat(near.stats().hits() - hits).isLessThan(50);
        }
    }

    @Test
    void anErrorOfTheServerIsThatOfAGet() {
        try (NearCache<String, String> near = near()) {
            awaitHit(near, warm());
            elsewhere.primary().sync().rpush("list", "element");
            assertThatThrownBy(() -> near.get("list"))
                    .isInstanceOf(RedisCommandExecutionException.class)
                    .hasMessageContaining("WRONGTYPE");
        }
    }

    @Test
    void whatIsInvalidatedHereIsReadAgain() {
        try (NearCache<String, String> near = near()) {
            String key = warm();
            awaitHit(near, key);
            long misses = near.stats().misses();
            near.invalidate(key);
            assertThat(near.get(key)).isEqualTo("up");
            assertThat(near.stats().misses()).isEqualTo(misses + 1);
        }
    }

    @Test
    void aClosedOneKeepsNothingAndReadsOn() {
        NearCache<String, String> near = near();
        awaitHit(near, warm());
        near.close();
        long hits = near.stats().hits();
        for (int i = 0; i < 10; i++) {
            assertThat(near.get("warm")).isEqualTo("up");
        }
        assertThat(near.stats().hits()).isEqualTo(hits);
    }

    @Test
    void whatIsPromisedByThePrimaryAloneIsNotKept() {
        assertThatThrownBy(() -> NearCache.over(cache.primary(), NearCacheSpec.entries(10)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot be as fresh as Consistency.primary() promises");
    }

    @Test
    void twoOfThemWithOtherTypesAreToldOfTheSameChanges() {
        try (NearCache<String, String> text = near();
                NearCache<byte[], byte[]> bytes = NearCache.over(cache.replica().bytes(), NearCacheSpec.entries(10))) {
            byte[] key = warm().getBytes(StandardCharsets.UTF_8);
            awaitHit(text, "warm");
            awaitHit(bytes, key);
            elsewhere.primary().sync().set("warm", "again");
            awaitValue(text, "warm", "again");
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(
                            () -> assertThat(bytes.get(key)).isEqualTo("again".getBytes(StandardCharsets.UTF_8)));
        }
    }
}
