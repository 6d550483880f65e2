package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The end of a copy at which the application goes over, while it writes. */
class CutOverIT {

    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final Duration HOLD = Duration.ofSeconds(12);

    @TempDir
    Path spool;

    private Sync start(LocalDeployment source, LocalDeployment target) {
        return Copies.slow(source, target, spool).start();
    }

    private static Map<String, String> contents(LocalDeployment deployment) {
        return Contents.of(deployment, 1, 0);
    }

    private static LocalDeployment source(String kind) {
        return switch (kind) {
            case "standalone" -> LocalRedis.standalone().start();
            case "sentinel" ->
                LocalRedis.sentinel().downAfter(Duration.ofSeconds(30)).start();
            default -> LocalRedis.cluster().start();
        };
    }

    /** Writers that each count what was acknowledged to them, one call at a time. */
    private static final class Load implements AutoCloseable {
        final AtomicLong[] acknowledged = new AtomicLong[3];
        private final List<Thread> threads = new ArrayList<>();
        private volatile boolean over;

        Load(LocalDeployment source) {
            for (int i = 0; i < acknowledged.length; i++) {
                int number = i;
                acknowledged[i] = new AtomicLong();
                Thread thread = new Thread(() -> {
                    try (Writer writer = new Writer(source)) {
                        while (!over) {
                            writer.send("RPUSH", "list:" + number, "element " + acknowledged[number]);
                            writer.flush();
                            acknowledged[number].incrementAndGet();
                        }
                    }
                });
                threads.add(thread);
                thread.start();
            }
        }

        @Override
        public void close() {
            end();
        }

        void end() {
            over = true;
            for (Thread thread : threads) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"standalone", "sentinel", "cluster"})
    void nothingThatWasAcknowledgedIsMissingInTheTarget(String kind) throws InterruptedException {
        try (LocalDeployment source = source(kind);
                LocalDeployment target =
                        LocalRedis.cluster().shards(2).replicas(0).start();
                Writer writer = new Writer(source);
                Load load = new Load(source);
                Sync sync = start(source, target)) {
            for (int i = 0; i < 300; i++) {
                writer.send("SET", "key:" + i, "value", "PX", String.valueOf(600_000 + i));
            }
            writer.flush();
            AtomicReference<Map<String, String>> before = new AtomicReference<>(Map.of());
            CutOver end = sync.cutOver(
                    HOLD,
                    () -> {
                        before.set(contents(source));
                        return true;
                    },
                    text -> {});
            long[] acknowledged = new long[load.acknowledged.length];
            for (int i = 0; i < acknowledged.length; i++) {
                acknowledged[i] = load.acknowledged[i].get();
            }
            Map<String, String> there = contents(target);
            assertThat(contents(source)).as("it takes no writes yet").isEqualTo(before.get());
            assertThat(end.done()).isTrue();
            assertThat(end.held()).isEqualTo(HOLD);
            assertThat(there).as("and no keys of the copy").isEqualTo(before.get());
            for (int i = 0; i < acknowledged.length; i++) {
                assertThat(acknowledged[i]).isPositive();
                assertThat(there.get("0 list:" + i))
                        .contains("[element " + 0 + " ", " element " + (acknowledged[i] - 1) + " ");
            }
            assertThatThrownBy(() -> sync.await(Duration.ofMillis(1), progress -> {
                        throw new IllegalStateException("ended here");
                    }))
                    .as("it has not failed")
                    .hasMessage("ended here");
            // The source takes writes again, and nobody copies them.
            source.primaries().forEach(primary -> primary.command("CLIENT", "UNPAUSE"));
            Awaitility.await().atMost(BOUND).until(() -> load.acknowledged[0].get() > acknowledged[0] + 5);
            assertThat(contents(target)).isEqualTo(there);
        }
    }

