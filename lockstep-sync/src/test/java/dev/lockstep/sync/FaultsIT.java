package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is said when the target does not take what it is given, and that the copy goes on when it does, and is exact. All of it
 * with {@code -Dlockstep.sync.faults=all}.
 */
class FaultsIT {

    private static final Duration BOUND = Duration.ofSeconds(60);

    @TempDir
    Path spool;

    private LocalDeployment source;
    private LocalDeployment target;
    private Writer writer;

    @BeforeEach
    void servers() {
        source = LocalRedis.standalone().start();
        target = LocalRedis.standalone().start();
        writer = new Writer(source);
    }

    @AfterEach
    void close() {
        writer.close();
        source.close();
        target.close();
    }

    private Sync start() {
        return Sync.from(Copying.patient(source))
                .to(Copying.patient(target))
                .spool(spool)
                .start();
    }

    private static void awaitTrouble(Sync sync, String text) {
        Awaitility.await()
                .atMost(BOUND)
                .untilAsserted(() ->
                        assertThat(sync.progress().lanes().get(0).trouble()).contains(text));
    }

    private void count(int times) {
        for (int i = 0; i < times; i++) {
            writer.send("INCR", "counter:" + i % 50);
            writer.send("RPUSH", "list:" + i % 20, "element " + i);
        }
        writer.flush();
    }

    private void goesOnAfter(Sync sync) throws InterruptedException {
        count(500);
        Copies.awaitInStep(sync, BOUND);
        SyncIT.assertEqual(source, target);
    }

