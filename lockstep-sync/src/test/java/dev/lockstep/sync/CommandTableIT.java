package dev.lockstep.sync;

import static dev.lockstep.sync.CommandText.words;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@link ReplicatedCommand} beside what a server says of its own commands. */
class CommandTableIT {

    /** At least one of each command that is sent to replicas and has keys; those that a server does not know are passed over. */
    private static final String EXAMPLES = """
            APPEND k v
            BITFIELD k SET u8 0 1
            BITOP NOT d k
            BITOP AND d k l m
            COPY k l
            COPY k l DB 1 REPLACE
            DECR k
            DECRBY k 2
            DEL k
            DEL k l m
            DELEX k IFEQ v
            DELIFEQ k v
            EXPIRE k 5
            EXPIREAT k 5 NX
            GEOADD k 13 38 m
            GEORADIUS k 15 37 200 km STORE d
            GEORADIUS k 15 37 200 km WITHDIST ASC COUNT 5 ANY STOREDIST d
            GEORADIUSBYMEMBER k STORE 200 km STOREDIST d
            GEOSEARCHSTORE d k FROMLONLAT 15 37 BYRADIUS 200 km
            GETDEL k
            GETEX k PERSIST
            GETSET k v
            HDEL k f g
            HEXPIRE k 5 FIELDS 1 f
            HEXPIREAT k 5 FIELDS 1 f
            HGETDEL k FIELDS 1 f
            HGETEX k PERSIST FIELDS 1 f
            HINCRBY k f 1
            HMSET k f v
            HPERSIST k FIELDS 1 f
            HPEXPIRE k 5 FIELDS 2 f g
            HPEXPIREAT k 5 NX FIELDS 1 f
            HSET k f v g w
            HSETEX k PXAT 5 FIELDS 1 f v
            HSETNX k f v
            INCR k
            INCRBY k 2
            LINSERT k BEFORE a b
            LMOVE k l LEFT RIGHT
            LPOP k
            LPUSH k a b
            LPUSHX k a
            LREM k 0 a
            LSET k 0 a
            LTRIM k 0 1
            MOVE k 1
            MSET k v l w
            MSETEX 2 k v l w PXAT 5
            MSETNX k v l w
            PERSIST k
            PEXPIRE k 5
            PEXPIREAT k 5 GT
            PFADD k a b
            PFCOUNT k
            PFDEBUG TODENSE k
            PFMERGE d k l
            PSETEX k 5 v
            RENAME k l
            RENAMENX k l
            RESTORE k 0 p REPLACE
            RESTORE-ASKING k 0 p ABSTTL
            RPOP k 2
            RPOPLPUSH k l
            RPUSH k a b
            RPUSHX k a
            SADD k a b
            SDIFFSTORE d k l
            SET k v
            SET k v PXAT 5
            SETBIT k 5 1
            SETEX k 5 v
            SETNX k v
            SETRANGE k 5 v
            SINTERSTORE d k
            SMOVE k l m
            SORT k
            SORT k BY STORE GET STORE LIMIT 0 5 STORE d ALPHA
            SORT k STORE d STORE e
            SREM k a b
            SUNIONSTORE d k l m
            UNLINK k l
            VADD k VALUES 2 1 2 e
            VREM k e
            VSETATTR k e {}
            XACK k g 1-1 1-2
            XACKDEL k g IDS 1 1-1
            XADD k MAXLEN = 5 1-1 f v
            XCLAIM k g c 0 1-1 TIME 5 RETRYCOUNT 1 FORCE JUSTID LASTID 1-1
            XDEL k 1-1
            XDELEX k IDS 1 1-1
            XGROUP CREATE k g $ MKSTREAM
            XGROUP CREATECONSUMER k g c
            XGROUP DELCONSUMER k g c
            XGROUP DESTROY k g
            XGROUP SETID k g 1-1
            XSETID k 1-1
            XTRIM k MAXLEN = 5
            ZADD k 1 a 2 b
            ZDIFFSTORE d 2 k l
            ZINCRBY k 1 a
            ZINTERSTORE d 2 k l WEIGHTS 1 2 AGGREGATE MAX
            ZPOPMAX k
            ZPOPMIN k 2
            ZRANGESTORE d k 0 -1
            ZREM k a
            ZREMRANGEBYLEX k [a [b
            ZREMRANGEBYRANK k 0 1
            ZREMRANGEBYSCORE k 0 1
            ZUNIONSTORE d 1 k""";

    private static LocalDeployment redis;
    private static RespSocket server;

    @BeforeAll
    static void start() {
        redis = LocalRedis.standalone().start();
        server = new RespSocket(redis.primary().port());
    }

    @AfterAll
    static void stop() {
        server.close();
        redis.close();
    }

    @Test
    void every_write_of_the_server_is_known() {
        Set<String> unknown = new TreeSet<>(writes());
        unknown.removeAll(knownNames());

        assertThat(unknown).isEmpty();
        assertThat(writes()).hasSizeGreaterThan(100);
    }

    @Test
    void every_write_with_keys_has_an_example_that_is_held_against_the_server() {
        Set<String> examples = new HashSet<>();
        EXAMPLES.lines()
                .forEach(line -> examples.add(Objects.requireNonNull(ReplicatedCommand.of(words(line)))
                        .words()));
        Set<String> sent = Arrays.stream(ReplicatedCommand.values())
                .filter(command -> command.keys() != KeyPlaces.NONE)
                .map(ReplicatedCommand::words)
                .collect(Collectors.toSet());

        assertThat(examples).isEqualTo(sent);
    }

    @Test
    void the_keys_are_where_the_server_finds_them() {
        List<String> wrong = new ArrayList<>();
        int compared = 0;
        for (String line : EXAMPLES.lines().toList()) {
            Words example = words(line);
            ReplicatedCommand command = Objects.requireNonNull(ReplicatedCommand.of(example));
            if (((List<?>) Objects.requireNonNull(server.ok("COMMAND", "INFO", example.text(0)))).get(0) == null) {
                continue;
            }
            String known = CommandText.at(example, command.keys().of(example));
            String told = getKeys(line);
            if (!known.equals(told)) {
                wrong.add(line + ": " + known + ", and the server says " + told);
            }
            compared++;
        }

        assertThat(wrong).isEmpty();
        assertThat(compared).isGreaterThan(90);
    }

    private static String getKeys(String line) {
        Object reply = server.call(words("COMMAND GETKEYS " + line));
        assertThat(reply).as(line).isInstanceOf(List.class);
        return ((List<?>) Objects.requireNonNull(reply))
                .stream().map(CommandTableIT::string).collect(Collectors.joining(" "));
    }

    private static Set<String> knownNames() {
        return Arrays.stream(ReplicatedCommand.values())
                .map(ReplicatedCommand::words)
                .collect(Collectors.toSet());
    }

    /** The names of the commands that the server flags as writes, subcommands with a space before them. */
    private static Set<String> writes() {
        Set<String> names = new TreeSet<>();
        for (Object command : (List<?>) Objects.requireNonNull(server.ok("COMMAND"))) {
            addWrites((List<?>) command, names);
        }
        return names;
    }

    private static void addWrites(List<?> command, Set<String> names) {
        if (((List<?>) command.get(2)).contains("write")) {
            names.add(string(command.get(0)).toUpperCase(Locale.ROOT).replace('|', ' '));
        }
        if (command.size() > 9) {
            ((List<?>) command.get(9)).forEach(subcommand -> addWrites((List<?>) subcommand, names));
        }
    }

    private static String string(Object reply) {
        return reply instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : String.valueOf(reply);
    }
}