    @Test
    void whereTheTwoDifferTheSourceTakesWritesAgainAndIsCopiedOn() throws InterruptedException {
        try (LocalDeployment source = LocalRedis.standalone().start();
                LocalDeployment target = LocalRedis.standalone().start();
                Load load = new Load(source);
                Sync sync = start(source, target)) {
            CutOver end = sync.cutOver(HOLD, () -> false, text -> {});
            long acknowledged = load.acknowledged[0].get();
            assertThat(end.done()).isFalse();
            assertThat(end.held()).isZero();
            Awaitility.await().atMost(Duration.ofSeconds(8)).until(() -> load.acknowledged[0].get() > acknowledged + 5);
            load.end();
            SyncIT.assertEqual(source, target);
            assertThat(target.primary().command("EXISTS", TargetStore.RECORDS)).isEqualTo(1L);
        }
    }

    @Test
    void aTargetThatIsEmptiedWhileItIsComparedIsNotGoneOverTo() throws InterruptedException {
        try (LocalDeployment source = LocalRedis.standalone().start();
                LocalDeployment target = LocalRedis.standalone().start();
                Load load = new Load(source);
                Sync sync = start(source, target)) {
            List<String> told = new ArrayList<>();
            assertThatThrownBy(() -> sync.cutOver(
                            HOLD,
                            () -> {
                                target.primary().command("FLUSHALL");
                                return true;
                            },
                            told::add))
                    .isInstanceOf(SyncException.class)
                    .hasMessageContaining("The target was ")
                    .hasMessageContaining("The source takes writes again")
                    .hasMessageContaining("start");
            long acknowledged = load.acknowledged[0].get();
            Awaitility.await().atMost(Duration.ofSeconds(8)).until(() -> load.acknowledged[0].get() > acknowledged + 5);
            assertThat(told).hasSize(2);
        }
    }

    @Test
    void aPrimaryThatIsGoneMeanwhileCallsItOff() throws InterruptedException {
        try (LocalDeployment source = LocalRedis.cluster().shards(2).replicas(1).start();
                LocalDeployment target = LocalRedis.standalone().start();
                Sync sync = start(source, target)) {
            LocalServer other = source.primaries().get(1);
            assertThatThrownBy(() -> sync.cutOver(
                            HOLD,
                            () -> {
                                other.kill();
                                return true;
                            },
                            text -> {}))
                    .isInstanceOf(SyncException.class)
                    .hasMessageContaining("The source may have taken writes again: ")
                    .hasMessageContaining("The cut-over is called off");
            assertThat(target.primary().command("EXISTS", TargetStore.RECORDS)).isEqualTo(1L);
        }
    }

    @Test
    void whoIsInterruptedLetsTheSourceGo() throws InterruptedException {
        try (LocalDeployment source = LocalRedis.standalone().start();
                LocalDeployment target = LocalRedis.standalone().start();
                Sync sync = start(source, target);
                Writer writer = new Writer(source)) {
            CountDownLatch proving = new CountDownLatch(1);
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread thread = new Thread(() -> {
                try {
                    sync.cutOver(
                            HOLD,
                            () -> {
                                proving.countDown();
                                new CountDownLatch(1).await();
                                return true;
                            },
                            text -> {});
                } catch (Throwable e) {
                    thrown.set(e);
                }
            });
            thread.start();
            proving.await();
            long begun = System.nanoTime();
            thread.interrupt();
            thread.join();
            assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
            writer.send("INCR", "count");
            writer.flush();
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .as("sooner than the pause ends by itself")
                    .isLessThan(Duration.ofSeconds(7));
            SyncIT.assertEqual(source, target);
        }
    }

    @Test
    void sentinelsThatWouldReplaceAPausedPrimaryAreNamed() throws InterruptedException {
        try (LocalDeployment source = LocalRedis.sentinel().start();
                LocalDeployment target = LocalRedis.standalone().start();
                Sync sync = start(source, target)) {
            assertThatThrownBy(() -> sync.cutOver(HOLD, () -> true, text -> {}))
                    .isInstanceOf(SyncException.class)
                    .hasMessageContaining("dead after 1000 ms; expected at least 15000")
                    .hasMessageContaining("SENTINEL SET mymaster down-after-milliseconds 30000");
        }
    }
}
