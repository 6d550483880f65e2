package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole copies between real servers. */
class SyncIT {

    private static final Duration BOUND = Duration.ofSeconds(60);

    @TempDir
    Path spool;

    private Sync start(LocalDeployment source, LocalDeployment target) {
        return Copies.between(source, target, spool).start();
    }

    static void assertEqual(LocalDeployment source, LocalDeployment target) {
        Awaitility.await().atMost(BOUND).ignoreExceptions().untilAsserted(() -> {
            Map<String, String> wanted = contents(source);
            Map<String, String> seen = contents(target);
            TreeMap<String, String> missing = new TreeMap<>(wanted);
            missing.entrySet().removeAll(seen.entrySet());
            TreeMap<String, String> extra = new TreeMap<>(seen);
            extra.entrySet().removeAll(wanted.entrySet());
            assertThat(missing.isEmpty() ? "" : missing.firstEntry() + " of " + missing.size())
                    .isEqualTo(extra.isEmpty() ? "" : extra.firstEntry() + " of " + extra.size());
        });
    }

    private static Map<String, String> contents(LocalDeployment deployment) {
        Map<String, String> all = Contents.of(deployment, deployment.primaries().size() > 1 ? 1 : 2, 0);
        all.keySet().removeIf(key -> key.startsWith("0 " + Checkpoint.PREFIX));
        return all;
    }

    @Test
    void oneServerIsCopiedToAnother() throws InterruptedException {
        try (LocalDeployment source = LocalRedis.standalone().start();
                LocalDeployment target = LocalRedis.standalone().start();
                Writer writer = new Writer(source)) {
            DataSet.write(writer, 0);
            target.primary().command("SET", "extra", "1");
            try (Sync sync = start(source, target)) {
                Copies.awaitInStep(sync, BOUND);
                assertEqual(source, target);
                DataSet.write(writer, 1);
                DataSet.change(writer);
                DataSet.cross(writer);
                assertEqual(source, target);
                assertThat(target.primary().command("EXISTS", "extra")).isEqualTo(0L);
                writer.send("FLUSHALL");
                DataSet.write(writer, 2);
                assertEqual(source, target);
            }
        }
    }

    @Test
    void oneServerIsCopiedToACluster() throws InterruptedException {
        try (LocalDeployment source = LocalRedis.standalone().start();
                LocalDeployment target = LocalRedis.cluster().replicas(0).start();
                Writer writer = new Writer(source)) {
            DataSet.write(writer, 0);
            try (Sync sync = start(source, target)) {
                Copies.awaitInStep(sync, BOUND);
                DataSet.write(writer, 1);
                DataSet.change(writer);
                DataSet.cross(writer);
                assertEqual(source, target);
                writer.send("FLUSHALL");
                DataSet.write(writer, 2);
                assertEqual(source, target);
            }
        }
    }

    @Test
    void aClusterIsCopiedToAGroup() throws InterruptedException {
        try (LocalDeployment source = LocalRedis.cluster().start();
                LocalDeployment target = LocalRedis.sentinel().start();
                Writer writer = new Writer(source)) {
            DataSet.write(writer, 0);
            try (Sync sync = start(source, target)) {
                Copies.awaitInStep(sync, BOUND);
                DataSet.write(writer, 1);
                DataSet.change(writer);
                assertEqual(source, target);
            }
        }
    }

    @Test
    void aCopyThatWasStoppedGoesOnWhereItWas() throws InterruptedException {
        try (LocalDeployment source = LocalRedis.standalone().start();
                LocalDeployment target =
                        LocalRedis.cluster().shards(3).replicas(0).start();
                Writer writer = new Writer(source)) {
            DataSet.write(writer, 0);
            try (Sync sync = start(source, target)) {
                Copies.awaitInStep(sync, BOUND);
            }
            DataSet.write(writer, 1);
            DataSet.change(writer);
            String copies = Copies.fullCopies(List.of(source.primary()));
            try (Sync sync = start(source, target)) {
                assertEqual(source, target);
                assertThat(Copies.fullCopies(List.of(source.primary()))).isEqualTo(copies);
                assertThat(sync.progress().lanes()).hasSize(1);
            }
        }
    }

    @Test
    void severalDatabasesAreCopiedEachToItsOwn() throws InterruptedException {
        try (LocalDeployment source = LocalRedis.standalone().replicas(1).start();
                LocalDeployment target = LocalRedis.standalone().start();
                Writer writer = new Writer(source)) {
            writer.send("SET", "k", "in 0");
            writer.send("SELECT", "1");
            writer.send("SET", "k", "in 1");
            writer.send("SET", "only", "in 1");
            writer.flush();
            target.primary().command("SET", "extra", "1");
            try (Sync sync = start(source, target)) {
                writer.send("SET", "while", "it is copied"); // the stream of a replica does not say where
                writer.flush();
                Copies.awaitInStep(sync, BOUND);
                writer.send("INCR", "count");
                writer.send("SELECT", "0");
                writer.send("INCR", "count");
                writer.send("SWAPDB", "0", "1");
                writer.send("MOVE", "only", "1");
                writer.flush();
                assertEqual(source, target);
            }
        }
    }

    @Test
    void aFlushIsNotRepeatedOverWhatCameBehindIt() throws InterruptedException {
        try (LocalDeployment source = LocalRedis.standalone().start();
                LocalDeployment target = LocalRedis.cluster().replicas(0).start();
                Writer writer = new Writer(source)) {
            DataSet.write(writer, 0);
            try (Sync sync = start(source, target)) {
                Copies.awaitInStep(sync, BOUND);
                for (int i = 0; i < 20; i++) {
                    writer.send("FLUSHALL");
                    for (int key = 0; key < 50; key++) {
                        writer.send("SET", "after:" + key, String.valueOf(i));
                    }
                    writer.flush();
                    LocalServer one = target.primaries().get(i % 3);
                    one.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
                }
                assertEqual(source, target);
            }
        }
    }

    @Test
    void aSecondProcessIsRefusedWithTheNameOfTheFirst(@TempDir Path other) throws InterruptedException {
        try (LocalDeployment source = LocalRedis.standalone().start();
                LocalDeployment target = LocalRedis.standalone().start();
                Sync first = start(source, target)) {
            assertThat(first.awaitInStep(BOUND)).isTrue();
            spool = other;
            assertThatThrownBy(() -> start(source, target))
                    .isInstanceOf(SyncException.class)
                    .hasMessageContaining("Another process keeps this target: process "
                            + ProcessHandle.current().pid());
        }
    }
}
