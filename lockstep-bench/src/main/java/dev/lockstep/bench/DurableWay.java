package dev.lockstep.bench;

import dev.lockstep.client.View;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import redis.clients.jedis.Jedis;

/**
 * One way to write so that replicas hold it.
 *
 * @param write called by the thread of a writer, with its number; returns when they do
 * @param end closes its connections
 */
record DurableWay(String name, Write write, Runnable end) {

    private static final long PATIENCE_MILLIS = 5_000;

    /** One write. */
    interface Write {
        void of(int writer, String key, String value);
    }

    static DurableWay lockstep(String name, View<String, String> view) {
        var commands = view.sync();
        return new DurableWay(name, (writer, key, value) -> commands.set(key, value), () -> {});
    }

    static DurableWay jedis(int port, int writers, int replicas) {
        List<Jedis> connections = new ArrayList<>();
        for (int i = 0; i < writers; i++) {
            connections.add(new Jedis("127.0.0.1", port, (int) PATIENCE_MILLIS));
        }
        return new DurableWay(
                "Jedis, a connection per writer, SET then WAIT",
                (writer, key, value) -> {
                    Jedis jedis = connections.get(writer);
                    jedis.set(key, value);
                    check(jedis.waitReplicas(replicas, PATIENCE_MILLIS), replicas);
                },
                () -> connections.forEach(Jedis::close));
    }

    static DurableWay lettuce(int port, int writers, int replicas) {
        RedisClient client = client(port);
        List<StatefulRedisConnection<String, String>> connections = new ArrayList<>();
        for (int i = 0; i < writers; i++) {
            connections.add(client.connect());
        }
        return new DurableWay(
                "Lettuce, a connection per writer, SET and WAIT in one pipeline",
                (writer, key, value) -> setAndWait(connections.get(writer), replicas, key, value),
                client::shutdown);
    }

    static DurableWay sharedLettuce(int port, int replicas) {
        RedisClient client = client(port);
        StatefulRedisConnection<String, String> connection = client.connect();
        return new DurableWay(
                "Lettuce, one shared connection, SET and WAIT per call",
                (writer, key, value) -> setAndWait(connection, replicas, key, value),
                client::shutdown);
    }

    private static RedisClient client(int port) {
        RedisClient client = RedisClient.create(RedisURI.create("127.0.0.1", port));
        client.setOptions(client.getOptions()
                .mutate()
                .timeoutOptions(TimeoutOptions.enabled())
                .build());
        return client;
    }

    private static void setAndWait(
            StatefulRedisConnection<String, String> connection, int replicas, String key, String value) {
        RedisFuture<String> set = connection.async().set(key, value);
        RedisFuture<Long> held = connection.async().waitForReplication(replicas, PATIENCE_MILLIS);
        try {
            set.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            check(held.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS), replicas);
        } catch (Exception e) {
            throw new IllegalStateException("Lettuce's write was not confirmed", e);
        }
    }

    private static void check(long held, int replicas) {
        if (held < replicas) {
            throw new IllegalStateException("Only " + held + " replicas hold the write; expected " + replicas);
        }
    }

    void close() {
        end.run();
    }
}