    @Test
    void whatTheTargetRefusesForAWhileIsWaitedFor() throws InterruptedException {
        DataSet.write(writer, 0);
        LocalServer server = target.primary();
        try (RespSocket admin = new RespSocket(server.port());
                Sync sync = start()) {
            Copies.awaitInStep(sync, BOUND);
            server.command("CONFIG", "SET", "maxmemory", "1mb");
            count(500);
            awaitTrouble(sync, "OOM command not allowed when used memory > 'maxmemory'");
            server.command("CONFIG", "SET", "maxmemory", "0");
            goesOn(sync);
            server.command("CONFIG", "SET", "min-replicas-to-write", "1");
            count(500);
            awaitTrouble(sync, "NOREPLICAS");
            server.command("CONFIG", "SET", "min-replicas-to-write", "0");
            goesOn(sync);
            server.command("REPLICAOF", "127.0.0.1", "1");
            count(500);
            awaitTrouble(sync, "no primary that answers: ");
            server.command("REPLICAOF", "NO", "ONE");
            goesOn(sync);
            admin.ok("CONFIG", "SET", "requirepass", "another");
            goesOn(sync);
            admin.ok("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
            count(500);
            awaitTrouble(sync, "wants a password and none was given");
            admin.ok("CONFIG", "SET", "requirepass", "");
            goesOnAfter(sync);
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "lockstep.sync.faults", matches = "all")
    void theTargetHasNoMemoryLeftInTheFullCopy() throws InterruptedException {
        DataSet.write(writer, 0);
        for (int i = 0; i < 20_000; i++) {
            writer.send("SET", "filler:" + i, i + "x".repeat(300));
        }
        writer.flush();
        target.primary().command("CONFIG", "SET", "maxmemory", "3mb");
        try (Sync sync = start()) {
            awaitTrouble(sync, "OOM command not allowed when used memory > 'maxmemory'");
            Awaitility.await() // each attempt begins with something smaller, which may be refused too
                    .atMost(BOUND)
                    .until(() -> sync.progress().lanes().get(0).phase() == SyncProgress.Phase.FULL_COPY);
            count(100);
            target.primary().command("CONFIG", "SET", "maxmemory", "0");
            goesOnAfter(sync);
        }
    }

    @Test
    void theTargetHasNoMemoryLeftAtTheStart() throws InterruptedException {
        DataSet.write(writer, 0);
        target.primary().command("CONFIG", "SET", "maxmemory", "1mb");
        assertThatThrownBy(this::start).hasMessageContaining("OOM");
    }

    /** A single server that has become somebody's replica leads to its primary, which need not be anybody's target. */
    @Test
    void theTargetIsMadeAReplicaOfAServerWithOtherData() throws InterruptedException {
        DataSet.write(writer, 0);
        LocalServer server = target.primary();
        try (LocalDeployment other = LocalRedis.standalone().start()) {
            other.primary().command("SET", "other", "1");
            try (Sync sync = start()) {
                Copies.awaitInStep(sync, BOUND);
                server.command(
                        "REPLICAOF", "127.0.0.1", String.valueOf(other.primary().port()));
                assertThatThrownBy(() -> sync.await(Duration.ofMillis(50), now -> {}))
                        .isInstanceOf(SyncException.class)
                        .hasMessageContaining(
                                other.primary().port() + " does not know of this copy, and holds other data");
            }
            assertThat(other.primary().command("GET", "other")).isEqualTo("1");
            server.command("REPLICAOF", "NO", "ONE");
            try (Sync sync = start()) {
                Copies.awaitInStep(sync, BOUND);
                goesOnAfter(sync);
            }
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "lockstep.sync.faults", matches = "all")
    void thePasswordOfTheSourceChanges() throws InterruptedException {
        try (RespSocket admin = new RespSocket(source.primary().port());
                Sync sync = start()) {
            Copies.awaitInStep(sync, BOUND);
            admin.ok("CONFIG", "SET", "requirepass", "another");
            goesOn(sync);
            admin.ok("CLIENT", "KILL", "TYPE", "replica");
            admin.ok("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
            awaitTrouble(sync, "wants a password and none was given");
            admin.ok("CONFIG", "SET", "requirepass", "");
            goesOnAfter(sync);
        }
    }

    private void goesOn(Sync sync) throws InterruptedException {
        count(500);
        Copies.awaitInStep(sync, BOUND);
    }

    @Test
    void theTargetIsEmptied() throws InterruptedException {
        DataSet.write(writer, 0);
        try (Sync sync = start()) {
            Copies.awaitInStep(sync, BOUND);
            target.primary().command("FLUSHALL");
            awaitTrouble(sync, "the target was emptied");
            goesOnAfter(sync);
            target.primary().command("FLUSHALL");
            count(500); // which writes checkpoints again
            awaitTrouble(sync, "the target was emptied");
            goesOnAfter(sync);
        }
    }

    /** Of a cluster, the nodes that do not keep the records too. */
    @Test
    @EnabledIfSystemProperty(named = "lockstep.sync.faults", matches = "all")
    void aShardOfTheTargetIsEmptied() throws InterruptedException {
        DataSet.write(writer, 0);
        try (LocalDeployment cluster = LocalRedis.cluster().replicas(0).start();
                Sync sync = Sync.from(Copying.patient(source))
                        .to(Copying.patient(cluster))
                        .spool(spool)
                        .start()) {
            Copies.awaitInStep(sync, BOUND);
            cluster.primary(16_000).command("FLUSHALL");
            awaitTrouble(sync, "the target was emptied");
            count(500);
            Copies.awaitInStep(sync, BOUND);
            SyncIT.assertEqual(source, cluster);
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "lockstep.sync.faults", matches = "all")
    void theTargetComesBackWithoutItsData() throws InterruptedException {
        DataSet.write(writer, 0);
        try (Sync sync = start()) {
            Copies.awaitInStep(sync, BOUND);
            LocalServer server = target.primary();
            server.kill();
            server.restartEmpty();
            goesOnAfter(sync);
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "lockstep.sync.faults", matches = "all")
    void somebodyElseWritesToTheTarget() throws InterruptedException {
        DataSet.write(writer, 0);
        count(100);
        try (Sync sync = start()) {
            Copies.awaitInStep(sync, BOUND);
            target.primary().command("DEL", "list:1");
            target.primary().command("SET", "list:1", "somebody's");
            count(100);
            SyncIT.assertEqual(source, target);
            goesOnAfter(sync);
        }
    }

    @Test
    void theSourceIsFlushedUnderLoad() throws InterruptedException {
        DataSet.write(writer, 20);
        try (Sync sync = start()) {
            for (int round = 0; round < 6; round++) {
                count(100);
                flush(round);
                count(30);
            }
            Copies.awaitInStep(sync, BOUND);
            for (int round = 0; round < 6; round++) {
                count(100);
                flush(round);
                count(30);
            }
            goesOnAfter(sync);
        }
    }

    private void flush(int way) {
        switch (way % 6) {
            case 0 -> writer.send("FLUSHALL");
            case 1 -> writer.send("FLUSHDB", "ASYNC");
            case 2 -> {
                writer.send("MULTI");
                writer.send("INCR", "counter:1");
                writer.send("FLUSHALL");
                writer.send("INCR", "counter:1");
                writer.send("EXEC");
            }
            case 3 ->
                writer.send(
                        "EVAL",
                        "redis.call('INCR', 'counter:2') redis.call('FLUSHDB') redis.call('RPUSH', 'list:2', 'x')",
                        "0");
            case 4 -> {
                writer.send("SELECT", "1");
                writer.send("SET", "other", "database");
                writer.send("FLUSHDB");
                writer.send("SET", "another", "database");
                writer.send("SELECT", "0");
            }
            default -> writer.send("EVAL", "redis.call('FLUSHALL')", "0");
        }
    }
}
