package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Copies of some databases and some keys only. */
class SelectionIT {

    private static final Duration BOUND = Duration.ofSeconds(60);

    @TempDir
    Path spool;

    private SyncSettings settings(LocalDeployment source, LocalDeployment target) {
        return Copies.slow(source, target, spool);
    }

    /** What is selected of the source, and what the target has of its own. */
    private static void assertSelected(
            LocalDeployment source, LocalDeployment target, Selection selection, Map<String, String> own) {
        int databases = target.primaries().size() > 1 ? 1 : 3;
        Awaitility.await().atMost(BOUND).untilAsserted(() -> {
            Map<String, String> wanted = new TreeMap<>(Contents.of(source, 3, 0));
            wanted.keySet()
                    .removeIf(key -> !key.equals("functions")
                            && !selection.takes(
                                    Integer.parseInt(key.substring(0, 1)),
                                    key.substring(2).getBytes(java.nio.charset.StandardCharsets.ISO_8859_1)));
            wanted.putAll(own);
            Map<String, String> seen = Contents.of(target, databases, 0);
            seen.keySet().removeIf(key -> key.startsWith("0 " + Checkpoint.PREFIX));
            assertThat(seen).isEqualTo(wanted);
        });
    }

    private static void commands(Writer writer, int round) {
        for (String key : new String[] {"in:", "out:"}) {
            writer.send("SET", key + "string" + round, "value");
            writer.send("SET", key + "soon" + round, "value", "PX", "500000");
            for (int i = 0; i < 9; i++) {
                writer.send("RPUSH", key + "list", "element " + round + "." + i);
                writer.send("SADD", key + "set", "member " + round + "." + i);
            }
        }
        writer.send("MSET", "in:1", "1", "out:1", "2", "in:2", "3");
        writer.send("RENAME", "in:2", "out:2");
        writer.send("LMOVE", "in:list", "out:list", "LEFT", "RIGHT");
        writer.send("SMOVE", "in:set", "out:set", "member " + round + ".1");
        writer.send("SMOVE", "out:set", "in:set", "member " + round + ".2"); // is in both
        writer.send("SADD", "out:set", "only " + round);
        writer.send("SMOVE", "out:set", "in:set", "only " + round);
        writer.send("SUNIONSTORE", "out:union", "in:set", "out:set");
        writer.send("SUNIONSTORE", "in:union", "in:set", "in:nothing");
        writer.send("RENAME", "in:union", "in:renamed");
        writer.send("COPY", "in:list", "out:copy", "REPLACE");
        writer.send("DEL", "out:1", "in:1");
        writer.send("MULTI");
        writer.send("INCR", "in:count");
        writer.send("INCR", "out:count");
        writer.send("EXEC");
        writer.flush();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void keysOfPatternsAreCopiedAndTheOthersLeftAsTheyAre(int shards) throws InterruptedException {
        try (LocalDeployment source = LocalRedis.standalone().start();
                LocalDeployment target = shards == 1
                        ? LocalRedis.standalone().start()
                        : LocalRedis.cluster().shards(shards).replicas(0).start();
                Writer writer = new Writer(source);
                Writer there = new Writer(target)) {
            commands(writer, 0);
            writer.send("SET", "in:hidden", "1");
            writer.send("SET", "in:gone", "1");
            there.send("SET", "in:extra", "1");
            there.send("SET", "out:1", "own");
            there.send("SET", "in:hidden", "own");
            there.send("PEXPIREAT", "out:1", "4102444800000");
            writer.flush();
            there.flush();
            Map<String, String> own =
                    Map.of("0 out:1", "string until 4102444800000: own", "0 in:hidden", "string until -1: own");
            SyncSettings settings =
                    settings(source, target).include("in:*").exclude("*hidden").existing(Existing.REPLACE);
            Selection selection = settings.selection();
            try (Sync sync = settings.start()) {
                Copies.awaitInStep(sync, BOUND);
                assertSelected(source, target, selection, own);
                commands(writer, 1);
                assertSelected(source, target, selection, own);
                writer.send("FLUSHALL");
                commands(writer, 2);
                assertSelected(source, target, selection, own);
            }
            commands(writer, 3);
            try (Sync sync = settings.start()) {
                assertSelected(source, target, selection, own);
                assertThat(sync.progress().isInStep() || sync.awaitInStep(BOUND))
                        .isTrue();
                writer.send("RENAME", "out:count", "in:count");
                writer.flush();
                assertThatThrownBy(() -> sync.await(Duration.ofMillis(50), progress -> {}))
                        .isInstanceOf(SyncException.class)
                        .hasMessageContaining("The copy stops before offset ")
                        .hasMessageContaining("RENAME makes the key 'in:count', which is copied");
            }
        }
    }

    @Test
    void databasesAreChosenAndTheOthersLeftAsTheyAre() throws InterruptedException {
        try (LocalDeployment source = LocalRedis.standalone().start();
                LocalDeployment target = LocalRedis.standalone().start();
                Writer writer = new Writer(source);
                Writer there = new Writer(target)) {
            there.send("SET", "extra", "1");
            there.send("SELECT", "2");
            there.send("SET", "key", "own");
            there.flush();
            for (String database : new String[] {"0", "1", "2"}) {
                writer.send("SELECT", database);
                writer.send("SET", "key", "in " + database);
                writer.send("SET", "moved", "from " + database);
            }
            writer.flush();
            Map<String, String> own = Map.of("2 key", "string until -1: own");
            SyncSettings settings = settings(source, target).databases(Set.of(0, 1));
            try (Sync sync = settings.start()) {
                Copies.awaitInStep(sync, BOUND);
                assertSelected(source, target, settings.selection(), own);
                writer.send("FLUSHDB"); // 2
                writer.send("SELECT", "0");
                writer.send("MOVE", "moved", "2");
                writer.send("COPY", "key", "copied", "DB", "2");
                writer.send("COPY", "key", "copied", "DB", "1");
                writer.send("SWAPDB", "0", "1");
                writer.send("INCR", "count");
                writer.flush();
                assertSelected(source, target, settings.selection(), own);
                writer.send("FLUSHALL");
                writer.send("INCR", "count");
                writer.flush();
                assertSelected(source, target, settings.selection(), own);
            }
        }
    }

    @Test
    void aCopyOfOtherKeysIsNotGoneOnWith() throws InterruptedException {
        try (LocalDeployment source = LocalRedis.standalone().start();
                LocalDeployment target = LocalRedis.standalone().start()) {
            source.primary().command("SET", "in:1", "1");
            SyncSettings some = settings(source, target).include("in:*");
            try (Sync sync = some.start()) {
                assertThat(sync.awaitInStep(BOUND)).isTrue();
            }
            assertThatThrownBy(() -> some.exclude("*x").start())
                    .isInstanceOf(SyncException.class)
                    .hasMessageContaining("The target holds a copy of databases=all include=in:*, and now that of"
                            + " databases=all include=in:* exclude=*x was asked for");
            assertThatThrownBy(() -> settings(source, target).start()).hasMessageContaining("now that of everything");
            try (Sync sync = some.start()) {
                assertThat(sync.awaitInStep(BOUND)).isTrue();
            }
        }
    }
}
