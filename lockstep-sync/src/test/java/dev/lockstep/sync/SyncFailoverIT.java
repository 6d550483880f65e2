package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies that go on while primaries die, on either side. */
class SyncFailoverIT {

    private static final Duration BOUND = Duration.ofSeconds(90);

    @TempDir
    Path spool;

    private Sync start(LocalDeployment source, LocalDeployment target) throws InterruptedException {
        return Copies.inStep(Copies.between(source, target, spool), BOUND);
    }

    private static void writeSome(LocalDeployment source, int round) {
        try (Writer writer = new Writer(source)) {
            DataSet.write(writer, round);
        }
        count(source, round);
    }

    private static void count(LocalDeployment source, int round) {
        try (Writer writer = new Writer(source)) {
            for (int i = 0; i < 2_000; i++) {
                writer.send("INCR", "counter:" + i % 100);
                writer.send("RPUSH", "list:" + i % 50, round + "." + i);
            }
        }
    }

    private static void failOver(LocalDeployment deployment, LocalServer old) {
        old.kill();
        Awaitility.await().atMost(BOUND).ignoreExceptions().until(() -> {
            boolean all = true;
            for (LocalServer primary : deployment.primaries()) {
                all &= !primary.equals(old) && "PONG".equals(primary.command("PING"));
            }
            return all;
        });
    }

    @Test
    void theSourceFailsOver() throws InterruptedException {
        try (LocalDeployment source = LocalRedis.sentinel().start();
                LocalDeployment target = LocalRedis.cluster().replicas(0).start()) {
            writeSome(source, 0);
            try (Sync sync = start(source, target)) {
                writeSome(source, 1);
                LocalServer old = source.primary();
                failOver(source, old);
                writeSome(source, 2);
                old.restart();
                SyncIT.assertEqual(source, target);
                assertThat(sync.progress().lanes()).hasSize(1);
            }
        }
    }

    @Test
    void aGroupThatIsTheTargetFailsOver() throws InterruptedException {
        try (LocalDeployment source = LocalRedis.standalone().start();
                LocalDeployment target = LocalRedis.sentinel().start()) {
            writeSome(source, 0);
            try (Sync sync = start(source, target)) {
                writeSome(source, 1);
                LocalServer old = target.primary();
                failOver(target, old);
                writeSome(source, 2);
                old.restart();
                writeSome(source, 3);
                SyncIT.assertEqual(source, target);
                assertThat(sync.progress().lanes()).hasSize(1);
            }
        }
    }

    @Test
    void aShardOfTheTargetFailsOver() throws InterruptedException {
        try (LocalDeployment source = LocalRedis.standalone().start();
                LocalDeployment target = LocalRedis.cluster().start()) {
            writeSome(source, 0);
            try (Sync sync = start(source, target)) {
                writeSome(source, 1);
                LocalServer old = target.primary(0);
                failOver(target, old);
                writeSome(source, 2);
                SyncIT.assertEqual(source, target);
                assertThat(sync.progress().lanes()).hasSize(1);
            }
        }
    }

    @Test
    void slotsOfTheTargetMove() throws InterruptedException {
        try (LocalDeployment source = LocalRedis.standalone().start();
                LocalDeployment target = LocalRedis.cluster().replicas(0).start()) {
            count(source, 0); // nothing that expires: MIGRATE itself shifts times by a millisecond or so
            try (Sync sync = start(source, target)) {
                Thread writing = new Thread(() -> {
                    for (int round = 1; round < 40; round++) {
                        count(source, round);
                    }
                });
                writing.start();
                assertThat(target.moveSlots(target.primary(0), target.primary(16_000), 0, 400)
                                .run())
                        .isTrue();
                writing.join();
                SyncIT.assertEqual(source, target);
                assertThat(sync.progress().lanes()).hasSize(1);
            }
        }
    }
}
