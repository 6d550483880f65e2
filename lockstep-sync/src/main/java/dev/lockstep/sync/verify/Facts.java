package dev.lockstep.sync.verify;

import dev.lockstep.sync.Slots;
import dev.lockstep.sync.SyncException;
import io.lettuce.core.RedisException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the servers of one side say of themselves, beside their keys. */
final class Facts {

    private static final Pattern DATABASE = Pattern.compile("(?m)^db(\\d+):keys=(\\d+)");
    private static final Pattern MOVING = Pattern.compile("\\[(\\d+)-[<>]-");

    private final Side side;

    Facts(Side side) {
        this.side = side;
    }

    /** How many keys each database has, those that are expired and not removed yet included. */
    Map<Integer, Long> keysByDatabase() throws InterruptedException {
        Map<Integer, Long> keys = new TreeMap<>();
        for (String text : askAll("INFO", "keyspace")) {
            Matcher database = DATABASE.matcher(text);
            while (database.find()) {
                keys.merge(Integer.valueOf(database.group(1)), Long.valueOf(database.group(2)), Long::sum);
            }
        }
        return keys;
    }

    /** Whether every server counts what is added to and read from streams. */
    boolean countStreams() throws InterruptedException {
        boolean all = true;
        for (String shard : side.shards()) {
            all &= ask(shard, List::of, "INFO").traits().streamCounters();
        }
        return all;
    }

    /** The slots of which some keys are with their next owner already. */
    BitSet movingSlots() throws InterruptedException {
        BitSet moving = new BitSet(Slots.COUNT);
        if (side.isCluster()) {
            for (String nodes : askAll("CLUSTER", "NODES")) {
                movingSlots(nodes, moving);
            }
        }
        return moving;
    }

    static void movingSlots(String clusterNodes, BitSet moving) {
        clusterNodes.lines().filter(line -> line.contains("myself")).forEach(line -> {
            Matcher slot = MOVING.matcher(line);
            while (slot.find()) {
                moving.set(Integer.parseInt(slot.group(1)));
            }
        });
    }

    /** The libraries of functions of each shard, by name: engine and code. */
    Map<String, Map<String, String>> functions() throws InterruptedException {
        Map<String, Map<String, String>> functions = new TreeMap<>();
        for (String shard : side.shards()) {
            Libraries libraries = new Libraries();
            if (ask(shard, List::of, "INFO").traits().functions()) {
                ask(shard, () -> List.of(Ask.of(libraries, "FUNCTION", "LIST", "WITHCODE")), "FUNCTION LIST");
            }
            functions.put(shard, libraries.code);
        }
        return functions;
    }

    /** What differs between the source's functions and those that each shard of the target has, in words. */
    static List<String> differences(Map<String, Map<String, String>> source, Map<String, Map<String, String>> target) {
        Map<String, String> wanted =
                source.isEmpty() ? Map.of() : source.values().iterator().next();
        List<String> differences = new ArrayList<>();
        source.forEach((shard, libraries) -> compare(wanted, libraries, "the source's shard " + shard, differences));
        target.forEach((shard, libraries) -> compare(
                wanted, libraries, target.size() == 1 ? "the target" : "the target's shard " + shard, differences));
        return differences;
    }

    private static void compare(
            Map<String, String> wanted, Map<String, String> found, String where, List<String> differences) {
        TreeSet<String> names = new TreeSet<>(wanted.keySet());
        names.addAll(found.keySet());
        for (String name : names) {
            String library = "library " + KeyText.of(name.getBytes(StandardCharsets.UTF_8));
            if (!found.containsKey(name)) {
                differences.add(library + ": missing in " + where);
            } else if (!wanted.containsKey(name)) {
                differences.add(library + ": only in " + where);
            } else if (!found.get(name).equals(wanted.get(name))) {
                differences.add(library + ": other code in " + where);
            }
        }
    }

    private List<String> askAll(String... command) throws InterruptedException {
        List<String> answers = new ArrayList<>();
        for (String shard : side.shards()) {
            StringBuilder answer = new StringBuilder();
            ask(
                    shard,
                    () -> {
                        answer.setLength(0);
                        return List.of(Ask.of(
                                (text, depth, index) -> answer.append(NodeReads.text(text)), (Object[]) command));
                    },
                    String.join(" ", command));
            answers.add(answer.toString());
        }
        return answers;
    }

    /** Asks the primary of a shard, as often as it takes. Returns who answered. */
    private NodeReads ask(String shard, Supplier<List<Ask>> asks, String command) throws InterruptedException {
        Retries retries = new Retries(side);
        while (true) {
            try {
                NodeReads node = side.primary(shard, 0);
                List<Ask> asked = asks.get();
                node.ask(asked);
                for (Ask ask : asked) {
                    if (ask.refusal() != null) {
                        throw new SyncException("The " + side + " cannot be read: " + node.address() + " answers "
                                + command + " with " + ask.refusal());
                    }
                }
                return node;
            } catch (RedisException e) {
                retries.failed(String.valueOf(e.getMessage()));
            }
        }
    }

    /** The reply to FUNCTION LIST WITHCODE. */
    private static final class Libraries implements Reply.Tokens {
        private final Map<String, String> code = new TreeMap<>();
        private String field = "";
        private String name = "";
        private String engine = "";

        @Override
        public void text(@Nullable ByteBuffer bytes, int depth, int index) {
            if (depth != 2) {
                return;
            }
            String text = NodeReads.text(bytes);
            if (index % 2 == 0) {
                field = text;
                return;
            }
            switch (field) {
                case "library_name" -> name = text;
                case "engine" -> engine = text;
                case "library_code" -> code.put(name, engine + "\n" + text);
                default -> field = "";
            }
        }
    }
}
