package dev.lockstep.sync;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** All that a deployment holds, read type by type, as texts that are equal where the data is. */
final class Contents {

    /** How a stream is stored, and when consumers were last seen. */
    private static final Set<String> NOT_DATA =
            Set.of("radix-tree-keys", "radix-tree-nodes", "seen-time", "active-time");

    /**
     * What servers before 7.2 do not tell their replicas of a read by a group: how many entries it has read by now, and so
     * how far it is behind.
     */
    private static final Set<String> NOT_TOLD = Set.of("entries-read", "lag");

    private final RespSocket node;
    private final long grace;
    private final boolean tellsEntriesRead;

    private Contents(RespSocket node, long grace, boolean tellsEntriesRead) {
        this.node = node;
        this.grace = grace;
        this.tellsEntriesRead = tellsEntriesRead;
    }

    /** By database and key, and the libraries of functions; everything expires so much earlier than it does. */
    static Map<String, String> of(LocalDeployment deployment, int databases, long grace) {
        boolean tellsEntriesRead = !deployment.serverVersion().contains(" 7.0");
        Map<String, String> all = new TreeMap<>();
        for (LocalServer server : deployment.primaries()) {
            try (RespSocket node = new RespSocket(server.port())) {
                new Contents(node, grace, tellsEntriesRead).read(databases, all);
            }
        }
        return all;
    }

    private void read(int databases, Map<String, String> into) {
        for (int database = 0; database < databases; database++) {
            if (database > 0) {
                node.ok("SELECT", Integer.toString(database));
            }
            for (Object key : list(node.ok("KEYS", "*"))) {
                String name = text(key);
                into.put(database + " " + name, key(name));
            }
        }
        into.put("functions", sorted(node.ok("FUNCTION", "LIST", "WITHCODE"), 1));
    }

    private String key(String key) {
        String type = text(node.ok("TYPE", key));
        String value = switch (type) {
            case "string" -> text(node.ok("GET", key));
            case "list" -> text(node.ok("LRANGE", key, "0", "-1"));
            case "set" -> sorted(node.ok("SMEMBERS", key), 1);
            case "zset" -> text(node.ok("ZRANGE", key, "0", "-1", "WITHSCORES"));
            case "hash" -> sorted(node.ok("HGETALL", key), 2) + fieldExpiries(key);
            case "stream" ->
                text(node.ok("XRANGE", key, "-", "+")) + text(node.ok("XINFO", "STREAM", key, "FULL", "COUNT", "0"));
            case "vectorset" ->
                list(node.ok("VRANDMEMBER", key, "1000")).stream()
                        .map(element -> text(element)
                                + text(node.ok("VEMB", key, text(element)))
                                + text(node.ok("VGETATTR", key, text(element))))
                        .sorted()
                        .collect(Collectors.joining());
            case "none" -> "";
            default -> throw new AssertionError("Cannot read a " + type);
        };
        return type + " until " + time(node.ok("PEXPIRETIME", key)) + ": " + value;
    }

    private String fieldExpiries(String key) {
        List<String> words = new ArrayList<>(List.of("HPEXPIRETIME", key, "FIELDS", ""));
        list(node.ok("HKEYS", key)).stream().map(this::text).sorted().forEach(words::add);
        words.set(3, Integer.toString(words.size() - 4));
        Object reply = node.call(words.toArray(String[]::new));
        return reply instanceof RespSocket.ErrorReply error && error.text().contains("unknown command")
                ? ""
                : list(reply).stream().map(this::time).toList().toString();
    }

    private String time(@Nullable Object reply) {
        long time = (Long) Objects.requireNonNull(reply);
        return Long.toString(time < 0 ? time : time - grace);
    }

    private static List<?> list(@Nullable Object reply) {
        return (List<?>) Objects.requireNonNull(reply);
    }

    /** Groups of elements whose order means nothing. */
    private String sorted(@Nullable Object reply, int size) {
        List<?> elements = list(reply);
        List<String> groups = new ArrayList<>();
        for (int i = 0; i < elements.size(); i += size) {
            groups.add(text(elements.subList(i, i + size)));
        }
        return String.join(" ", groups.stream().sorted().toList());
    }

    private String text(@Nullable Object reply) {
        if (reply instanceof byte[] bytes) {
            return new String(bytes, ISO_8859_1);
        } else if (reply instanceof RespSocket.ErrorReply error) {
            throw new AssertionError(error.text());
        } else if (!(reply instanceof List<?> elements)) {
            return String.valueOf(reply);
        } else if (isIdleConsumer(elements)) {
            return "";
        } else {
            StringBuilder text = new StringBuilder("[");
            for (int i = 0; i < elements.size(); i++) {
                String element = text(elements.get(i));
                if (NOT_DATA.contains(element) || (!tellsEntriesRead && NOT_TOLD.contains(element))) {
                    i++;
                } else if (!element.isEmpty()) {
                    text.append(element).append(' ');
                }
            }
            return text.append(']').toString();
        }
    }

    /** A consumer that holds nothing may have come to be by a read that found nothing, which no server tells its replicas. */
    private static boolean isIdleConsumer(List<?> elements) {
        List<String> texts = elements.stream()
                .map(element -> element instanceof byte[] bytes ? new String(bytes, ISO_8859_1) : "")
                .toList();
        int pending = texts.indexOf("pel-count");
        return texts.contains("seen-time") && Long.valueOf(0).equals(elements.get(pending + 1));
    }
}
