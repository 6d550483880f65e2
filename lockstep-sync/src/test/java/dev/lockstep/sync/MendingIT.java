package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys of a target that are not what the source's stream expects, as if they had expired there: each is copied again. */
class MendingIT {

    private static final Duration BOUND = Duration.ofSeconds(60);

    @TempDir
    Path spool;

    private Sync start(LocalDeployment source, LocalDeployment target) throws InterruptedException {
        return Copies.inStep(Copies.between(source, target, spool), BOUND);
    }

    /** What a target's own clock may do to a key. */
    private static void lose(Writer target, String... keys) {
        for (String key : keys) {
            target.send("DEL", key);
        }
        target.flush();
    }

    private static void checkMended(LocalDeployment source, LocalDeployment target) {
        SyncIT.assertEqual(source, target);
        assertThat(Copies.fullCopies(List.of(source.primary()))).isEqualTo("sync_full:1");
    }

    @Test
    void whatARenewalDoesNotFindIsCopiedAgain() throws InterruptedException {
        try (LocalDeployment source = LocalRedis.standalone().start();
                LocalDeployment target = LocalRedis.standalone().start();
                Writer writer = new Writer(source);
                Writer there = new Writer(target)) {
            writer.send("SET", "lost", "value", "PX", "600000");
            writer.send("HSET", "retyped", "field", "value");
            writer.send("SADD", "set", "a", "b");
            writer.send("SADD", "other", "c");
            writer.send("SELECT", "1");
            writer.send("RPUSH", "list", "a", "b", "c");
            writer.flush();
            try (Sync sync = start(source, target)) {
                lose(there, "lost", "retyped", "set");
                there.send("SET", "retyped", "no hash");
                there.send("SELECT", "1");
                lose(there, "list");
                writer.send("LPOP", "list");
                writer.send("SELECT", "0");
                writer.send("PEXPIRE", "lost", "700000");
                writer.send("HSET", "retyped", "another", "value");
                writer.send("MULTI");
                writer.send("SREM", "set", "a");
                writer.send("SUNIONSTORE", "made", "set", "other");
                writer.send("COPY", "made", "again", "DB", "1");
                writer.send("EXEC");
                writer.send("SUNIONSTORE", "made of that", "made");
                writer.flush();
                checkMended(source, target);
                Awaitility.await()
                        .atMost(BOUND)
                        .untilAsserted(() -> assertThat(target.primary().command("SCARD", DoubtStore.KEY))
                                .isEqualTo(0L));
                assertThat(sync.progress().isInStep()).isTrue();
            }
        }
    }

    @Test
    void soItIsWhereSlotsAreCrossed() throws InterruptedException {
        try (LocalDeployment source = LocalRedis.standalone().start();
                LocalDeployment target = LocalRedis.cluster().replicas(0).start();
                Writer writer = new Writer(source);
                Writer there = new Writer(target)) {
            for (String key : new String[] {"a", "b", "c", "d"}) {
                writer.send("RPUSH", "from " + key, "1", "2", "3");
                writer.send("RPUSH", "to " + key, "4");
            }
            writer.send("SADD", "set", "a", "b");
            writer.flush();
            try (Sync sync = start(source, target)) {
                lose(there, "from a", "from b", "set");
                writer.send("RENAME", "from a", "renamed");
                writer.send("LMOVE", "from b", "to b", "LEFT", "RIGHT");
                writer.send("SREM", "set", "a");
                writer.send("SUNIONSTORE", "made", "set");
                writer.send("RENAME", "made", "and renamed");
                writer.send("LMOVE", "from c", "to c", "LEFT", "RIGHT");
                writer.flush();
                checkMended(source, target);
                assertThat(sync.progress().isInStep()).isTrue();
            }
        }
    }

    @Test
    void aSourceClusterIsAskedShardByShard() throws InterruptedException {
        try (LocalDeployment source = LocalRedis.cluster().replicas(0).start();
                LocalDeployment target = LocalRedis.standalone().start();
                Writer writer = new Writer(source);
                Writer there = new Writer(target)) {
            for (int i = 0; i < 100; i++) {
                writer.send("RPUSH", "list:" + i, "1", "2");
            }
            writer.flush();
            try (Sync sync = start(source, target)) {
                for (int i = 0; i < 100; i += 2) {
                    lose(there, "list:" + i);
                }
                for (int i = 0; i < 100; i++) {
                    writer.send("LPOP", "list:" + i);
                }
                writer.flush();
                SyncIT.assertEqual(source, target);
                assertThat(sync.progress().isInStep()).isTrue();
            }
        }
    }

