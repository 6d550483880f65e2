package dev.lockstep.sync;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalServer;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Two deployments read side by side through Lettuce, type by type, many keys in flight. It shares no code with what copies, and
 * none with what verifies.
 */
final class Comparison implements AutoCloseable {

    private static final int PAGE = 1_000;
    private static final int FIELDS = 2_000;
    /** How streams are stored, how long ago somebody read, and what servers before 7.2 do not tell their replicas. */
    private static final Set<String> NOT_DATA = Set.of(
            "radix-tree-keys", "radix-tree-nodes", "seen-time", "active-time", "entries-read", "lag", "consumers");

    private final List<Runnable> clients = new ArrayList<>();
    private final LocalDeployment one;
    private final LocalDeployment other;
    private final boolean fieldTtls;
    private long keys;

    Comparison(LocalDeployment one, LocalDeployment other) {
        this.one = one;
        this.other = other;
        this.fieldTtls = hasFieldTtls(one) && hasFieldTtls(other);
    }

    private static boolean hasFieldTtls(LocalDeployment of) {
        return !String.valueOf(of.primaries().get(0).command("COMMAND", "DOCS", "hpexpireat"))
                .equals("[]");
    }

    /** How many keys have been read. */
    long keys() {
        return keys;
    }

    /** What differs in a database, by key; of many the first ones. */
    Map<String, String> differences(int database) throws Exception {
        Map<String, String> found = new TreeMap<>();
        walk(one, other, database, false, found);
        walk(other, one, database, true, found); // what only the other one has
        return found;
    }

    private void walk(
            LocalDeployment from, LocalDeployment to, int database, boolean missingOnly, Map<String, String> found)
            throws Exception {
        RedisClusterAsyncCommands<byte[], byte[]> there = commands(to, database);
        RedisClusterAsyncCommands<byte[], byte[]> here = commands(from, database);
        for (LocalServer primary : from.primaries()) {
            RedisAsyncCommands<byte[], byte[]> node = node(primary, database);
            ScanCursor cursor = ScanCursor.INITIAL;
            do {
                KeyScanCursor<byte[]> page = get(node.scan(cursor, ScanArgs.Builder.limit(PAGE)));
                List<byte[]> own = new ArrayList<>(page.getKeys());
                own.removeIf(key -> Checkpoint.isOwn(ByteBuffer.wrap(key)));
                if (missingOnly) {
                    missing(own, here, there, found);
                } else {
                    compare(own, here, there, found);
                    keys += own.size();
                }
                cursor = page;
            } while (!cursor.isFinished() && found.size() < 20);
        }
    }

    private static void missing(
            List<byte[]> page,
            RedisClusterAsyncCommands<byte[], byte[]> here,
            RedisClusterAsyncCommands<byte[], byte[]> there,
            Map<String, String> found)
            throws Exception {
        List<RedisFuture<Long>> present =
                page.stream().map(key -> there.exists(key)).toList();
        for (int i = 0; i < page.size(); i++) {
            if (get(present.get(i)) == 0 && get(here.exists(page.get(i))) == 1) {
                found.put(text(page.get(i)), "only in the second");
            }
        }
    }

    private void compare(
            List<byte[]> page,
            RedisClusterAsyncCommands<byte[], byte[]> here,
            RedisClusterAsyncCommands<byte[], byte[]> there,
            Map<String, String> found)
            throws Exception {
        List<RedisFuture<String>> types = page.stream().map(here::type).toList();
        List<Reading> mine = new ArrayList<>();
        List<Reading> its = new ArrayList<>();
        for (int i = 0; i < page.size(); i++) {
            String type = get(types.get(i));
            mine.add(new Reading(here, page.get(i), type));
            its.add(new Reading(there, page.get(i), type));
        }
        for (int i = 0; i < page.size(); i++) {
            byte[] key = page.get(i);
            String difference = difference(mine.get(i), its.get(i));
            for (int again = 0; difference != null && again < 10; again++) {
                Thread.sleep(200); // it may expire just now
                String type = get(here.type(key));
                difference = type.equals("none") && get(there.type(key)).equals("none")
                        ? null
                        : difference(new Reading(here, key, type), new Reading(there, key, type));
            }
            if (difference != null) {
                found.put(text(key), difference);
            }
        }
    }

