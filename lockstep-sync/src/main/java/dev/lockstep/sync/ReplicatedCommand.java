package dev.lockstep.sync;

import static dev.lockstep.sync.ExpectedReply.ALL_POSITIVE;
import static dev.lockstep.sync.ExpectedReply.ANY;
import static dev.lockstep.sync.ExpectedReply.POSITIVE;
import static dev.lockstep.sync.ExpectedReply.SOMETHING;
import static dev.lockstep.sync.ExpectedReply.SOME_POSITIVE;
import static dev.lockstep.sync.KeyPlaces.ALL;
import static dev.lockstep.sync.KeyPlaces.ALL_BUT_FIRST;
import static dev.lockstep.sync.KeyPlaces.COUNTED_PAIRS;
import static dev.lockstep.sync.KeyPlaces.DESTINATION_AND_COUNTED;
import static dev.lockstep.sync.KeyPlaces.EVERY_OTHER;
import static dev.lockstep.sync.KeyPlaces.FIRST;
import static dev.lockstep.sync.KeyPlaces.FIRST_TWO;
import static dev.lockstep.sync.KeyPlaces.NONE;
import static dev.lockstep.sync.KeyPlaces.RADIUS_AND_STORE;
import static dev.lockstep.sync.KeyPlaces.SECOND;
import static dev.lockstep.sync.KeyPlaces.SORT_AND_STORE;
import static dev.lockstep.sync.Repetition.BY_OPTIONS;
import static dev.lockstep.sync.Repetition.HARMFUL;
import static dev.lockstep.sync.Repetition.HARMLESS;
import static dev.lockstep.sync.Span.COMPUTED;
import static dev.lockstep.sync.Span.DUPLICATED;
import static dev.lockstep.sync.Span.INDEPENDENT;
import static dev.lockstep.sync.Span.ONE_SLOT;
import static dev.lockstep.sync.Span.RELOCATED;
import static dev.lockstep.sync.Span.TRANSFERRED;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One of the commands that a server writes, or that it sends to its replicas: where its keys are, what becomes of it where
 * they lie in several slots, what its reply tells, and whether repeating it does harm.
 *
 * <p>What the reply and the repetition are of is its {@link PlainForm}. What is not listed here is not known, and a
 * copy stops at it.
 */
enum ReplicatedCommand {

    /*
     * What a server sends to its replicas is not what clients have sent, but what that has done: whatever the clock, chance or
     * a waiting client decides has been replaced by its outcome. SPOP becomes SREM, a relative expiry an absolute one, what has
     * expired a DEL; a script becomes its effects, a blocked BLPOP an LPOP behind the push that woke it. What changed nothing
     * is not sent. So each command that is sent has succeeded, and does the same wherever the data is the same.
     *
     * There are things that no server sends, so that a copy cannot have them, just as a replica does not: consumers of a group
     * that came to be by a read that found nothing, how often and when a consumer has read its own pending entries again, when it was
     * last seen; and before 7.2 how many entries a group has read.
     */

