package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The proof of the table: what clients did to a source, as the source tells it to its replicas, and carried out as the table
 * says, makes a target equal; and on the way there is no reply that the table takes for a divergence.
 */
class ReplicationStreamIT {

    private static final Pattern OFFSET = Pattern.compile("master_repl_offset:(\\d+)");

    /**
     * Those in whose place servers from 7.0 on send another one, those that depend on the time, and SFLUSH, which only a
     * cluster has.
     */
    private static final Set<String> NOT_SENT = Set.of(
            "EXPIRE",
            "EXPIREAT",
            "GEOADD",
            "GETDEL",
            "GETEX",
            "GETSET",
            "HEXPIRE",
            "HEXPIREAT",
            "HGETDEL",
            "HGETEX",
            "HPEXPIRE",
            "PEXPIRE",
            "PING",
            "PSETEX",
            "REPLCONF",
            "SCRIPT|FLUSH",
            "SCRIPT|LOAD",
            "SETEX",
            "SFLUSH");

    @Test
    void a_target_of_one_shard_becomes_equal_in_all_databases() {
        try (LocalDeployment source = LocalRedis.standalone().start();
                LocalDeployment target = LocalRedis.standalone().start();
                Replay replay = toOne(target);
                StreamTap tap = new StreamTap(source.primary().port());
                ClientCommands clients = new ClientCommands(source.primary().port())) {
            clients.run(ClientCommands.ONE_DATABASE);
            replay(tap, source, replay);
            assertEqual(source, target, 16);

            clients.run(ClientCommands.SEVERAL_DATABASES);
            replay(tap, source, replay);
            assertEqual(source, target, 16);
            assertThat(replay.kinds).containsKeys("OneSlot", "ToDatabase", "SwapDatabases", "Select", "Flush");

            clients.run(ClientCommands.THE_END);
            replay(tap, source, replay);
            assertEqual(source, target, 16);
            assertThat(contents(target, 16)).hasSize(2).containsKey("0 last");
            assertComplete(replay, source);
        }
    }

    @Test
    void a_cluster_becomes_equal_though_its_keys_lie_in_many_slots() {
        try (LocalDeployment source = LocalRedis.standalone().start();
                LocalDeployment target =
                        LocalRedis.cluster().shards(3).replicas(0).start()) {
            List<Integer> ports =
                    target.primaries().stream().map(LocalServer::port).toList();
            try (Replay replay = new Replay(
                            new TargetShape(true, 1),
                            ports,
                            slot -> target.primary(slot).port());
                    StreamTap tap = new StreamTap(source.primary().port());
                    ClientCommands clients = new ClientCommands(source.primary().port())) {
                clients.run(ClientCommands.ONE_DATABASE);
                replay(tap, source, replay);

                assertEqual(source, target, 1);
                assertThat(replay.kinds)
                        .containsKeys(
                                "OneSlot", "Split", "Relocation", "Transfer", "Computation", "Functions", "Message");
                clients.run(ClientCommands.THE_END);
                replay(tap, source, replay);
                assertEqual(source, target, 1);
            }
        }
    }

    @Test
    void with_a_grace_everything_expires_later_by_it_and_nothing_else_differs() {
        try (LocalDeployment source = LocalRedis.standalone().start();
                LocalDeployment target = LocalRedis.standalone().start();
                Replay replay = toOne(target);
                StreamTap tap = new StreamTap(source.primary().port());
                ClientCommands clients = new ClientCommands(source.primary().port())) {
            replay.grace = 3_600_000;
            // A payload may hold the expiry of fields, which only whoever decodes it could shift.
            clients.run(ClientCommands.ONE_DATABASE.replace("ED h r", "ED b r"));

            replay(tap, source, replay);

            compare(contents(source, 1), Contents.of(target, 1, replay.grace));
            assertThat(contents(target, 1)).isNotEqualTo(contents(source, 1));
        }
    }

    @Test
    void what_is_said_to_be_repeatable_may_be_repeated() {
        try (LocalDeployment source = LocalRedis.standalone().start();
                LocalDeployment target = LocalRedis.standalone().start();
                Replay replay = toOne(target);
                StreamTap tap = new StreamTap(source.primary().port());
                ClientCommands clients = new ClientCommands(source.primary().port())) {
            replay.repeating = true;
            clients.run(ClientCommands.ONE_DATABASE);
            clients.run(ClientCommands.SEVERAL_DATABASES);

            replay(tap, source, replay);

            assertEqual(source, target, 16);
        }
    }