    private @Nullable String difference(Reading mine, Reading its) throws Exception {
        if (get(mine.large) > FIELDS || get(its.large) > FIELDS) {
            return mine.differsInFields(its);
        }
        String left = mine.text();
        String right = its.text();
        return left.equals(right) ? null : brief(left) + " beside " + brief(right);
    }

    private static String brief(String text) {
        return text.length() > 150 ? text.substring(0, 150) + "…" + text.hashCode() : text;
    }

    /** One key, being read. */
    private final class Reading {
        private final RedisClusterAsyncCommands<byte[], byte[]> from;
        private final byte[] key;
        private final String type;
        final RedisFuture<Long> large;
        private final List<RedisFuture<?>> parts = new ArrayList<>();

        Reading(RedisClusterAsyncCommands<byte[], byte[]> from, byte[] key, String type) throws Exception {
            this.from = from;
            this.key = key;
            this.type = type;
            parts.add(from.type(key));
            parts.add(from.pexpiretime(key));
            large = type.equals("hash") ? from.hlen(key) : from.exists(key);
            switch (type) {
                case "string" -> parts.add(from.get(key));
                case "list" -> parts.add(from.lrange(key, 0, -1));
                case "set" -> parts.add(from.smembers(key));
                case "zset" -> parts.add(from.zrangeWithScores(key, 0, -1));
                case "hash" -> {
                    if (get(large) <= FIELDS) {
                        parts.add(from.hgetall(key));
                    }
                }
                case "stream" -> {
                    parts.add(raw(from, key, "XRANGE", key, word("-"), word("+")));
                    parts.add(raw(from, key, "XINFO", word("STREAM"), key));
                    parts.add(raw(from, key, "XINFO", word("GROUPS"), key));
                }
                default -> {}
            }
        }

        String text() throws Exception {
            StringBuilder text = new StringBuilder();
            for (RedisFuture<?> part : parts) {
                text.append(Comparison.text(reply(part))).append(" | ");
            }
            if (type.equals("stream")) {
                text.append(pending());
            }
            if (type.equals("hash") && fieldTtls) {
                text.append(fieldTimes());
            }
            return text.toString();
        }

        /** An error is a reply too: the other one may have another type there. */
        private @Nullable Object reply(RedisFuture<?> future) throws Exception {
            try {
                return get(future);
            } catch (java.util.concurrent.ExecutionException e) {
                return String.valueOf(e.getMessage());
            }
        }

        private String pending() throws Exception {
            StringBuilder text = new StringBuilder();
            for (Object group : (List<?>) get(parts.get(4))) {
                byte[] name = (byte[]) ((List<?>) group).get(1);
                for (Object entry :
                        (List<?>) get(raw(from, key, "XPENDING", key, name, word("-"), word("+"), word("10000")))) {
                    List<?> words = (List<?>) entry; // id, consumer, milliseconds since it was delivered, deliveries
                    text.append(Comparison.text(List.of(words.get(0), words.get(1), words.get(3))));
                }
            }
            return text.toString();
        }

        private String fieldTimes() throws Exception {
            List<byte[]> fields = new ArrayList<>(get(from.hkeys(key)));
            fields.sort(Arrays::compare);
            return fields.isEmpty()
                    ? ""
                    : get(from.hpexpiretime(key, fields.toArray(byte[][]::new))).toString();
        }

