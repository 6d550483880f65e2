package dev.lockstep.sync;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalServer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.ArrayOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** A writer of commands to whichever primary has their key, many in flight, in order. */
final class Writer implements AutoCloseable {

    private final RedisClient client = RedisClient.create();
    private final Map<Integer, StatefulRedisConnection<String, String>> bySlot = new LinkedHashMap<>();
    private final StatefulRedisConnection<String, String> first;
    private final List<CompletionStage<List<Object>>> sent = new ArrayList<>();

    Writer(LocalDeployment to) {
        StatefulRedisConnection<String, String> some = null;
        for (LocalServer primary : to.primaries()) {
            StatefulRedisConnection<String, String> connection =
                    client.connect(StringCodec.UTF8, RedisURI.create("127.0.0.1", primary.port()));
            some = connection;
            if (to.primaries().size() > 1) {
                for (Object range : connection.sync().clusterSlots()) {
                    List<?> words = (List<?>) range;
                    if (((Number) ((List<?>) words.get(2)).get(1)).intValue() == primary.port()) {
                        for (long slot = (Long) words.get(0); slot <= (Long) words.get(1); slot++) {
                            bySlot.put((int) slot, connection);
                        }
                    }
                }
            }
        }
        first = java.util.Objects.requireNonNull(some);
    }

    /** Sends a command whose key is its second word, or where {@code keyAt} says. */
    void send(int keyAt, String... words) {
        sendTo(bySlot.isEmpty() ? "" : words[keyAt], words);
    }

    /** Sends a command to whoever has a key that need not be one of its words. */
    void sendTo(String key, String... words) {
        CommandArgs<String, String> arguments = new CommandArgs<>(StringCodec.UTF8);
        for (int i = 1; i < words.length; i++) {
            arguments.add(words[i]);
        }
        StatefulRedisConnection<String, String> connection = bySlot.isEmpty()
                ? first
                : java.util.Objects.requireNonNull(bySlot.get(Slots.of(key.getBytes(StandardCharsets.UTF_8))));
        ProtocolKeyword name = new ProtocolKeyword() {
            @Override
            public byte[] getBytes() {
                return words[0].getBytes(StandardCharsets.US_ASCII);
            }

            @Override
            public String toString() {
                return words[0].toLowerCase(java.util.Locale.ROOT);
            }
        };
        sent.add(connection.async().dispatch(name, new ArrayOutput<>(StringCodec.UTF8), arguments));
        if (sent.size() == 1_000) {
            flush();
        }
    }

    void send(String... words) {
        send(1, words);
    }

    /** Waits for all replies; throws if one was an error. */
    void flush() {
        sent.forEach(reply ->
                reply.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join());
        sent.clear();
    }

    @Override
    public void close() {
        try {
            flush();
        } finally {
            client.shutdown();
        }
    }
}
