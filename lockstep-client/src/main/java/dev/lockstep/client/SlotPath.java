package dev.lockstep.client;

import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.RedisCommand;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a command's keys mean in a Redis Cluster: one slot, several that it is cut up for, or none and then one shard or all.
 */
final class SlotPath {

    private static final int KEYS_NAMED = 5;

    private final Routes routes;
    private final CommandPath path;

    SlotPath(Routes routes, CommandPath path) {
        this.routes = routes;
        this.path = path;
    }

    /** @throws NotSentException if its keys belong to several slots and it cannot be cut up */
    void dispatch(RedisCommand<?, ?, ?> command, Request request, CommandTraits traits) {
        KeySpec spec = KeySpec.of(command.getType());
        if (spec == KeySpec.FIRST) {
            path.submit(path.call(command, request, traits, request.firstSlot()), null);
            return;
        }
        List<ByteBuffer> arguments = request.arguments();
        List<Integer> places = spec.places(arguments);
        if (places.isEmpty()) {
            withoutKeys(command, request, traits, arguments);
            return;
        }
        Map<Integer, List<Integer>> bySlot = bySlot(arguments, places);
        if (bySlot.size() == 1) {
            int slot = bySlot.keySet().iterator().next();
            CommandTraits exact =
                    places.size() == 1 && Join.overKeys(command.getType()) != null ? traits.ofOneKey() : traits;
            path.submit(path.call(command, request, exact, slot), null);
        } else {
            overSlots(command, traits, arguments, bySlot, spec == KeySpec.EVERY_OTHER ? 2 : 1);
        }
    }

    /** The keys, counted from 0, of each slot, in the order of their first keys. */
    private static Map<Integer, List<Integer>> bySlot(List<ByteBuffer> arguments, List<Integer> places) {
        Map<Integer, List<Integer>> bySlot = new LinkedHashMap<>();
        for (int key = 0; key < places.size(); key++) {
            int slot = Request.slot(arguments.get(places.get(key)));
            bySlot.computeIfAbsent(slot, s -> new ArrayList<>()).add(key);
        }
        return bySlot;
    }

    /** Each slot gets its keys, with what follows each of them. */
    private void overSlots(
            RedisCommand<?, ?, ?> command,
            CommandTraits traits,
            List<ByteBuffer> arguments,
            Map<Integer, List<Integer>> bySlot,
            int perKey) {
        Join join = Join.overKeys(command.getType());
        if (join == null) {
            throw crossSlot(command.getType(), bySlot.keySet());
        }
        Gathering whole = new Gathering(command, join);
        List<Call> calls = new ArrayList<>();
        bySlot.forEach((slot, keys) -> {
            List<ByteBuffer> own = new ArrayList<>();
            keys.forEach(key -> own.addAll(arguments.subList(key * perKey, (key + 1) * perKey)));
            Request request = Request.of(command.getType(), own);
            Part part = new Part(command.getType(), request, keys, () -> about(arguments, keys, perKey), whole);
            whole.add(part);
            calls.add(path.call(part, request, keys.size() == 1 ? traits.ofOneKey() : traits, slot));
        });
        calls.forEach(call -> path.submit(call, null));
    }

    /** The slot of a key, as the codec writes it. */
    static <K> int slot(RedisCodec<K, ?> codec, K key) {
        ByteBuffer encoded = codec.encodeKey(key);
        byte[] bytes = new byte[encoded.remaining()];
        encoded.duplicate().get(bytes);
        return Request.slot(ByteBuffer.wrap(bytes));
    }

    /** The slots of a command's keys. */
    static Set<Integer> slots(ProtocolKeyword type, Request request) {
        List<ByteBuffer> arguments = request.arguments();
        Set<Integer> slots = new LinkedHashSet<>();
        for (int place : KeySpec.of(type).places(arguments)) {
            slots.add(Request.slot(arguments.get(place)));
        }
        return slots;
    }

    static NotSentException crossSlot(ProtocolKeyword type, Iterable<Integer> slots) {
        List<Integer> some = new ArrayList<>();
        slots.forEach(some::add);
        return new NotSentException(type + " was not sent: its keys belong to different slots ("
                + some.stream().limit(KEYS_NAMED).map(String::valueOf).collect(Collectors.joining(", "))
                + (some.size() > KEYS_NAMED ? ", …" : "")
                + "), and a Redis Cluster executes it only on keys of one slot. Give the keys a common hash tag, such as"
                + " {user1}:cart and {user1}:orders");
    }

    private static String about(List<ByteBuffer> arguments, List<Integer> keys, int perKey) {
        return keys.stream()
                        .limit(KEYS_NAMED)
                        .map(key -> text(arguments.get(key * perKey)))
                        .collect(Collectors.joining(", "))
                + (keys.size() > KEYS_NAMED ? ", …" : "");
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }

    private void withoutKeys(
            RedisCommand<?, ?, ?> command, Request request, CommandTraits traits, List<ByteBuffer> arguments) {
        Join join = Join.overShards(command.getType(), arguments);
        if (command.getType() == CommandType.SCAN && !arguments.isEmpty()) {
            ShardScan scan = ShardScan.at(text(arguments.get(0)), routes.all());
            Request step = scan.request(arguments);
            Gathering whole = new Gathering(command, (parts, target) -> scan.play(parts.get(0), target));
            Part part = new Part(CommandType.SCAN, step, List.of(), scan::about, whole);
            whole.add(part);
            path.submit(path.call(part, step, traits, -1), scan.shard());
        } else if (join == null) {
            path.submit(path.call(command, request, traits, -1), null);
        } else {
            overShards(command, request, traits, join);
        }
    }

    private void overShards(RedisCommand<?, ?, ?> command, Request request, CommandTraits traits, Join join) {
        Gathering whole = new Gathering(command, join);
        List<ShardRoute> shards = routes.all();
        for (ShardRoute shard : shards) {
            whole.add(new Part(command.getType(), request, List.of(), () -> "shard " + shard.name(), whole));
        }
        List<Part> parts = List.copyOf(whole.parts());
        for (int i = 0; i < parts.size(); i++) {
            path.submit(path.call(parts.get(i), request, traits, -1), shards.get(i));
        }
    }
}
