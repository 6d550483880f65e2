package dev.lockstep.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SentinelIT {
    private static final Duration BOUND = Duration.ofSeconds(60);

    @Test
    void isCompleteOnceStarted() {
        try (LocalDeployment redis = LocalRedis.sentinel().start()) {
            assertThat(redis.primary()).isEqualTo(redis.server("node-1"));
            assertThat(redis.replicas()).containsExactly(redis.server("node-2"), redis.server("node-3"));
            redis.primary().command("SET", "foo", "bar");
            for (LocalServer replica : redis.replicas()) {
                await().atMost(BOUND).until(() -> "bar".equals(replica.command("GET", "foo")));
            }
            for (LocalServer sentinel : redis.sentinels()) {
                assertThat(sentinel.command("SENTINEL", "CKQUORUM", "mymaster"))
                        .asString()
                        .startsWith("OK 3 usable");
            }
            assertThat(redis.uri()).matches("redis-sentinel://127.0.0.1:\\d+,127.0.0.1:\\d+,127.0.0.1:\\d+#mymaster");
        }
    }

    @Test
    void sentinelsListenOnFollowingPortsWhenOneIsGiven() {
        int first = threeFreePorts();
        try (LocalDeployment redis = LocalRedis.sentinel()
                .replicas(0)
                .port(first)
                .primaryName("other")
                .start()) {
            assertThat(redis.uri())
                    .isEqualTo("redis-sentinel://127.0.0.1:%d,127.0.0.1:%d,127.0.0.1:%d#other"
                            .formatted(first, first + 1, first + 2));
        }
    }

    private static int threeFreePorts() {
        while (true) {
            try (PortLease first = PortLease.any();
                    PortLease second = PortLease.of(first.port() + 1);
                    PortLease third = PortLease.of(second.port() + 1)) {
                return third.port() - 2;
            } catch (LocalRedisException e) {
                // a neighbour is taken: look elsewhere
            }
        }
    }

    @Test
    void failsOverWhenThePrimaryIsKilledAndTakesItBackAsReplica() {
        try (LocalDeployment redis =
                LocalRedis.sentinel().password("x").quickDemotion(true).start()) {
            LocalServer old = redis.primary();
            old.command("SET", "foo", "bar");
            for (LocalServer replica : redis.replicas()) {
                await().atMost(BOUND).until(() -> "bar".equals(replica.command("GET", "foo")));
            }
            old.kill();
            await().atMost(BOUND)
                    .ignoreExceptions()
                    .until(() -> !redis.primary().equals(old));
            assertThat(redis.primary().command("GET", "foo")).isEqualTo("bar");
            old.restart();
            await().atMost(BOUND).until(() -> redis.replicas().size() == 2);
            await().atMost(BOUND).until(() -> "bar".equals(old.command("GET", "foo")));
            assertThat(redis.nonDefaultSettings())
                    .contains("sentinel, by command: SENTINEL DEBUG info-period 500 publish-period 200");
        }
    }

    @Test
    void replicasComeAndGo() {
        try (LocalDeployment redis = LocalRedis.sentinel().replicas(1).start()) {
            LocalServer added = redis.addReplica();
            assertThat(added.name()).isEqualTo("node-3");
            assertThat(replicasSeenBy(redis)).containsOnly(2);
            redis.remove(redis.server("node-2"));
            assertThat(redis.replicas()).containsExactly(added);
            assertThat(replicasSeenBy(redis)).containsOnly(1);
            assertThatThrownBy(() -> redis.remove(redis.primary())).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static List<Integer> replicasSeenBy(LocalDeployment redis) {
        return redis.sentinels().stream()
                .map(s -> ((List<?>) s.command("SENTINEL", "REPLICAS", "mymaster")).size())
                .toList();
    }

    @Test
    void passwordsAreInFilesOfTheirOwnerOnlyAndNowhereElse() throws IOException {
        String secret = "p@ss/w#rd";
        try (LocalDeployment redis = LocalRedis.sentinel()
                .password(secret)
                .sentinelPassword("other-" + secret)
                .start()) {
            assertThat(redis.uri())
                    .startsWith("redis-sentinel://:p%40ss%2Fw%23rd@127.0.0.1:")
                    .endsWith("?sentinelPassword=other-p%40ss%2Fw%23rd#mymaster");
            assertThat(List.of(redis.maskedUri(), redis.toString()))
                    .allSatisfy(text -> assertThat(text)
                            .startsWith("redis-sentinel://:***@127.0.0.1:")
                            .endsWith("?sentinelPassword=***#mymaster"));
            assertThat(redis.nonDefaultSettings()).noneMatch(line -> line.contains(secret));
            redis.server("node-2").command("CONFIG", "REWRITE");
            redis.server("sentinel-1").command("SENTINEL", "FLUSHCONFIG");
            try (Stream<Path> files = Files.walk(redis.directory())) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(secret)) {
                        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                                .as(file.toString())
                                .isEqualTo("rw-------");
                    }
                }
            }
            assertThat(ProcessHandle.allProcesses().map(p -> p.info().toString()))
                    .noneMatch(line -> line.contains(secret));
        }
    }

    @Test
    void aDeploymentThatCannotBecomeCompleteSaysWhatIsMissing() {
        // The primary has no word for what the replica asks.
        LocalRedis plan = LocalRedis.standalone()
                .replicas(1)
                .config("rename-command", "PSYNC \"\"")
                .config("rename-command", "SYNC \"\"")
                .startWithin(Duration.ofSeconds(3));
        assertThatThrownBy(plan::start)
                .isInstanceOf(LocalRedisException.class)
                .hasMessageContaining("node-2")
                .hasMessageContaining("not in sync");
    }
}