    // Strings
    APPEND(FIRST, ANY, HARMFUL),
    BITFIELD(FIRST, ANY, BY_OPTIONS),
    BITOP(ALL_BUT_FIRST, COMPUTED, ANY, BY_OPTIONS),
    DECR(FIRST, ANY, HARMFUL),
    DECRBY(FIRST, ANY, HARMFUL),
    DELEX(FIRST, ANY, HARMLESS),
    DELIFEQ(FIRST, ANY, HARMLESS),
    GETDEL(FIRST, ANY, HARMLESS),
    GETEX(FIRST, POSITIVE, HARMLESS),
    GETSET(FIRST, SOMETHING, HARMLESS),
    INCR(FIRST, ANY, HARMFUL),
    INCRBY(FIRST, ANY, HARMFUL),
    INCRBYFLOAT("SET with KEEPTTL"),
    MSET(EVERY_OTHER, INDEPENDENT, SOMETHING, HARMLESS),
    MSETEX(COUNTED_PAIRS, INDEPENDENT, POSITIVE, HARMLESS),
    MSETNX(EVERY_OTHER, INDEPENDENT, SOMETHING, HARMLESS),
    PSETEX(FIRST, SOMETHING, HARMLESS),
    SET(FIRST, SOMETHING, HARMLESS),
    SETBIT(FIRST, ANY, HARMLESS),
    SETEX(FIRST, SOMETHING, HARMLESS),
    SETNX(FIRST, SOMETHING, HARMLESS),
    SETRANGE(FIRST, ANY, HARMLESS),
    // HyperLogLogs; PFCOUNT keeps the count that it took in the value
    PFADD(FIRST, POSITIVE, HARMLESS),
    PFCOUNT(ALL, ONE_SLOT, ANY, HARMLESS),
    PFDEBUG(SECOND, ANY, HARMLESS),
    PFMERGE(ALL, COMPUTED, ANY, HARMLESS),
    // Keys of any type
    COPY(FIRST_TWO, DUPLICATED, POSITIVE, HARMLESS),
    DEL(ALL, INDEPENDENT, ANY, HARMLESS),
    EXPIRE(FIRST, POSITIVE, HARMLESS),
    EXPIREAT(FIRST, POSITIVE, HARMLESS),
    MIGRATE("DEL"),
    MOVE(FIRST, POSITIVE, HARMFUL),
    PERSIST(FIRST, POSITIVE, HARMLESS),
    PEXPIRE(FIRST, POSITIVE, HARMLESS),
    PEXPIREAT(FIRST, POSITIVE, HARMLESS),
    RENAME(FIRST_TWO, RELOCATED, ANY, HARMFUL),
    RENAMENX(FIRST_TWO, RELOCATED, ANY, HARMFUL),
    RESTORE(FIRST, ANY, HARMLESS),
    RESTORE_ASKING(FIRST, ANY, HARMLESS),
    SORT(SORT_AND_STORE, COMPUTED, ANY, BY_OPTIONS),
    UNLINK(ALL, INDEPENDENT, ANY, HARMLESS),
    // Lists
    BLMOVE("LMOVE"),
    BLMPOP("LPOP or RPOP"),
    BLPOP("LPOP"),
    BRPOP("RPOP"),
    BRPOPLPUSH("RPOPLPUSH"),
    LINSERT(FIRST, POSITIVE, HARMFUL),
    LMOVE(FIRST_TWO, TRANSFERRED, SOMETHING, HARMFUL),
    LMPOP("LPOP or RPOP"),
    LPOP(FIRST, SOMETHING, HARMFUL),
    LPUSH(FIRST, POSITIVE, HARMFUL),
    LPUSHX(FIRST, POSITIVE, HARMFUL),
    LREM(FIRST, POSITIVE, HARMFUL),
    LSET(FIRST, ANY, HARMLESS),
    LTRIM(FIRST, ANY, HARMFUL),
    RPOP(FIRST, SOMETHING, HARMFUL),
    RPOPLPUSH(FIRST_TWO, TRANSFERRED, SOMETHING, HARMFUL),
    RPUSH(FIRST, POSITIVE, HARMFUL),
    RPUSHX(FIRST, POSITIVE, HARMFUL),
    // Sets
    SADD(FIRST, POSITIVE, HARMLESS),
    SDIFFSTORE(ALL, COMPUTED, ANY, HARMLESS),
    SINTERSTORE(ALL, COMPUTED, ANY, HARMLESS),
    SMOVE(FIRST_TWO, TRANSFERRED, POSITIVE, HARMLESS),
    SPOP("SREM, or DEL or UNLINK of the key"),
    SREM(FIRST, POSITIVE, HARMLESS),
    SUNIONSTORE(ALL, COMPUTED, ANY, HARMLESS),
    // Sorted sets, and places
    BZMPOP("ZPOPMIN or ZPOPMAX"),
    BZPOPMAX("ZPOPMAX"),
    BZPOPMIN("ZPOPMIN"),
    GEOADD(FIRST, ANY, HARMLESS),
    GEORADIUS(RADIUS_AND_STORE, COMPUTED, ANY, BY_OPTIONS),
    GEORADIUSBYMEMBER(RADIUS_AND_STORE, COMPUTED, ANY, BY_OPTIONS),
    GEOSEARCHSTORE(FIRST_TWO, COMPUTED, ANY, BY_OPTIONS),
    ZADD(FIRST, SOMETHING, BY_OPTIONS),
    ZDIFFSTORE(DESTINATION_AND_COUNTED, COMPUTED, ANY, BY_OPTIONS),
    ZINCRBY(FIRST, SOMETHING, HARMFUL),
    ZINTERSTORE(DESTINATION_AND_COUNTED, COMPUTED, ANY, BY_OPTIONS),
    ZMPOP("ZPOPMIN or ZPOPMAX"),
    ZPOPMAX(FIRST, SOMETHING, HARMFUL),
    ZPOPMIN(FIRST, SOMETHING, HARMFUL),
    ZRANGESTORE(FIRST_TWO, COMPUTED, ANY, BY_OPTIONS),
    ZREM(FIRST, POSITIVE, HARMLESS),
    ZREMRANGEBYLEX(FIRST, POSITIVE, HARMLESS),
    ZREMRANGEBYRANK(FIRST, POSITIVE, HARMFUL),
    ZREMRANGEBYSCORE(FIRST, POSITIVE, HARMLESS),
    ZUNIONSTORE(DESTINATION_AND_COUNTED, COMPUTED, ANY, BY_OPTIONS),
    // Hashes
    HDEL(FIRST, ANY, HARMLESS),
    HEXPIRE(FIRST, ALL_POSITIVE, HARMLESS),
    HEXPIREAT(FIRST, ALL_POSITIVE, HARMLESS),
    HGETDEL(FIRST, ANY, HARMLESS),
    HGETEX(FIRST, SOME_POSITIVE, HARMLESS),
    HINCRBY(FIRST, ANY, HARMFUL),
    HINCRBYFLOAT("HSET, or HSETEX with KEEPTTL"),
    HMSET(FIRST, ANY, HARMLESS),
    HPERSIST(FIRST, SOME_POSITIVE, HARMLESS),
    HPEXPIRE(FIRST, ALL_POSITIVE, HARMLESS),
    HPEXPIREAT(FIRST, ALL_POSITIVE, HARMLESS),
    HSET(FIRST, ANY, HARMLESS),
    HSETEX(FIRST, POSITIVE, HARMLESS),
    HSETNX(FIRST, POSITIVE, HARMLESS),
    // Streams
    XACK(FIRST, POSITIVE, HARMLESS),
    XACKDEL(FIRST, SOME_POSITIVE, HARMLESS),
    XADD(FIRST, SOMETHING, HARMFUL),
    XAUTOCLAIM("XCLAIM"),
    XCLAIM(FIRST, ANY, BY_OPTIONS),
    XDEL(FIRST, POSITIVE, HARMLESS),
    XDELEX(FIRST, SOME_POSITIVE, HARMLESS),
    XGROUP_CREATE(SECOND, ANY, HARMFUL),
    XGROUP_CREATECONSUMER(SECOND, ANY, HARMLESS),
    XGROUP_DELCONSUMER(SECOND, ANY, HARMLESS),
    XGROUP_DESTROY(SECOND, POSITIVE, HARMLESS),
    XGROUP_SETID(SECOND, ANY, HARMLESS),
    XREADGROUP("XCLAIM and XGROUP"),
    XSETID(FIRST, ANY, HARMLESS),
    XTRIM(FIRST, POSITIVE, HARMLESS),
    // Vector sets
    VADD(FIRST, ANY, HARMLESS),
    VREM(FIRST, POSITIVE, HARMLESS),
    VSETATTR(FIRST, POSITIVE, HARMLESS),
    // Whole databases, or whole slots
    CLUSTER_FLUSHSLOT(NONE, ANY, HARMLESS),
    FLUSHALL(NONE, ANY, HARMLESS),
    FLUSHDB(NONE, ANY, HARMLESS),
    SFLUSH(NONE, ANY, HARMLESS),
    SWAPDB(NONE, ANY, HARMFUL),
    // Libraries and scripts
    EVAL("the effects of the script"),
    EVALSHA("the effects of the script"),
    FCALL("the effects of the function"),
    FUNCTION_DELETE(NONE, ANY, HARMLESS),
    FUNCTION_FLUSH(NONE, ANY, HARMLESS),
    FUNCTION_LOAD(NONE, ANY, HARMLESS),
    FUNCTION_RESTORE(NONE, ANY, HARMLESS),
    SCRIPT_FLUSH(NONE, ANY, HARMLESS),
    SCRIPT_LOAD(NONE, ANY, HARMLESS),
    // What is said on the way
    CLUSTER_SYNCSLOTS(NONE, ANY, HARMLESS),
    EXEC(NONE, ANY, HARMFUL),
    MULTI(NONE, ANY, HARMFUL),
    OPINFO(NONE, ANY, HARMLESS), // the bookkeeping of a cloud
    PING(NONE, ANY, HARMLESS),
    PUBLISH(NONE, ANY, HARMFUL),
    REPLCONF(NONE, ANY, HARMLESS),
    SELECT(NONE, ANY, HARMLESS),
    SPUBLISH(NONE, ANY, HARMFUL),
    TRIMSLOTS(NONE, ANY, HARMLESS);

