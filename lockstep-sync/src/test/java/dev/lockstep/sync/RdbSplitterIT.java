package dev.lockstep.sync;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.sync.RdbSplitter.Item;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanIterator;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server's snapshot, cut up and restored in another server, which then holds the same. With {@code
 * -Dlockstep.target-bin=FILE} the other server is another one, and what it does not know is left out and logged.
 */
class RdbSplitterIT {

    private static final Logger LOG = LoggerFactory.getLogger(RdbSplitterIT.class);
    /** Small, so that many values do not fit. */
    private static final int WINDOW = 4 * 1024;

    private static final String TARGET_BIN = System.getProperty("lockstep.target-bin", "");

    private static LocalRedis plan() {
        return LocalRedis.standalone().config("appendonly", "no").config("enable-debug-command", "yes");
    }

    private static LocalDeployment startTarget() {
        LocalRedis plan = plan();
        return (TARGET_BIN.isBlank() ? plan : plan.serverBin(Path.of(TARGET_BIN))).start();
    }

    private record Server(RedisClient client, StatefulRedisConnection<byte[], byte[]> connection)
            implements AutoCloseable {
        static Server of(LocalDeployment deployment) {
            RedisClient client = RedisClient.create(deployment.uri());
            return new Server(client, client.connect(ByteArrayCodec.INSTANCE));
        }

        RedisCommands<byte[], byte[]> sync() {
            return connection.sync();
        }

        @Override
        public void close() {
            connection.close();
            client.shutdown();
        }
    }

    private static Path save(LocalDeployment deployment) {
        assertThat(deployment.primary().command("SAVE")).isEqualTo("OK");
        return deployment.directory().resolve("node-1").resolve("dump.rdb");
    }

    private static boolean knowsFieldTtls(LocalDeployment deployment) {
        return !String.valueOf(deployment.primary().command("COMMAND", "DOCS", "hpexpireat"))
                .equals("[]");
    }

    @Test
    void whatIsCutAndRestoredIsTheSame() throws Exception {
        try (LocalDeployment from =
                        plan().config("maxmemory-policy", "allkeys-lfu").start();
                LocalDeployment to = startTarget();
                Server source = Server.of(from);
                Server target = Server.of(to)) {
            new EveryEncoding(source.sync(), knowsFieldTtls(from)).write();
            try (FileSnapshot snapshot = new FileSnapshot(save(from))) {
                Restored restored = restore(snapshot, target.sync());
                LOG.info(
                        "{} to {}: types {}, not restored {}",
                        from.serverVersion(),
                        to.serverVersion(),
                        restored.types,
                        restored.left);
                if (TARGET_BIN.isBlank()) {
                    assertThat(restored.left).isEmpty();
                    assertThat(Raw.bytes(target.sync(), "DEBUG", "DIGEST"))
                            .asString(UTF_8)
                            .isEqualTo(new String(Raw.bytes(source.sync(), "DEBUG", "DIGEST"), UTF_8))
                            .doesNotMatch("0*");
                }
                assertThat(restored.left).allMatch(name -> name.contains("hash:ttl"));
                hasEveryType(restored.types, snapshot);
                assertThat(state(target.sync(), Set.of())).isEqualTo(state(source.sync(), restored.left));
                assertThat(functions(target.sync()))
                        .isEqualTo(functions(source.sync()))
                        .contains("f1", "f2");
            }
        }
    }

    private static void hasEveryType(Set<RdbType> types, FileSnapshot snapshot) throws Exception {
        RdbSplitter splitter = new RdbSplitter(snapshot);
        splitter.next();
        RdbFormat format = splitter.facts().format();
        assertThat(types)
                .contains(RdbType.STRING, RdbType.LIST_QUICKLIST_2, RdbType.SET, RdbType.SET_INTSET, RdbType.FUNCTION)
                .contains(RdbType.ZSET_2, RdbType.ZSET_LISTPACK, RdbType.HASH, RdbType.HASH_LISTPACK)
                .contains(format.version() == 10 ? RdbType.STREAM_2 : RdbType.STREAM_3);
        if (format.version() > 10) {
            assertThat(types).contains(RdbType.SET_LISTPACK);
        }
        if (format.version() == 12) {
            assertThat(types).contains(RdbType.HASH_METADATA, RdbType.HASH_LISTPACK_EX);
        }
    }

    /** What was met, and which keys the target does not know the type of. */
    private record Restored(Set<RdbType> types, Set<String> left) {}

