package dev.lockstep.bench;

import dev.lockstep.local.LocalServer;
import java.time.Duration;
import org.redisson.Redisson;
import org.redisson.api.RLocalCachedMap;
import org.redisson.api.RedissonClient;
import org.redisson.api.options.LocalCachedMapOptions;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;

/** Redisson on one server, with two maps that it keeps copies of in this process. */
final class LocalCopies implements AutoCloseable {

    static final String BY_OBJECT = "Redisson RLocalCachedMap, LRU and age, looked up by the object";
    static final String IN_CAFFEINE = "Redisson RLocalCachedMap, kept in Caffeine, size and age";

    private final RedissonClient client;
    private final RLocalCachedMap<String, String> byObject;
    private final RLocalCachedMap<String, String> inCaffeine;

    LocalCopies(LocalServer server, int entries) {
        Config config = new Config();
        config.useSingleServer()
                .setAddress("redis://" + server.host() + ":" + server.port())
                .setConnectionMinimumIdleSize(1)
                .setConnectionPoolSize(4);
        client = Redisson.create(config.setCodec(StringCodec.INSTANCE));
        byObject = client.getLocalCachedMap(options("by-object", entries).useObjectAsCacheKey(true));
        inCaffeine = client.getLocalCachedMap(
                options("in-caffeine", entries).cacheProvider(LocalCachedMapOptions.CacheProvider.CAFFEINE));
    }

    private static LocalCachedMapOptions<String, String> options(String name, int entries) {
        return LocalCachedMapOptions.<String, String>name(name)
                .cacheSize(entries)
                .evictionPolicy(LocalCachedMapOptions.EvictionPolicy.LRU)
                .timeToLive(Duration.ofMinutes(10));
    }

    /** Has both maps hold these keys, here and on the server. */
    void fill(String[] keys) {
        for (String key : keys) {
            byObject.fastPut(key, "value of " + key);
            inCaffeine.fastPut(key, "value of " + key);
        }
    }

    RLocalCachedMap<String, String> byObject() {
        return byObject;
    }

    RLocalCachedMap<String, String> inCaffeine() {
        return inCaffeine;
    }

    @Override
    public void close() {
        client.shutdown();
    }
}