    private static Replay toOne(LocalDeployment target) {
        int port = target.primary().port();
        return new Replay(new TargetShape(false, 16), List.of(port), slot -> port);
    }

    /** What has been replayed has to be nearly all of what a server may send, or else this would prove little. */
    private static void assertComplete(Replay replay, LocalDeployment source) {
        Set<String> unseen = new TreeSet<>();
        for (ReplicatedCommand command : ReplicatedCommand.values()) {
            String name = command.words().replace(' ', '|');
            if (command.sentInstead() == null
                    && !replay.commands.contains(command)
                    && ((List<?>) Objects.requireNonNull(source.primary().command("COMMAND", "INFO", name))).get(0)
                            != null) {
                unseen.add(name);
            }
        }
        assertThat(unseen).isSubsetOf(NOT_SENT);
    }

    /** The other half of "no reply is taken for a divergence": a reply of a target that lacks the key is. */
    @Test
    void what_hits_nothing_on_the_target_is_answered_otherwise_than_expected() {
        try (LocalDeployment target = LocalRedis.standalone().start()) {
            try (Replay replay = toOne(target);
                    RespSocket client = new RespSocket(target.primary().port())) {
                for (String line : """
                        PEXPIREAT k 99999999999999
                        PEXPIREAT k 99999999999999 NX
                        PERSIST k
                        LPOP k
                        RPOP k 2
                        LREM k 0 a
                        LPUSHX k a
                        RPUSHX k a
                        LINSERT k BEFORE a b
                        LSET k 0 a
                        LMOVE k l LEFT LEFT
                        RPOPLPUSH k l
                        SREM k a
                        SMOVE k l a
                        ZREM k a
                        ZREMRANGEBYRANK k 0 1
                        ZREMRANGEBYSCORE k 0 1
                        ZREMRANGEBYLEX k [a [b
                        ZPOPMIN k
                        ZPOPMAX k
                        ZADD k XX INCR 1 a
                        RENAME k l
                        COPY k l
                        XACK k g 1-1
                        XDEL k 1-1
                        XTRIM k MAXLEN 0
                        XADD k NOMKSTREAM 1-1 f v
                        XCLAIM k g c 0 1-1 FORCE JUSTID
                        XGROUP CREATE k g $
                        XGROUP SETID k g $
                        XGROUP DESTROY k g
                        XSETID k 1-1
                        VSETATTR k e {}
                        VREM k e
                        HPEXPIREAT k 99999999999 FIELDS 2 f g
                        HPERSIST k FIELDS 2 f g
                        """.lines().toList()) {
                    assertThat(replay.isAnsweredAsExpected(CommandText.words(line)))
                            .as(line)
                            .isFalse();
                }
                assertThat(client.ok("DBSIZE")).isEqualTo(0L);
            }
        }
    }

    private static void replay(StreamTap tap, LocalDeployment source, Replay replay) {
        tap.upTo(offset(source)).forEach(replay::apply);
    }

    private static long offset(LocalDeployment source) {
        Matcher offset =
                OFFSET.matcher((String) Objects.requireNonNull(source.primary().command("INFO", "replication")));
        assertThat(offset.find()).isTrue();
        return Long.parseLong(offset.group(1));
    }

    private static void assertEqual(LocalDeployment source, LocalDeployment target, int databases) {
        Map<String, String> expected = contents(source, databases);
        Map<String, String> actual = contents(target, databases);
        compare(expected, actual);
    }

    private static void compare(Map<String, String> expected, Map<String, String> actual) {
        Map<String, String> missing = new TreeMap<>(expected);
        missing.entrySet().removeAll(actual.entrySet());
        actual.entrySet().removeAll(expected.entrySet());
        assertThat(actual).as("what the target has otherwise than the source").isEqualTo(missing);
    }

    private static Map<String, String> contents(LocalDeployment deployment, int databases) {
        return Contents.of(deployment, databases, 0);
    }
}
