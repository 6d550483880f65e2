package dev.lockstep.sync.verify;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalServer;
import dev.lockstep.sync.Slots;
import dev.lockstep.topology.Deployment;
import dev.lockstep.topology.NodeAddress;
import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/** Commands for a deployment of any kind, each sent to the primary that has its key. */
final class Writes implements AutoCloseable {

    private record Keyword(String text) implements ProtocolKeyword {
        @Override
        public byte[] getBytes() {
            return text.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private final LocalDeployment servers;
    private final int database;
    private final RedisClient client = RedisClient.create();
    private final Deployment deployment;
    /** By slot; asking the servers each time would take longer than the command. */
    private final Map<Integer, LocalServer> homes = new HashMap<>();

    private final Map<LocalServer, StatefulRedisConnection<byte[], byte[]>> connections = new HashMap<>();

    Writes(LocalDeployment servers) {
        this(servers, 0);
    }

    Writes(LocalDeployment servers, int database) {
        this.servers = servers;
        this.deployment = Deployment.parse(servers.uri()).toBuilder()
                .connectTimeout(Duration.ofSeconds(5))
                .build();
        this.database = database;
    }

    /** A command as a line, whose second word is the key. */
    List<Object> run(String line) {
        return run((Object[]) line.split(" "));
    }

    /** A command of texts, bytes and numbers; its second word is the key. */
    List<Object> run(Object... words) {
        return runAt(words.length > 1 ? words[1] : "", words);
    }

    /** A command whose key stands elsewhere. */
    List<Object> runAt(Object key, Object... words) {
        CommandArgs<byte[], byte[]> args = new CommandArgs<>(ByteArrayCodec.INSTANCE);
        for (int i = 1; i < words.length; i++) {
            args.add(bytes(words[i]));
        }
        return connection(bytes(key))
                .sync()
                .dispatch(new Keyword(words[0].toString()), new NestedMultiOutput<>(ByteArrayCodec.INSTANCE), args);
    }

    private StatefulRedisConnection<byte[], byte[]> connection(byte[] key) {
        LocalServer server = homes.computeIfAbsent(
                deployment.mode() == Deployment.Mode.CLUSTER ? Slots.of(key) : 0,
                slot -> deployment.mode() == Deployment.Mode.CLUSTER ? servers.primary(slot) : servers.primary());
        return connections.computeIfAbsent(server, made -> {
            RedisURI uri = deployment.dataNode(new NodeAddress(made.host(), made.port()));
            uri.setDatabase(database);
            return client.connect(ByteArrayCodec.INSTANCE, uri);
        });
    }

    static byte[] bytes(Object word) {
        return word instanceof byte[] bytes ? bytes : word.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Makes a key here what it is there. */
    void copy(Object key, Writes from) {
        byte[] name = bytes(key);
        byte[] payload = from.connection(name).sync().dump(name);
        if (payload == null) {
            run("DEL", name);
            return;
        }
        Object expiry = from.run("PEXPIRETIME", name).get(0);
        run("RESTORE", name, expiry.equals(-1L) ? 0L : expiry, payload, "REPLACE", "ABSTTL");
    }

    /** Many commands at once, without waiting for each. */
    void pipeline(int count, IntFunction<Object[]> commands) {
        List<RedisFuture<?>> futures = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Object[] words = commands.apply(i);
            CommandArgs<byte[], byte[]> args = new CommandArgs<>(ByteArrayCodec.INSTANCE);
            for (int w = 1; w < words.length; w++) {
                args.add(bytes(words[w]));
            }
            futures.add(connection(bytes(words[1]))
                    .async()
                    .dispatch(
                            new Keyword(words[0].toString()), new NestedMultiOutput<>(ByteArrayCodec.INSTANCE), args));
            if (futures.size() == 5_000) {
                LettuceFutures.awaitAll(60, TimeUnit.SECONDS, futures.toArray(RedisFuture[]::new));
                futures.clear();
            }
        }
        LettuceFutures.awaitAll(60, TimeUnit.SECONDS, futures.toArray(RedisFuture[]::new));
    }

    @Override
    public void close() {
        client.shutdown(0, 1, TimeUnit.SECONDS);
    }
}
