package dev.lockstep.sync.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalRedisException;
import dev.lockstep.local.LocalServer;
import dev.lockstep.sync.RateLimit;
import dev.lockstep.sync.SyncException;
import dev.lockstep.sync.verify.VerifyResult.Verdict;
import dev.lockstep.topology.Deployment;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;

/** Deployments of different kinds and sharding, with databases, functions, failovers and slots on the move. */
@Timeout(300)
@TestInstance(Lifecycle.PER_CLASS)
class VerifyKindsIT {

    private static final String LIBRARY =
            "#!lua name=lib\nredis.register_function('f', function(keys, args) return 1 end)";

    private LocalDeployment cluster;
    private LocalDeployment group;
    private LocalDeployment single;

    @BeforeAll
    void start() {
        cluster = LocalRedis.cluster().replicas(0).start();
        group = LocalRedis.sentinel().password("s3cret").start();
        single = LocalRedis.standalone().start();
        for (LocalDeployment servers : List.of(cluster, group, single)) {
            try (Writes writes = new Writes(servers)) {
                DataSet.write(writes);
            }
        }
    }

    @AfterAll
    void stop() {
        Stream.of(cluster, group, single).forEach(LocalDeployment::close);
    }

    private static Deployment deployment(String uri) {
        return Deployment.parse(uri).toBuilder()
                .connectTimeout(Duration.ofSeconds(5))
                .build();
    }

    private static Verify between(LocalDeployment from, LocalDeployment to) {
        return Verify.between(deployment(from.uri()), deployment(to.uri())).patience(Duration.ofMillis(500));
    }

    private static void assertEqual(VerifyResult result) {
        assertThat(result.differences()).isEmpty();
        assertThat(result.unsettledKeys()).isEmpty();
        assertThat(result.functions()).isEmpty();
        assertThat(result.doubts()).isEmpty();
        assertThat(result.verdict()).isEqualTo(Verdict.EQUAL);
    }

    private static List<String> told(VerifyResult result) {
        return result.differences().stream()
                .map(difference -> difference.database() + " " + difference.key() + ": "
                        + difference.findings().get(0).text())
                .sorted()
                .toList();
    }

    @Test
    void everyKindComparesWithEveryKind() throws InterruptedException {
        for (LocalDeployment from : List.of(cluster, group, single)) {
            for (LocalDeployment to : List.of(cluster, group, single)) {
                VerifyResult result = between(from, to).run();
                assertThat(result.keys()).isEqualTo(323);
                assertEqual(result);
            }
        }
    }

    @Test
    void aDifferenceIsFoundFromBothEnds() throws InterruptedException {
        try (Writes writes = new Writes(cluster)) {
            writes.run("SET only-here 1");
            writes.run("HSET hash:small f1 other");
            try {
                assertThat(told(between(cluster, group).run()))
                        .containsExactly("0 hash:small: value: 1 field differs", "0 only-here: missing in the target");
                assertThat(told(between(group, cluster).run()))
                        .containsExactly("0 hash:small: value: 1 field differs", "0 only-here: only in the target");
            } finally {
                writes.run("DEL only-here");
                writes.run("HSET hash:small f1 v1");
            }
        }
    }

    @Test
    void everyDatabaseThatHasKeysIsCompared() throws InterruptedException {
        try (Writes here = new Writes(single, 3);
                Writes there = new Writes(group, 3)) {
            here.run("SET same 1");
            there.run("SET same 1");
            here.run("SET other 1");
            there.run("SET other 2");
            try {
                assertThat(told(between(single, group).run())).containsExactly("3 other: value: length 1, other bytes");
                assertThat(told(between(single, cluster).run()))
                        .containsExactly("3 other: missing in the target", "3 same: missing in the target");
                assertThat(told(between(cluster, single).run()))
                        .containsExactly("3 other: only in the target", "3 same: only in the target");
                assertEqual(between(single, cluster).databases(Set.of(0)).run());
                Deployment third = deployment(single.uri() + "/3");
                Verify renumbered =
                        Verify.between(third, deployment(cluster.uri())).patience(Duration.ofMillis(500));
                assertThat(renumbered.include("same").run().verdict()).isEqualTo(Verdict.DIFFERENT);
                try (Writes zero = new Writes(cluster)) {
                    zero.run("SET same 1");
                    assertEqual(renumbered.run());
                    zero.run("DEL same");
                }
            } finally {
                here.run("FLUSHDB");
                there.run("FLUSHDB");
            }
        }
    }

