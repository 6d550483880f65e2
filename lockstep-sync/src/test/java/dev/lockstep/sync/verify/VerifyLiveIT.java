package dev.lockstep.sync.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.topology.Deployment;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A primary that is written to without a pause, and its replica, which is its copy by nature. */
@Timeout(300)
class VerifyLiveIT {

    private static final int KEYS = 3_000;

    /** Writes of all kinds, a counter in the middle of them that never rests, until it is closed. */
    private static final class Load implements AutoCloseable {
        private final AtomicBoolean stop = new AtomicBoolean();
        private final AtomicLong writes = new AtomicLong();
        private final AtomicReference<Throwable> failure = new AtomicReference<>();
        private final Thread thread;

        Load(LocalDeployment servers) {
            thread = new Thread(() -> {
                try (Writes to = new Writes(servers)) {
                    Random random = new Random(11);
                    while (!stop.get()) {
                        to.pipeline(200, i -> i == 0 ? new Object[] {"INCR", "hot"} : one(random));
                        writes.addAndGet(200);
                    }
                } catch (RuntimeException e) {
                    failure.set(e);
                }
            });
            thread.start();
        }

        static Object[] one(Random random) {
            int key = random.nextInt(KEYS);
            return switch (random.nextInt(9)) {
                case 0 -> new Object[] {"SET", "s" + key, random.nextInt()};
                case 1 -> new Object[] {"SET", "s" + key, "v", "PX", 1 + random.nextInt(3_000)};
                case 2 -> new Object[] {"DEL", "s" + key};
                case 3 -> new Object[] {"RPUSH", "l" + key % 50, random.nextInt()};
                case 4 -> new Object[] {"LPOP", "l" + key % 50};
                case 5 -> new Object[] {"HSET", "h" + key, "f" + random.nextInt(9), random.nextInt()};
                case 6 -> new Object[] {"ZINCRBY", "z" + key, 0.1, "m" + random.nextInt(5)};
                case 7 -> new Object[] {"SADD", "u" + key, random.nextInt(50)};
                default -> new Object[] {"XADD", "x" + key % 100, "MAXLEN", 50, "*", "f", random.nextInt()};
            };
        }

        @Override
        public void close() {
            stop.set(true);
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            assertThat(failure.get()).isNull();
        }
    }

    private static Verify verify(LocalDeployment servers) {
        Deployment primary = Deployment.parse(servers.uri()).toBuilder()
                .connectTimeout(Duration.ofSeconds(5))
                .build();
        Deployment replica = primary.toBuilder()
                .seed(
                        servers.replicas().get(0).host(),
                        servers.replicas().get(0).port())
                .build();
        return Verify.between(primary, replica);
    }

    @Test
    void aTrueCopyIsNeverAccusedWhileItIsWrittenTo() throws InterruptedException {
        try (LocalDeployment servers = LocalRedis.standalone().replicas(1).start()) {
            VerifyResult live;
            try (Load load = new Load(servers)) {
                await().atMost(Duration.ofSeconds(60)).until(() -> load.writes.get() > 20_000);
                live = verify(servers).patience(Duration.ofSeconds(5)).run();
            }
            assertThat(live.differences()).isEmpty();
            assertThat(live.keys()).isGreaterThan(KEYS);
            assertThat(live.verdict())
                    .isNotEqualTo(VerifyResult.Verdict.DIFFERENT); // unsettled by what is hot, or equal

            VerifyResult calm = verify(servers).patience(Duration.ofSeconds(5)).run();
            assertThat(calm.differences()).isEmpty();
            assertThat(calm.unsettledKeys()).isEmpty();
            assertThat(calm.verdict()).isEqualTo(VerifyResult.Verdict.EQUAL);
        }
    }

    @Test
    void whatTheCopyLacksIsFoundWhileItIsWrittenTo() throws InterruptedException {
        try (LocalDeployment servers = LocalRedis.standalone().replicas(1).start()) {
            try (Load load = new Load(servers)) {
                await().atMost(Duration.ofSeconds(60)).until(() -> load.writes.get() > 5_000);
                servers.primary().command("MSET", "lost", "1", "changed", "1", "kept", "1");
                servers.primary().command("SADD", "set", "a", "b");
                var replica = servers.replicas().get(0);
                await().until(() -> "1".equals(replica.command("GET", "kept")));
                replica.command("CONFIG", "SET", "replica-read-only", "no");
                replica.command("DEL", "lost");
                replica.command("SET", "changed", "2");
                replica.command("SREM", "set", "a");
                replica.command("SET", "made-up", "1");
                VerifyResult result =
                        verify(servers).patience(Duration.ofSeconds(5)).run();
                assertThat(result.differences())
                        .extracting(difference -> difference.key() + ": "
                                + difference.findings().get(0).text())
                        .containsExactlyInAnyOrderElementsOf(List.of(
                                "lost: missing in the target",
                                "changed: value: length 1, other bytes",
                                "set: value: 1 member is missing in the target",
                                "made-up: only in the target"));
            }
        }
    }
}