    /** Commands that are known by their second word. */
    private static final Set<String> CONTAINERS = Set.of("CLUSTER", "FUNCTION", "SCRIPT", "XGROUP");

    private static final Map<String, ReplicatedCommand> BY_NAME = new HashMap<>();

    static {
        for (ReplicatedCommand command : values()) {
            BY_NAME.put(command.words, command);
        }
    }

    private final String words = name().equals("RESTORE_ASKING") ? "RESTORE-ASKING" : name().replace('_', ' ');
    private final KeyPlaces keys;
    private final Span span;
    private final ExpectedReply reply;
    private final Repetition repetition;
    private final @Nullable String sentInstead;

    ReplicatedCommand(KeyPlaces keys, ExpectedReply reply, Repetition repetition) {
        this(keys, ONE_SLOT, reply, repetition);
    }

    ReplicatedCommand(KeyPlaces keys, Span span, ExpectedReply reply, Repetition repetition) {
        this.keys = keys;
        this.span = span;
        this.reply = reply;
        this.repetition = repetition;
        this.sentInstead = null;
    }

    /** One that never reaches a replica. */
    ReplicatedCommand(String sentInstead) {
        this.keys = NONE;
        this.span = ONE_SLOT;
        this.reply = ANY;
        this.repetition = HARMFUL;
        this.sentInstead = sentInstead;
    }