    @Test
    void functionsAreCompared() throws InterruptedException {
        single.primary().command("FUNCTION", "LOAD", LIBRARY);
        try {
            assertThat(between(single, group).run().functions()).containsExactly("library lib: missing in the target");
            assertThat(between(single, cluster).run().functions()).hasSize(3);
            group.primary().command("FUNCTION", "LOAD", LIBRARY);
            assertEqual(between(single, group).run());
            group.primary().command("FUNCTION", "LOAD", "REPLACE", LIBRARY.replace("1 end", "2 end"));
            VerifyResult other = between(single, group).run();
            assertThat(other.functions()).containsExactly("library lib: other code in the target");
            assertThat(other.verdict()).isEqualTo(Verdict.DIFFERENT);
        } finally {
            single.primary().command("FUNCTION", "FLUSH");
            group.primary().command("FUNCTION", "FLUSH");
        }
    }

    @Test
    void checkpointsAreLeftOut() throws InterruptedException {
        single.primary().command("SET", "lockstep:ck:{06S}", "1");
        group.primary().command("SET", "lockstep:ck:other", "1");
        assertEqual(between(single, group).run());
    }

    @Test
    void keysWhoseSlotsMoveAreNotOverlookedAndNotAccused() throws Exception {
        List<LocalServer> primaries = cluster.primaries();
        AtomicBoolean stop = new AtomicBoolean();
        AtomicReference<LocalRedisException> failures = new AtomicReference<>();
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try (Writes writes = new Writes(single)) {
            writes.run("SET missing:{foo} 1"); // slot 12182
            Future<?> moving = threads.submit(() -> {
                while (!stop.get()) {
                    LocalServer home = cluster.primary(12_182);
                    LocalServer next = primaries.get((primaries.indexOf(home) + 1) % primaries.size());
                    try {
                        cluster.moveSlots(home, next, 12_182, 12_182).run();
                    } catch (LocalRedisException e) {
                        failures.set(e); // the nodes have not all heard of the last move yet
                    }
                }
            });
            for (int round = 0; round < 3; round++) {
                for (Verify verify : List.of(between(single, cluster), between(cluster, single))) {
                    VerifyResult result = verify.patience(Duration.ofSeconds(2)).run();
                    assertThat(result.differences()).extracting(Difference::key).containsExactly("missing:{foo}");
                    assertThat(result.unsettledKeys()).isEmpty();
                }
            }
            stop.set(true);
            moving.get();
            writes.run("DEL missing:{foo}");
        } finally {
            stop.set(true);
            threads.shutdown();
        }
    }

