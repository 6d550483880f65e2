package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The proof of the table: what clients did to a source, as the source tells it to its replicas, and carried out as the table
 * says, makes a target equal; and on the way there is no reply that the table takes for a divergence.
 */
class ReplicationStreamIT {

    private static final Pattern OFFSET = Pattern.compile("master_repl_offset:(\\d+)");

    private static LocalRedis plan() {
        return LocalRedis.standalone().config("enable-debug-command", "yes");
    }

    @Test
    void a_target_of_one_shard_becomes_equal_in_all_databases() {
        try (LocalDeployment source = plan().start();
                LocalDeployment target = plan().start()) {
            int port = target.primary().port();
            try (Replay replay = new Replay(new TargetShape(false, 16), List.of(port), slot -> port);
                    StreamTap tap = new StreamTap(source.primary().port())) {
                ClientCommands clients = new ClientCommands(source.primary().port());

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
            }
        }
    }

    @Test
    void a_cluster_becomes_equal_though_its_keys_lie_in_many_slots() {
        try (LocalDeployment source = plan().start();
                LocalDeployment target =
                        LocalRedis.cluster().shards(3).replicas(0).start()) {
            List<Integer> ports =
                    target.primaries().stream().map(LocalServer::port).toList();
            try (Replay replay = new Replay(
                            new TargetShape(true, 1),
                            ports,
                            slot -> target.primary(slot).port());
                    StreamTap tap = new StreamTap(source.primary().port())) {
                ClientCommands clients = new ClientCommands(source.primary().port());

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

    /** The other half of "no reply is taken for a divergence": a reply of a target that lacks the key is. */
    @Test
    void what_hits_nothing_on_the_target_is_answered_otherwise_than_expected() {
        try (LocalDeployment target = plan().start()) {
            int port = target.primary().port();
            try (Replay replay = new Replay(new TargetShape(false, 16), List.of(port), slot -> port);
                    RespSocket client = new RespSocket(port)) {
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
        Map<String, String> missing = new TreeMap<>(expected);
        missing.entrySet().removeAll(actual.entrySet());
        actual.entrySet().removeAll(expected.entrySet());
        assertThat(actual).as("what the target has otherwise than the source").isEqualTo(missing);
    }

    private static Map<String, String> contents(LocalDeployment deployment, int databases) {
        boolean tellsEntriesRead = !deployment.serverVersion().contains(" 7.0");
        return Contents.of(
                deployment.primaries().stream().map(LocalServer::port).toList(), databases, tellsEntriesRead);
    }
}
