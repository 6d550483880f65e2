package dev.lockstep.bench;

import dev.lockstep.local.LocalDeployment;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import java.util.HashSet;
import java.util.List;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;
import org.redisson.config.ReadMode;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.UnifiedJedis;

/**
 * What a user would take instead, on one deployment: Lettuce with one connection that all threads share, Redisson and Jedis
 * with their pools. Defaults, but for what is said here.
 */
final class Peers implements AutoCloseable {

    private static final int MOST_THREADS = 64;

    private final AbstractRedisClient lettuce;
    private final RedissonClient redisson;
    private final UnifiedJedis jedis;
    private final List<Contender> contenders;

    private Peers(AbstractRedisClient lettuce, Contender throughLettuce, RedissonClient redisson, UnifiedJedis jedis) {
        this.lettuce = lettuce;
        this.redisson = redisson;
        this.jedis = jedis;
        Calls buckets = new RedissonCalls(redisson);
        this.contenders = List.of(
                throughLettuce,
                new Contender("Redisson", window -> buckets),
                new Contender("Jedis", window -> new JedisCalls(jedis, window)));
    }

    /** On one server, or on the primary of a Sentinel group. */
    static Peers onOneShard(LocalDeployment servers) {
        RedisClient lettuce = RedisClient.create(servers.uri());
        var connection = lettuce.connect();
        Config config = new Config().setCodec(StringCodec.INSTANCE);
        config.useSingleServer().setAddress(url(primary(servers)));
        return new Peers(
                lettuce,
                LettuceCalls.contender("Lettuce", connection.sync(), connection.async()),
                Redisson.create(config),
                redis.clients.jedis.RedisClient.builder()
                        .hostAndPort(primary(servers))
                        .poolConfig(pool())
                        .build());
    }

    /** On a cluster. Lettuce's timeouts are on, as they are by default elsewhere; Redisson reads from primaries, as all do. */
    static Peers onCluster(LocalDeployment servers) {
        List<HostAndPort> nodes = servers.dataNodes().stream()
                .map(node -> new HostAndPort(node.host(), node.port()))
                .toList();
        RedisClusterClient lettuce = RedisClusterClient.create(nodes.stream()
                .map(node -> RedisURI.create(node.getHost(), node.getPort()))
                .toList());
        lettuce.setOptions(ClusterClientOptions.builder()
                .timeoutOptions(TimeoutOptions.enabled())
                .build());
        var connection = lettuce.connect();
        Config config = new Config().setCodec(StringCodec.INSTANCE);
        config.useClusterServers()
                .setReadMode(ReadMode.MASTER)
                .addNodeAddress(nodes.stream().map(Peers::url).toArray(String[]::new));
        return new Peers(
                lettuce,
                LettuceCalls.contender("Lettuce", connection.sync(), connection.async()),
                Redisson.create(config),
                redis.clients.jedis.RedisClusterClient.builder()
                        .nodes(new HashSet<>(nodes))
                        .poolConfig(pool())
                        .build());
    }

    private static HostAndPort primary(LocalDeployment servers) {
        return new HostAndPort(servers.primary().host(), servers.primary().port());
    }

    private static String url(HostAndPort node) {
        return "redis://" + node;
    }

    /** A connection for each thread that may call, instead of 8. */
    private static ConnectionPoolConfig pool() {
        var pool = new ConnectionPoolConfig();
        pool.setMaxTotal(MOST_THREADS);
        pool.setMaxIdle(MOST_THREADS);
        return pool;
    }

    List<Contender> contenders() {
        return contenders;
    }

    @Override
    public void close() {
        lettuce.shutdown();
        redisson.shutdown();
        jedis.close();
    }
}