    @Test
    void aSweepMissesNoKeyThatMovesFromWhereItWasNotYetToWhereItWasAlready() throws Exception {
        Set<String> wanted = new HashSet<>();
        try (LocalDeployment servers = LocalRedis.cluster().replicas(0).start();
                Writes writes = new Writes(servers)) {
            for (int i = 0; i < 600; i++) {
                wanted.add("{foo}" + i); // slot 12182
            }
            for (int i = 0; i < 3_000; i++) {
                wanted.add("key" + i);
            }
            List<String> keys = List.copyOf(wanted);
            writes.pipeline(keys.size(), i -> new Object[] {"SET", keys.get(i), i});
            LocalServer home = servers.primary(12_182);
            LocalServer other = servers.primary(0);
            ClientResources resources = DefaultClientResources.create();
            ExecutorService threads = Executors.newCachedThreadPool();
            Set<String> seen = ConcurrentHashMap.newKeySet();
            AtomicReference<Future<?>> move = new AtomicReference<>();
            VerifySettings patient = VerifySettings.USUAL.withPatience(Duration.ofSeconds(60));
            try (Side side = Side.open("source", deployment(servers.uri()), resources, System::nanoTime)) {
                BitSet doubtful = new Sweep(side, 0, patient, new RateLimit(800, System::nanoTime), threads)
                        .run(page -> {
                            page.forEach(key -> seen.add(KeyText.of(key)));
                            synchronized (move) {
                                if (seen.size() > 1_000 && move.get() == null) {
                                    move.set(threads.submit(() -> servers.moveSlots(home, other, 12_182, 12_182)
                                            .run()));
                                }
                            }
                        });
                move.get().get();
                assertThat(seen).containsExactlyInAnyOrderElementsOf(wanted);
                assertThat(doubtful.isEmpty()).isTrue();
            } finally {
                threads.shutdownNow();
                resources.shutdown(0, 1, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void theSourceMayFailOverMeanwhile() throws InterruptedException {
        try (Writes here = new Writes(group);
                Writes there = new Writes(single)) {
            for (Writes side : List.of(here, there)) {
                side.pipeline(3_000, i -> new Object[] {"SET", "more:" + i, i});
            }
            here.run("WAIT 2 10000");
            LocalServer old = group.primary();
            boolean[] failed = {false};
            VerifyResult result = between(group, single)
                    .rate(1_000)
                    .patience(Duration.ofSeconds(2))
                    .listener(now -> {
                        if (!failed[0] && now.keys() > 0) {
                            failed[0] = true;
                            old.kill();
                        }
                    })
                    .run();
            assertThat(failed[0]).isTrue();
            assertEqual(result);
            assertThat(result.keys()).isGreaterThan(3_323); // the scan began again where the cursor means nothing
            old.restart();
        } finally {
            try (Writes here = new Writes(group);
                    Writes there = new Writes(single)) {
                for (Writes side : List.of(here, there)) {
                    side.pipeline(3_000, i -> new Object[] {"DEL", "more:" + i});
                }
            }
        }
    }

    @Test
    void aGroupThatDoesNotKnowHowManyItReadIsNotAccused() throws InterruptedException {
        try (Writes writes = new Writes(single)) {
            // As replicas of a 7.0 server have it
            DataSet.run(writes, "XGROUP SETID stream:groups g1 5-3");
            try {
                assertEqual(between(group, single).run());
                assertEqual(between(single, group).run());
            } finally {
                DataSet.run(writes, "XGROUP SETID stream:groups g1 5-3 ENTRIESREAD 3");
            }
        }
    }

    @Test
    void aServerThatTellsOnlyHowMuchIsLeftIsComparedByThat() throws InterruptedException {
        try (LocalDeployment old = LocalRedis.standalone()
                        .config("rename-command", "PEXPIRETIME \"\"")
                        .start();
                LocalDeployment present = LocalRedis.standalone().start();
                Writes here = new Writes(old);
                Writes there = new Writes(present)) {
            for (Writes side : List.of(here, there)) {
                side.run("SET forever 1");
                side.run("SET soon 1 PXAT " + DataSet.FAR);
                side.run("SET wrong 1 PXAT " + DataSet.FAR);
            }
            assertEqual(between(old, present).run());
            there.run("PEXPIREAT wrong " + (DataSet.FAR + 5_000));
            there.run("PEXPIREAT forever " + DataSet.FAR);
            VerifyResult result = between(old, present).run();
            assertThat(result.differences()).extracting(Difference::key).containsExactlyInAnyOrder("wrong", "forever");
            assertThat(between(present, old).run().differing()).isEqualTo(2);
        }
    }

    @Test
    void theRightsThatTheDocumentNamesAreEnough() throws IOException, InterruptedException {
        String document = Files.readString(Path.of("..", "docs", "verify.md"));
        String rule = document.lines()
                .filter(line -> line.startsWith("ACL SETUSER"))
                .findFirst()
                .orElseThrow();
        String port = ":" + single.primary().port();
        for (LocalServer server : List.of(
                single.primary(),
                cluster.primaries().get(0),
                cluster.primaries().get(1),
                cluster.primaries().get(2))) {
            server.command((rule + " +cluster|nodes" + (fieldsExpire() ? " +hpexpiretime" : "")).split(" "));
        }
        Verify verify = Verify.between(
                        deployment("redis://reader:password@127.0.0.1" + port),
                        deployment(cluster.uri().replace("://", "://reader:password@")))
                .patience(Duration.ofMillis(500));
        assertEqual(verify.run());
        cluster.primaries().forEach(server -> server.command("ACL", "SETUSER", "reader", "-hscan"));
        assertThatThrownBy(verify::run)
                .isInstanceOf(SyncException.class)
                .hasMessageContainingAll("The target redis-cluster://reader:***@", "hscan", "grant the user +hscan");
    }

    private boolean fieldsExpire() {
        return !String.valueOf(single.primary().command("COMMAND", "INFO", "HPEXPIREAT"))
                .equals("[null]");
    }

    @Test
    void anInterruptEndsIt() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> between(single, group).run()).isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
        assertThatThrownBy(() -> between(single, group)
                        .listener(now -> Thread.currentThread().interrupt())
                        .run())
                .isInstanceOf(InterruptedException.class);
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("lockstep-topology"));
    }
}
