package dev.lockstep.client;

import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How the replies of a command's parts become one reply. */
enum Join implements Gathering.Joining {
    /** As many strings as there are keys, in the keys' order. */
    VALUES {
        @Override
        public void play(List<Part> parts, CommandOutput<?, ?, ?> target) {
            int count = parts.stream().mapToInt(part -> part.keys.size()).sum();
            List<@Nullable ByteBuffer> values = new ArrayList<>(Collections.nCopies(count, null));
            for (Part part : parts) {
                List<@Nullable ByteBuffer> strings = part.reply().strings();
                for (int i = 0; i < part.keys.size(); i++) {
                    values.set(part.keys.get(i), strings.get(i));
                }
            }
            playStrings(values, target);
        }
    },
    /** All strings of all parts. */
    STRINGS {
        @Override
        public void play(List<Part> parts, CommandOutput<?, ?, ?> target) {
            List<@Nullable ByteBuffer> all = new ArrayList<>();
            parts.forEach(part -> all.addAll(part.reply().strings()));
            playStrings(all, target);
        }
    },
    /** The sum of integers. */
    SUM {
        @Override
        public void play(List<Part> parts, CommandOutput<?, ?, ?> target) {
            target.set(parts.stream()
                    .mapToLong(part -> part.reply().numbers().get(0))
                    .sum());
            target.complete(0);
        }
    },
    /** Flags, each of which is set if it is set in all parts. */
    ALL_TRUE {
        @Override
        public void play(List<Part> parts, CommandOutput<?, ?, ?> target) {
            int count = parts.get(0).reply().numbers().size();
            target.multi(count);
            for (int i = 0; i < count; i++) {
                int at = i;
                target.set(parts.stream()
                        .mapToLong(part -> part.reply().numbers().get(at))
                        .min()
                        .orElse(0));
                target.complete(1);
            }
            target.complete(0);
        }
    },
    /** All say the same: the first reply. */
    FIRST {
        @Override
        public void play(List<Part> parts, CommandOutput<?, ?, ?> target) {
            parts.get(0).reply().replay(target);
        }
    };

    private static final Map<String, Join> OVER_KEYS =
            Map.of("MGET", VALUES, "MSET", FIRST, "DEL", SUM, "UNLINK", SUM, "EXISTS", SUM, "TOUCH", SUM);

    private static final Map<String, Join> OVER_SHARDS = Map.ofEntries(
            Map.entry("DBSIZE", SUM),
            Map.entry("KEYS", STRINGS),
            Map.entry("FLUSHALL", FIRST),
            Map.entry("FLUSHDB", FIRST),
            Map.entry("SCRIPT LOAD", FIRST),
            Map.entry("SCRIPT FLUSH", FIRST),
            Map.entry("SCRIPT EXISTS", ALL_TRUE),
            Map.entry("FUNCTION LOAD", FIRST),
            Map.entry("FUNCTION DELETE", FIRST),
            Map.entry("FUNCTION FLUSH", FIRST),
            Map.entry("FUNCTION RESTORE", FIRST),
            Map.entry("CONFIG SET", FIRST),
            Map.entry("CONFIG RESETSTAT", FIRST),
            Map.entry("CONFIG REWRITE", FIRST));

    /** How a command whose keys belong to several slots is joined; null if it cannot be split. */
    static @Nullable Join overKeys(ProtocolKeyword type) {
        return OVER_KEYS.get(type.toString().toUpperCase(Locale.ROOT));
    }

    /** How a command without keys that concerns every shard is joined; null if one shard is enough. */
    static @Nullable Join overShards(ProtocolKeyword type, List<ByteBuffer> arguments) {
        String name = type.toString().toUpperCase(Locale.ROOT);
        Join join = OVER_SHARDS.get(name);
        if (join != null || arguments.isEmpty()) {
            return join;
        }
        String subcommand =
                StandardCharsets.ISO_8859_1.decode(arguments.get(0).duplicate()).toString();
        return OVER_SHARDS.get(name + " " + subcommand.toUpperCase(Locale.ROOT));
    }

    private static void playStrings(List<@Nullable ByteBuffer> strings, CommandOutput<?, ?, ?> target) {
        target.multi(strings.size());
        for (ByteBuffer string : strings) {
            play(string, target);
            target.complete(1);
        }
        target.complete(0);
    }

    @SuppressWarnings("NullAway") // Lettuce's outputs take null for a nil reply
    private static void play(@Nullable ByteBuffer string, CommandOutput<?, ?, ?> target) {
        target.set(string == null ? null : string.duplicate());
    }
}