    private static Restored restore(SnapshotBytes snapshot, RedisCommands<byte[], byte[]> target) throws Exception {
        RdbFormat format = RdbFormat.ofPayload(Raw.bytes(target, "FUNCTION", "DUMP"));
        RdbSplitter splitter = new RdbSplitter(snapshot, WINDOW, true);
        Restored restored = new Restored(EnumSet.noneOf(RdbType.class), new TreeSet<>());
        int large = 0;
        int keys = 0;
        for (Item item = splitter.next(); item != Item.END; item = splitter.next()) {
            restored.types.add(splitter.value().type());
            RestoreStamp stamp = RestoreStamp.of(splitter.value().type(), format);
            if (item == Item.FUNCTION) {
                Raw.status(target, "FUNCTION", "RESTORE", payload(splitter.value(), stamp));
                continue;
            }
            keys++;
            large += splitter.value().atHand(stamp) ? 0 : 1;
            assertThat(splitter.frequency()).isBetween(0, 255);
            if (!stamp.crosses()) {
                LOG.debug("{}: {}", splitter.key().text(), stamp.refusal());
                restored.left.add(splitter.db() + "/" + splitter.key().text());
                continue;
            }
            target.select(splitter.db());
            RdbString plain = splitter.value().plain(64);
            if (plain != null && splitter.expireAt() < 0) {
                target.set(splitter.key().copy(), plain.copy());
            } else {
                restoreKey(splitter, target, stamp);
            }
        }
        assertThat(splitter.facts().keys()).isEqualTo(keys);
        assertThat(large).isGreaterThan(10);
        return restored;
    }

    private static void restoreKey(RdbSplitter splitter, RedisCommands<byte[], byte[]> target, RestoreStamp stamp)
            throws Exception {
        long expireAt = Math.max(splitter.expireAt(), 0);
        byte[] key = splitter.key().copy();
        Object[] words = {
            "RESTORE",
            key,
            expireAt,
            payload(splitter.value(), stamp),
            "REPLACE",
            "ABSTTL",
            "FREQ",
            splitter.frequency()
        };
        assertThat(Raw.status(target, words)).isEqualTo("OK");
    }

    private static byte[] payload(CutValue value, RestoreStamp stamp) throws Exception {
        ByteBuf out = Unpooled.directBuffer();
        if (value.atHand(stamp)) {
            value.writePayload(out, stamp);
        } else {
            RestorePayload payload = value.payload(stamp);
            while (payload.writeChunk(out, 5000)) {
                assertThat((long) out.readableBytes()).isLessThan(payload.length());
            }
        }
        assertThat((long) out.readableBytes()).isEqualTo(value.payloadLength(stamp));
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        out.release();
        return bytes;
    }

    private static String functions(RedisCommands<byte[], byte[]> redis) {
        String first = Raw.text(redis, "FUNCTION", "LIST", "LIBRARYNAME", "one", "WITHCODE");
        return first + Raw.text(redis, "FUNCTION", "LIST", "LIBRARYNAME", "two", "WITHCODE");
    }

    /** Of each key all that can be asked for: type, time, digest, what the digest leaves out. */
    private static Map<String, String> state(RedisCommands<byte[], byte[]> redis, Set<String> without) {
        Map<String, String> state = new TreeMap<>();
        for (int db = 0; db < 16; db++) {
            redis.select(db);
            ScanIterator<byte[]> keys = ScanIterator.scan(redis, ScanArgs.Builder.limit(1000));
            while (keys.hasNext()) {
                byte[] key = keys.next();
                String name = db + "/" + new String(key, UTF_8);
                if (!without.contains(name)) {
                    state.put(name, describe(redis, key));
                }
            }
        }
        return state;
    }

    private static String describe(RedisCommands<byte[], byte[]> redis, byte[] key) {
        String type = redis.type(key);
        String digest = Raw.text(redis, "DEBUG", "DIGEST-VALUE", key);
        String more = "";
        if (type.equals("zset")) {
            // the digest has scores as text, which servers write differently
            digest = redis.zrangeWithScores(key, 0, -1).stream()
                    .map(each -> new String(each.getValue(), UTF_8) + "=" + each.getScore())
                    .toList()
                    .toString();
        } else if (type.equals("stream")) {
            more = Raw.text(redis, "XINFO", "STREAM", key, "FULL", "COUNT", "0");
            // a server before 7.2 does not know when a consumer was last active
            more = more.replaceAll("active-time, -?[0-9]+, ", "");
        } else if (type.equals("hash") && new String(key, UTF_8).startsWith("hash:ttl")) {
            List<byte[]> fields = redis.hkeys(key);
            List<Long> times = redis.hpexpiretime(key, fields.toArray(new byte[0][]));
            Map<String, Long> byField = new TreeMap<>();
            for (int i = 0; i < fields.size(); i++) {
                byField.put(new String(fields.get(i), UTF_8), times.get(i));
            }
            more = byField.toString();
        }
        return type + " " + redis.pexpiretime(key) + " " + digest + " " + more;
    }

    @Test
    void aDamagedSnapshotOfAServerIsToldOrWalkedOver() throws Exception {
        try (LocalDeployment from = plan().start();
                Server source = Server.of(from)) {
            new EveryEncoding(source.sync(), knowsFieldTtls(from)).write();
            for (int db : new int[] {0, 1, 9}) {
                source.sync().select(db);
                // what is nothing but noise inside cannot be damaged
                source.sync().del(Raw.key("string:large"), Raw.key("hash:large"));
            }
            byte[] whole = Files.readAllBytes(save(from));
            RdbFuzz fuzz = new RdbFuzz(whole, 7);
            fuzz.run(300);
            LOG.info("{} bytes: {} walked over, {} refused", whole.length, fuzz.walked(), fuzz.refused());
            assertThat(fuzz.walked()).isPositive();
            assertThat(fuzz.refused()).isPositive();
        }
    }
}