        @Nullable
        String differsInFields(Reading its) throws Exception {
            if (!get(large).equals(get(its.large)) || !get(parts.get(1)).equals(get(its.parts.get(1)))) {
                return get(large) + " fields beside " + get(its.large) + ", or another time";
            }
            ScanCursor cursor = ScanCursor.INITIAL;
            do {
                var page = get(from.hscan(key, cursor, ScanArgs.Builder.limit(PAGE)));
                Map<String, String> fields = new LinkedHashMap<>();
                page.getMap().forEach((field, value) -> fields.put(Comparison.text(field), Comparison.text(value)));
                byte[][] names = page.getMap().keySet().toArray(byte[][]::new);
                List<KeyValue<byte[], byte[]>> others = names.length == 0 ? List.of() : get(its.from.hmget(key, names));
                for (KeyValue<byte[], byte[]> there : others) {
                    String field = Comparison.text(there.getKey());
                    if (!there.hasValue() || !Comparison.text(there.getValue()).equals(fields.get(field))) {
                        return "the field " + field;
                    }
                }
                cursor = page;
            } while (!cursor.isFinished());
            return null;
        }
    }

    private static byte[] word(String text) {
        return text.getBytes(ISO_8859_1);
    }

    private static RedisFuture<List<Object>> raw(
            RedisClusterAsyncCommands<byte[], byte[]> to, byte[] key, String name, byte[]... words) {
        CommandArgs<byte[], byte[]> args = new CommandArgs<>(ByteArrayCodec.INSTANCE);
        for (byte[] each : words) {
            if (each == key) {
                args.addKey(each);
            } else {
                args.add(each);
            }
        }
        ProtocolKeyword keyword = new ProtocolKeyword() {
            @Override
            public byte[] getBytes() {
                return word(name);
            }

            @Override
            public String toString() {
                return name;
            }
        };
        return to.dispatch(keyword, new NestedMultiOutput<>(ByteArrayCodec.INSTANCE), args);
    }

    private static <T> T get(RedisFuture<T> future) throws Exception {
        return future.get(120, TimeUnit.SECONDS);
    }

    private static String text(@Nullable Object reply) {
        if (reply instanceof byte[] bytes) {
            return new String(bytes, ISO_8859_1);
        } else if (reply instanceof Set<?> members) {
            return members.stream().map(Comparison::text).sorted().toList().toString();
        } else if (reply instanceof Map<?, ?> fields) {
            Map<String, String> sorted = new TreeMap<>();
            fields.forEach((field, value) -> sorted.put(text(field), text(value)));
            return sorted.toString();
        } else if (reply instanceof List<?> elements) {
            List<String> texts = new ArrayList<>();
            for (int i = 0; i < elements.size(); i++) {
                String element = text(elements.get(i));
                if (NOT_DATA.contains(element)) {
                    i++;
                } else {
                    texts.add(element);
                }
            }
            return texts.toString();
        } else if (reply instanceof io.lettuce.core.ScoredValue<?> scored) {
            return text(scored.getValue()) + "=" + scored.getScore();
        } else {
            return String.valueOf(reply);
        }
    }

    private RedisClusterAsyncCommands<byte[], byte[]> commands(LocalDeployment of, int database) {
        if (of.uri().contains("cluster")) {
            RedisClusterClient client = RedisClusterClient.create(
                    RedisURI.create("127.0.0.1", of.primaries().get(0).port()));
            clients.add(client::shutdown);
            return client.connect(ByteArrayCodec.INSTANCE).async();
        }
        return node(of.primary(), database);
    }

    private RedisAsyncCommands<byte[], byte[]> node(LocalServer server, int database) {
        RedisClient client = RedisClient.create(RedisURI.create("127.0.0.1", server.port()));
        clients.add(client::shutdown);
        RedisAsyncCommands<byte[], byte[]> commands =
                client.connect(ByteArrayCodec.INSTANCE).async();
        commands.select(database);
        return commands;
    }

    @Override
    public void close() {
        for (Runnable client : clients) {
            client.run();
        }
    }
}