    /** What a command is; null if it is not known. */
    static @Nullable ReplicatedCommand of(Words words) {
        String name = words.name();
        if (words.count() > 1 && CONTAINERS.contains(name)) {
            name += " " + words.text(1).toUpperCase(Locale.ROOT);
        }
        return BY_NAME.get(name);
    }

    /** Its name, and the second one if it has that. */
    String words() {
        return words;
    }

    KeyPlaces keys() {
        return keys;
    }

    Span span() {
        return span;
    }

    ExpectedReply reply() {
        return reply;
    }

    /** What servers send to their replicas in its place; null if it is sent as it is. */
    @Nullable
    String sentInstead() {
        return sentInstead;
    }

    /** The places of the keys that it changes, in order. */
    int[] written(Words command) {
        int[] places = keys.of(command);
        return switch (span) {
            case ONE_SLOT, INDEPENDENT, RELOCATED, TRANSFERRED -> places;
            case DUPLICATED -> new int[] {places[1]};
            case COMPUTED -> new int[] {keys.destination(places)};
        };
    }

    /** Whether such a command, in its plain form, carried out twice in a row leaves what it leaves when carried out once. */
    boolean isRepeatable(Words command) {
        return switch (repetition) {
            case HARMLESS -> true;
            case HARMFUL -> false;
            case BY_OPTIONS ->
                switch (this) {
                    case BITFIELD -> !has(command, "INCRBY");
                    case ZADD -> !has(command, "INCR");
                    case XCLAIM -> has(command, "RETRYCOUNT") && has(command, "TIME");
                    default -> !isMadeOfItself(command); // one key computed from others
                };
        };
    }

    private static boolean has(Words command, String option) {
        for (int i = 2; i < command.count(); i++) {
            if (command.is(i, option)) {
                return true;
            }
        }
        return false;
    }

    private boolean isMadeOfItself(Words command) {
        int[] places = keys.of(command);
        int destination = keys.destination(places);
        for (int place : places) {
            if (place != destination && command.view(place).equals(command.view(destination))) {
                return true;
            }
        }
        return false;
    }
}
