package dev.lockstep.client;

import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which arguments of a command are keys, which decide where in a Redis Cluster it goes.
 *
 * <p>By the commands' own documentation. Lettuce knows the first key of a command only.
 */
enum KeySpec {
    NONE,
    FIRST,
    SECOND,
    FIRST_TWO,
    ALL,
    ALL_BUT_LAST,
    ALL_BUT_FIRST,
    EVERY_OTHER,
    /** {@code numkeys key [key …]}. */
    COUNTED,
    /** {@code numkeys key value [key value …]}. */
    COUNTED_PAIRS,
    /** {@code something numkeys key [key …]}. */
    COUNTED_SECOND,
    /** {@code destination numkeys key [key …]}, with the destination a key. */
    DESTINATION_AND_COUNTED,
    /** {@code … STREAMS key [key …] id [id …]}. */
    STREAMS,
    /** The first, and the one behind STORE or STOREDIST. */
    FIRST_AND_STORE;

    private static final Map<String, KeySpec> BY_NAME = new HashMap<>();
    private static final Map<CommandType, @Nullable KeySpec> BY_TYPE = new EnumMap<>(CommandType.class);

    static {
        add(
                NONE,
                "PING ECHO TIME INFO DBSIZE KEYS RANDOMKEY COMMAND LASTSAVE PUBSUB ROLE SLOWLOG LATENCY SCAN CONFIG CLIENT"
                        + " CLUSTER SCRIPT FUNCTION FLUSHALL FLUSHDB SAVE BGSAVE BGREWRITEAOF SHUTDOWN ACL MODULE DEBUG SWAPDB"
                        + " PUBLISH REPLICAOF SLAVEOF FAILOVER LOLWUT MULTI EXEC DISCARD UNWATCH WAIT WAITAOF SELECT AUTH HELLO"
                        + " RESET QUIT READONLY READWRITE ASKING SUBSCRIBE UNSUBSCRIBE PSUBSCRIBE PUNSUBSCRIBE MONITOR MIGRATE"
                        + " HOTKEYS");
        add(SECOND, "OBJECT MEMORY XINFO XGROUP FT.CURSOR");
        add(FIRST_TWO, "RENAME RENAMENX COPY LMOVE BLMOVE RPOPLPUSH BRPOPLPUSH SMOVE GEOSEARCHSTORE ZRANGESTORE LCS");
        add(
                ALL,
                "MGET DEL UNLINK EXISTS TOUCH SINTER SUNION SDIFF SINTERSTORE SUNIONSTORE SDIFFSTORE PFCOUNT PFMERGE WATCH"
                        + " SSUBSCRIBE SUNSUBSCRIBE");
        add(ALL_BUT_LAST, "BLPOP BRPOP BZPOPMIN BZPOPMAX");
        add(ALL_BUT_FIRST, "BITOP");
        add(EVERY_OTHER, "MSET MSETNX");
        add(COUNTED, "ZUNION ZINTER ZDIFF ZINTERCARD SINTERCARD LMPOP ZMPOP");
        add(COUNTED_PAIRS, "MSETEX");
        add(COUNTED_SECOND, "EVAL EVALSHA EVAL_RO EVALSHA_RO FCALL FCALL_RO BLMPOP BZMPOP");
        add(DESTINATION_AND_COUNTED, "ZUNIONSTORE ZINTERSTORE ZDIFFSTORE");
        add(STREAMS, "XREAD XREADGROUP");
        add(FIRST_AND_STORE, "SORT GEORADIUS GEORADIUSBYMEMBER");
        for (CommandType type : CommandType.values()) {
            BY_TYPE.put(type, BY_NAME.getOrDefault(type.toString(), FIRST));
        }
    }

    private static void add(KeySpec spec, String names) {
        for (String name : names.split(" ", -1)) {
            BY_NAME.put(name, spec);
        }
    }

    /** Where the command's keys are; of one that is not listed, the first argument, as in nearly all commands. */
    static KeySpec of(ProtocolKeyword keyword) {
        KeySpec spec = keyword instanceof CommandType type
                ? BY_TYPE.get(type)
                : BY_NAME.get(keyword.toString().toUpperCase(Locale.ROOT));
        return spec == null ? FIRST : spec;
    }

    /** The places of the keys among {@code arguments}, in order. */
    List<Integer> places(List<ByteBuffer> arguments) {
        int count = arguments.size();
        return switch (this) {
            case NONE -> List.of();
            case FIRST -> range(0, Math.min(1, count), 1);
            case SECOND -> range(1, Math.min(2, count), 1);
            case FIRST_TWO -> range(0, Math.min(2, count), 1);
            case ALL -> range(0, count, 1);
            case ALL_BUT_LAST -> range(0, count - 1, 1);
            case ALL_BUT_FIRST -> range(1, count, 1);
            case EVERY_OTHER -> range(0, count, 2);
            case COUNTED -> counted(arguments, 0);
            case COUNTED_PAIRS -> countedPairs(arguments);
            case COUNTED_SECOND -> counted(arguments, 1);
            case DESTINATION_AND_COUNTED -> {
                List<Integer> places = new ArrayList<>(range(0, Math.min(1, count), 1));
                places.addAll(counted(arguments, 1));
                yield places;
            }
            case STREAMS -> streams(arguments);
            case FIRST_AND_STORE -> stored(arguments);
        };
    }

    private static List<Integer> range(int from, int to, int step) {
        List<Integer> places = new ArrayList<>();
        for (int i = from; i < to; i += step) {
            places.add(i);
        }
        return places;
    }

    private static List<Integer> counted(List<ByteBuffer> arguments, int at) {
        int count = at < arguments.size() ? number(text(arguments.get(at))) : 0;
        return range(at + 1, Math.min(arguments.size(), at + 1 + count), 1);
    }

    private static List<Integer> countedPairs(List<ByteBuffer> arguments) {
        int count = arguments.isEmpty() ? 0 : number(text(arguments.get(0)));
        return range(1, Math.min(arguments.size(), 1 + 2 * count), 2);
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return 0; // the server will say what is wrong
        }
    }

    private static List<Integer> streams(List<ByteBuffer> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            if (text(arguments.get(i)).equalsIgnoreCase("STREAMS")) {
                return range(i + 1, i + 1 + (arguments.size() - i - 1) / 2, 1);
            }
        }
        return List.of();
    }

    private static List<Integer> stored(List<ByteBuffer> arguments) {
        List<Integer> places = new ArrayList<>(range(0, Math.min(1, arguments.size()), 1));
        for (int i = 1; i + 1 < arguments.size(); i++) {
            String word = text(arguments.get(i));
            if (word.equalsIgnoreCase("STORE") || word.equalsIgnoreCase("STOREDIST")) {
                places.add(i + 1);
            }
        }
        return places;
    }

    private static String text(ByteBuffer argument) {
        return StandardCharsets.ISO_8859_1.decode(argument.duplicate()).toString();
    }
}