    @Test
    void whatWasInDoubtWhenAProcessDiedStillIs() throws InterruptedException {
        try (LocalDeployment source = LocalRedis.standalone().start();
                LocalDeployment target = LocalRedis.standalone().start();
                Writer writer = new Writer(source);
                Writer there = new Writer(target)) {
            writer.send("SET", "in doubt", "value");
            writer.send("SELECT", "1");
            writer.send("RPUSH", "in doubt", "a", "b");
            writer.flush();
            start(source, target).close();
            there.send("SET", "in doubt", "something else");
            there.send("SADD", DoubtStore.KEY, "1 0 in doubt", "1 1 in doubt", "2 0 of another shard");
            there.send("SELECT", "1");
            there.send("DEL", "in doubt");
            there.flush();
            try (Sync sync = start(source, target)) {
                checkMended(source, target);
                assertThat(sync.progress().isInStep()).isTrue();
                Awaitility.await()
                        .atMost(BOUND)
                        .untilAsserted(() -> assertThat(target.primary().command("SCARD", DoubtStore.KEY))
                                .isEqualTo(1L));
            }
        }
    }

    /** With {@code -Dlockstep.server-bin=FILE} of a server from 7.4 on. */
    @Test
    void fieldsOfHashesThatExpiredHereAreCopiedAgain() throws InterruptedException {
        try (LocalDeployment source = LocalRedis.standalone().start()) {
            assumeTrue(source.primary().command("COMMAND", "INFO", "HPEXPIRE") instanceof List<?> known
                    && known.get(0) != null);
            try (LocalDeployment target = LocalRedis.standalone().start();
                    Writer writer = new Writer(source);
                    Writer there = new Writer(target)) {
                writer.send("HSET", "hash", "gone", "1", "there", "2");
                writer.send("HSET", "all", "gone", "1");
                writer.flush();
                try (Sync sync = start(source, target)) {
                    for (int i = 0; i < 5; i++) {
                        there.send("HDEL", "hash", "gone");
                        lose(there, "all");
                        writer.send("HPEXPIRE", "hash", "60000" + i, "FIELDS", "2", "gone", "there");
                        writer.send("HPEXPIRE", "all", "60000" + i, "FIELDS", "1", "gone");
                        writer.flush();
                        checkMended(source, target);
                    }
                    assertThat(sync.progress().isInStep()).isTrue();
                }
            }
        }
    }

    @Test
    void itGoesOnWhileTheSourceIsWrittenTo() throws InterruptedException {
        try (LocalDeployment source = LocalRedis.standalone().start();
                LocalDeployment target = LocalRedis.cluster().replicas(0).start();
                Writer writer = new Writer(source);
                Writer there = new Writer(target)) {
            AtomicBoolean over = new AtomicBoolean();
            Thread writing = new Thread(() -> {
                for (int i = 0; !over.get(); i++) {
                    writer.send("INCR", "counter:" + i % 7);
                    writer.send("RPUSH", "list:" + i % 5, "element " + i);
                    writer.send("LMOVE", "list:" + i % 5, "list:" + (i + 1) % 5, "LEFT", "RIGHT");
                    writer.send("PEXPIRE", "counter:" + i % 7, "600000");
                    writer.send("SUNIONSTORE", "union:" + i % 3, "set:" + i % 2, "set:" + (i + 1) % 2);
                    writer.send("SADD", "set:" + i % 2, "member " + i % 100);
                    writer.send("SREM", "set:" + i % 2, "member " + i * 7L % 100);
                    if (i % 10 == 0) {
                        writer.flush();
                        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
                    }
                }
                writer.flush();
            });
            writing.start();
            try (Sync sync = start(source, target)) {
                for (int i = 0; i < 20; i++) {
                    lose(there, "list:" + i % 5, "counter:" + i % 7, "set:" + i % 2);
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
                }
                over.set(true);
                writing.join();
                writer.send("SET", "last", "value");
                writer.flush();
                Awaitility.await()
                        .atMost(BOUND)
                        .until(() -> target.primaries().stream()
                                .anyMatch(node -> String.valueOf(node.command("KEYS", "last"))
                                        .contains("last")));
                // What re-made itself is told by nothing: so each is renewed once, as if its time had been put off.
                for (int i = 0; i < 7; i++) {
                    for (String key : List.of("counter:" + i, "list:" + i, "set:" + i, "union:" + i)) {
                        lose(there, key);
                        writer.send("PEXPIRE", key, "700000");
                    }
                }
                writer.flush();
                assertThat(sync.progress().lanes()).hasSize(1);
                SyncIT.assertEqual(source, target);
            } finally {
                over.set(true);
                writing.join();
            }
        }
    }
}
