package dev.lockstep.client;

import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.RedisCommand;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the client must know of a command: may a replica answer it, how many keys, may it be repeated, does it block.
 *
 * <p>An own list, because Lettuce's list of read-only commands is made for routing by a static rule: it holds commands
 * that change the connection, and differs by version. A command that is not listed is a write with many keys, sent to the
 * primary and never repeated.
 *
 * @param access who may answer it and what a repetition would do
 * @param singleKey whether it touches exactly the first key of its arguments
 * @param refusal why it has no place on a shared view and what to use; null if it has
 */
record CommandTraits(
        Access access, boolean singleKey, @Nullable String refusal) {

    enum Access {
        /** Changes nothing; any copy that is fresh enough may answer. */
        READ,
        /** Changes nothing, but its answer has a meaning on the primary only. */
        PRIMARY_READ,
        /** One step of an iteration whose cursor is valid on one process only. */
        SCAN,
        /** Sets a state that does not depend on the state before, with a reply that says nothing about it. */
        REPEATABLE_WRITE,
        /** Like REPEATABLE_WRITE with certain arguments only: see {@link #isRepeatable}. */
        SET,
        /** Executing it twice is not the same as once. */
        WRITE,
        /** Waits in the server, and blocks every command behind it on its connection. */
        BLOCKING,
        /** Blocks if its arguments say so. */
        MAYBE_BLOCKING_READ,
        MAYBE_BLOCKING_WRITE
    }

    private static final CommandTraits UNKNOWN = new CommandTraits(Access.WRITE, false, null);
    private static final Map<String, CommandTraits> BY_NAME = new HashMap<>();
    private static final Map<CommandType, CommandTraits> BY_TYPE = new EnumMap<>(CommandType.class);

    static {
        add(
                Access.READ,
                true,
                "GET STRLEN GETRANGE SUBSTR GETBIT BITCOUNT BITPOS BITFIELD_RO TTL PTTL EXPIRETIME PEXPIRETIME TYPE DUMP"
                        + " HGET HMGET HGETALL HKEYS HVALS HLEN HEXISTS HSTRLEN HRANDFIELD HTTL HPTTL HEXPIRETIME"
                        + " HPEXPIRETIME LLEN LRANGE LINDEX LPOS SCARD SISMEMBER SMISMEMBER SMEMBERS SRANDMEMBER ZCARD"
                        + " ZCOUNT ZLEXCOUNT ZRANGE ZRANGEBYSCORE ZRANGEBYLEX ZREVRANGE ZREVRANGEBYSCORE ZREVRANGEBYLEX"
                        + " ZRANK ZREVRANK ZSCORE ZMSCORE ZRANDMEMBER XLEN XRANGE XREVRANGE XPENDING GEOPOS GEODIST"
                        + " GEOHASH GEOSEARCH GEORADIUS_RO GEORADIUSBYMEMBER_RO");
        add(
                Access.READ,
                false,
                "MGET EXISTS SORT_RO SINTER SUNION SDIFF SINTERCARD ZUNION ZINTER ZDIFF ZINTERCARD LCS EVAL_RO EVALSHA_RO"
                        + " FCALL_RO");
        add(
                Access.PRIMARY_READ,
                false,
                "PING ECHO TIME INFO DBSIZE KEYS RANDOMKEY OBJECT MEMORY XINFO COMMAND LASTSAVE PUBSUB ROLE PFCOUNT TOUCH"
                        + " SLOWLOG LATENCY");
        add(Access.SCAN, false, "SCAN HSCAN SSCAN ZSCAN");
        add(Access.REPEATABLE_WRITE, true, "SETEX PSETEX HMSET SETRANGE");
        add(Access.REPEATABLE_WRITE, false, "MSET PFMERGE CONFIG");
        add(Access.SET, true, "SET");
        add(
                Access.WRITE,
                true,
                "SETNX GETSET GETDEL GETEX APPEND INCR INCRBY INCRBYFLOAT DECR DECRBY SETBIT BITFIELD EXPIRE PEXPIRE"
                        + " EXPIREAT PEXPIREAT PERSIST HSET HSETNX HDEL HINCRBY HINCRBYFLOAT HEXPIRE HPEXPIRE HGETDEL HGETEX"
                        + " HSETEX LPUSH LPUSHX RPUSH RPUSHX LPOP RPOP LREM LSET LTRIM LINSERT SADD SREM SPOP ZADD ZREM ZINCRBY"
                        + " ZPOPMIN ZPOPMAX ZREMRANGEBYRANK ZREMRANGEBYSCORE ZREMRANGEBYLEX XADD XDEL XTRIM XACK XCLAIM"
                        + " XAUTOCLAIM PFADD GEOADD RESTORE");
        add(Access.BLOCKING, false, "BLPOP BRPOP BLMOVE BLMPOP BRPOPLPUSH BZPOPMIN BZPOPMAX BZMPOP");
        add(Access.MAYBE_BLOCKING_READ, false, "XREAD");
        add(Access.MAYBE_BLOCKING_WRITE, false, "XREADGROUP");
        refuse(
                "it needs a connection of its own: use Lockstep.exclusive()",
                "MULTI EXEC DISCARD WATCH UNWATCH SELECT WAIT WAITAOF");
        refuse(
                "messages arrive on a connection of their own: use Lockstep.pubSub()",
                "SUBSCRIBE PSUBSCRIBE SSUBSCRIBE UNSUBSCRIBE PUNSUBSCRIBE SUNSUBSCRIBE MONITOR");
        refuse(
                "it would change a connection that all callers share: set user, password and options when connecting",
                "AUTH HELLO READONLY READWRITE RESET QUIT ASKING SYNC PSYNC");
        for (CommandType type : CommandType.values()) {
            BY_TYPE.put(type, BY_NAME.getOrDefault(type.toString(), UNKNOWN));
        }
    }

    private static final Set<String> CLIENT_COMMANDS_OF_ONE_CONNECTION =
            Set.of("REPLY", "TRACKING", "CACHING", "SETNAME", "SETINFO", "NO-EVICT", "NO-TOUCH");

    private static void add(Access access, boolean singleKey, String names) {
        CommandTraits traits = new CommandTraits(access, singleKey, null);
        for (String name : names.split(" ", -1)) {
            BY_NAME.put(name, traits);
        }
    }

    private static void refuse(String why, String names) {
        for (String name : names.split(" ", -1)) {
            BY_NAME.put(name, new CommandTraits(Access.WRITE, false, why));
        }
    }

    /** The traits of a command; of an unknown one those of a write that is never repeated. */
    static CommandTraits of(RedisCommand<?, ?, ?> command) {
        ProtocolKeyword keyword = command.getType();
        CommandTraits traits = keyword instanceof CommandType type
                ? BY_TYPE.getOrDefault(type, UNKNOWN)
                : BY_NAME.getOrDefault(keyword.toString().toUpperCase(Locale.ROOT), UNKNOWN);
        return keyword == CommandType.CLIENT ? ofClient(command) : traits;
    }

    private static CommandTraits ofClient(RedisCommand<?, ?, ?> command) {
        List<String> arguments = Request.of(command).texts();
        String subcommand = arguments.isEmpty() ? "" : arguments.get(0).toUpperCase(Locale.ROOT);
        return CLIENT_COMMANDS_OF_ONE_CONNECTION.contains(subcommand)
                ? new CommandTraits(
                        Access.WRITE,
                        false,
                        "CLIENT " + subcommand + " would change a connection that all callers share: use"
                                + " Lockstep.exclusive()")
                : UNKNOWN;
    }

    /** Whether the command changes nothing, so that it may be asked again, elsewhere, any number of times. */
    boolean isRead() {
        return access == Access.READ
                || access == Access.PRIMARY_READ
                || access == Access.SCAN
                || access == Access.MAYBE_BLOCKING_READ;
    }

    /** The same command on one key only. */
    CommandTraits ofOneKey() {
        return singleKey ? this : new CommandTraits(access, true, refusal);
    }

    /** Whether executing {@code request} twice leaves the same state and gives the same reply as executing it once. */
    boolean isRepeatable(Request request) {
        if (access == Access.SET) {
            List<String> arguments = request.texts();
            // "SET key value" and "SET key value EX|PX|EXAT|PXAT n"; NX, XX, GET and KEEPTTL depend on the state before
            return arguments.size() == 2
                    || (arguments.size() == 4
                            && Set.of("EX", "PX", "EXAT", "PXAT")
                                    .contains(arguments.get(2).toUpperCase(Locale.ROOT)));
        }
        return isRead() || access == Access.REPEATABLE_WRITE;
    }

    /** Whether the command may wait in the server. */
    boolean blocks(Request request) {
        return switch (access) {
            case BLOCKING -> true;
            case MAYBE_BLOCKING_READ, MAYBE_BLOCKING_WRITE ->
                request.texts().stream()
                        .takeWhile(argument -> !argument.equalsIgnoreCase("STREAMS"))
                        .anyMatch(argument -> argument.equalsIgnoreCase("BLOCK"));
            default -> false;
        };
    }
}
