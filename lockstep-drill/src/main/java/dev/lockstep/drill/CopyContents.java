package dev.lockstep.drill;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.Range;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.ArrayOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * All that a deployment holds, read type by type from its primaries through Lettuce alone: nothing that copies or compares in
 * the product has a hand in it. The checkpoints of a copy are left out.
 */
final class CopyContents {

    /**
     * One key.
     *
     * @param expires its time of expiry in milliseconds; -1 if it has none
     * @param elements what it holds, in an order that is the same wherever the data is
     */
    record Held(String type, long expires, List<String> elements) {}

    private static final int PAGE = 500;
    private static final long WAIT_SECONDS = 20;
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final String CHECKPOINTS = "lockstep:ck:";
    private static final Held NONE = new Held("none", -2, List.of());

    /** How a stream is stored, when consumers were last seen, and what servers before 7.2 do not tell their replicas. */
    private static final Set<String> NOT_DATA =
            Set.of("radix-tree-keys", "radix-tree-nodes", "seen-time", "active-time", "entries-read", "lag");

    private CopyContents() {}

    /** Everything, by key. */
    static Map<String, Held> of(CopySide side) {
        Map<String, Held> all = new TreeMap<>();
        onEach(side, connection -> {
            ScanCursor cursor = ScanCursor.INITIAL;
            do {
                CompletionStage<KeyScanCursor<String>> scanned =
                        connection.async().scan(cursor, ScanArgs.Builder.limit(PAGE));
                connection.flushCommands();
                KeyScanCursor<String> page = await(scanned);
                read(connection, page.getKeys().stream().distinct().toList(), all);
                cursor = page;
            } while (!cursor.isFinished());
        });
        return all;
    }

    /** These keys only. */
    static Map<String, Held> of(CopySide side, Collection<String> keys) {
        Map<String, Held> all = new HashMap<>();
        Map<Integer, List<String>> bySlot = keys.stream()
                .collect(Collectors.groupingBy(key -> side.shards() == 1
                        ? 0
                        : side.deployment()
                                .primary(io.lettuce.core.cluster.SlotHash.getSlot(key))
                                .port()));
        onEach(
                side,
                (connection, port) ->
                        read(connection, bySlot.getOrDefault(side.shards() == 1 ? 0 : port, List.of()), all));
        return all;
    }

    private interface OnNode {
        void read(StatefulRedisConnection<String, String> connection, int port);
    }

    private interface OnAnyNode {
        void read(StatefulRedisConnection<String, String> connection);
    }

    private static void onEach(CopySide side, OnAnyNode task) {
        onEach(side, (connection, port) -> task.read(connection));
    }

    private static void onEach(CopySide side, OnNode task) {
        RedisClient client = RedisClient.create();
        try {
            side.deployment().primaries().forEach(primary -> {
                RedisURI uri = RedisURI.builder()
                        .withHost(primary.host())
                        .withPort(primary.port())
                        .withPassword(CopySide.PASSWORD.toCharArray())
                        .withTimeout(TIMEOUT)
                        .build();
                try (StatefulRedisConnection<String, String> connection = client.connect(StringCodec.UTF8, uri)) {
                    connection.setAutoFlushCommands(false);
                    task.read(connection, primary.port());
                }
            });
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
        }
    }

    private static <T> T await(CompletionStage<T> reply) {
        return reply.toCompletableFuture()
                .orTimeout(WAIT_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    private static void read(
            StatefulRedisConnection<String, String> connection, List<String> found, Map<String, Held> into) {
        RedisAsyncCommands<String, String> node = connection.async();
        List<String> keys =
                found.stream().filter(key -> !key.startsWith(CHECKPOINTS)).toList();
        List<CompletionStage<String>> types =
                keys.stream().<CompletionStage<String>>map(node::type).toList();
        List<CompletionStage<Long>> expiries =
                keys.stream().<CompletionStage<Long>>map(node::pexpiretime).toList();
        connection.flushCommands();
        List<CompletableFuture<List<String>>> elements = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            elements.add(elements(node, keys.get(i), await(types.get(i))).toCompletableFuture());
        }
        connection.flushCommands();
        for (int i = 0; i < keys.size(); i++) {
            Held held = new Held(await(types.get(i)), await(expiries.get(i)), await(elements.get(i)));
            if (!held.type().equals(NONE.type())) {
                into.put(keys.get(i), held);
            }
        }
    }

    private static CompletionStage<List<String>> elements(
            RedisAsyncCommands<String, String> node, String key, String type) {
        return switch (type) {
            case "string" -> node.get(key).thenApply(value -> List.of(String.valueOf(value)));
            case "list" -> node.lrange(key, 0, -1);
            case "set" ->
                node.smembers(key)
                        .thenApply(members -> members.stream().sorted().toList());
            case "zset" ->
                node.zrangeWithScores(key, 0, -1)
                        .thenApply(members -> members.stream()
                                .map(member -> member.getValue() + " = " + member.getScore())
                                .toList());
            case "hash" ->
                node.hgetall(key)
                        .thenApply(fields -> fields.entrySet().stream()
                                .map(field -> field.getKey() + " = " + field.getValue())
                                .sorted()
                                .toList());
            case "stream" ->
                node.xrange(key, Range.unbounded()).thenCombine(described(node, key), (entries, described) -> {
                    List<String> all = new ArrayList<>();
                    entries.forEach(entry -> all.add(entry.getId() + " " + new TreeMap<>(entry.getBody())));
                    all.add(described);
                    return all;
                });
            case "none" -> CompletableFuture.completedFuture(List.of());
            default -> throw new IllegalStateException("Cannot read a " + type);
        };
    }

    /** Last ids, groups, consumers that hold something, and what they have not acknowledged. */
    private static CompletionStage<String> described(RedisAsyncCommands<String, String> node, String stream) {
        return node.dispatch(
                        CommandType.XINFO,
                        new ArrayOutput<>(StringCodec.UTF8),
                        new CommandArgs<>(StringCodec.UTF8)
                                .add("STREAM")
                                .addKey(stream)
                                .add("FULL")
                                .add("COUNT")
                                .add(0))
                .thenApply(CopyContents::text);
    }

    private static String text(List<?> elements) {
        StringBuilder text = new StringBuilder("[");
        for (int i = 0; i < elements.size(); i++) {
            Object element = elements.get(i);
            if (NOT_DATA.contains(String.valueOf(element))) {
                i++; // nor what follows it
            } else if (!(element instanceof List<?> part)) {
                text.append(element).append(' ');
            } else if (!isIdleConsumer(part)) {
                text.append(text(part)).append(' ');
            }
        }
        return text.append(']').toString();
    }

    /** A consumer that holds nothing may have come to be by a read that found nothing, which no server tells its replicas. */
    private static boolean isIdleConsumer(List<?> facts) {
        int count = facts.indexOf("pel-count");
        return facts.contains("seen-time")
                && count >= 0
                && String.valueOf(facts.get(count + 1)).equals("0");
    }
}
