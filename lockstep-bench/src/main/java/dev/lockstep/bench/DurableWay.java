package dev.lockstep.bench;

import dev.lockstep.client.View;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import redis.clients.jedis.Jedis;

/**
 * One way to write so that replicas hold it.
 *
 * @param threads how many threads make the writes of so many writers
 * @param write one write of a writer; complete when replicas hold it
 * @param end closes its connections
 */
record DurableWay(String name, int threads, Write write, Runnable end) {

    private static final long PATIENCE_MILLIS = 5_000;
    private static final int FEW = 4;
    private static final CompletionStage<?> DONE = CompletableFuture.completedFuture(null);

    /** One write. */
    interface Write {
        CompletionStage<?> of(int writer, String key, String value);
    }

    private static int few(int writers) {
        return Math.min(FEW, writers);
    }

    static DurableWay lockstep(String name, View<String, String> view, int writers) {
        var commands = view.async();
        return new DurableWay(name, few(writers), (writer, key, value) -> commands.set(key, value), () -> {});
    }

    static DurableWay blockingLockstep(String name, View<String, String> view, int writers) {
        var commands = view.sync();
        return new DurableWay(
                name,
                writers,
                (writer, key, value) -> {
                    commands.set(key, value);
                    return DONE;
                },
                () -> {});
    }

    static DurableWay jedis(int port, int writers, int replicas) {
        List<Jedis> connections = new ArrayList<>();
        for (int i = 0; i < writers; i++) {
            connections.add(new Jedis("127.0.0.1", port, (int) PATIENCE_MILLIS));
        }
        return new DurableWay(
                "Jedis, a thread and a connection per writer, SET then WAIT",
                writers,
                (writer, key, value) -> {
                    Jedis jedis = connections.get(writer);
                    jedis.set(key, value);
                    check(jedis.waitReplicas(replicas, PATIENCE_MILLIS), replicas);
                    return DONE;
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
                "Lettuce, async, a connection per writer, SET and WAIT in one pipeline",
                few(writers),
                (writer, key, value) -> setAndWait(connections.get(writer), replicas, key, value),
                client::shutdown);
    }

    static DurableWay sharedLettuce(int port, int writers, int replicas) {
        RedisClient client = client(port);
        StatefulRedisConnection<String, String> connection = client.connect();
        return new DurableWay(
                "Lettuce, async, one shared connection, SET and WAIT per write",
                few(writers),
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

    private static CompletionStage<?> setAndWait(
            StatefulRedisConnection<String, String> connection, int replicas, String key, String value) {
        CompletionStage<String> set = connection.async().set(key, value);
        return connection
                .async()
                .waitForReplication(replicas, PATIENCE_MILLIS)
                .thenCombine(set, (held, ok) -> check(held, replicas));
    }

    private static boolean check(long held, int replicas) {
        if (held < replicas) {
            throw new IllegalStateException("Only " + held + " replicas hold the write; expected " + replicas);
        }
        return true;
    }

    void close() {
        end.run();
    }
}
