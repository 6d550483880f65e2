package dev.lockstep.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsIT {
    private static final Duration BOUND = Duration.ofSeconds(60);

    /** A server may be built without TLS; then there is nothing to see here. */
    private static LocalDeployment start(LocalRedis plan) {
        try {
            return plan.tls(true).start();
        } catch (LocalRedisException e) {
            assumeFalse(e.getMessage().contains("without TLS"), e.getMessage());
            throw e;
        }
    }

    @Test
    void everybodySpeaksTlsAndFailsOver() throws IOException {
        try (LocalDeployment redis = start(LocalRedis.sentinel().password("x").sentinelPassword("y"))) {
            assertThat(redis.uri())
                    .startsWith("rediss-sentinel://:x@127.0.0.1:")
                    .contains("?sentinelPassword=y&caFile=%2F")
                    .endsWith("#mymaster");
            assertThat(Files.readString(redis.caFile())).startsWith("-----BEGIN CERTIFICATE-----");
            assertThat(PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(redis.caFile().resolveSibling("server.key"))))
                    .isEqualTo("rw-------");
            LocalServer old = redis.primary();
            assertThatThrownBy(() -> new Endpoint(old.port(), "x", null).call(BOUND, "PING"))
                    .isInstanceOf(IOException.class);
            old.kill();
            await().atMost(BOUND)
                    .ignoreExceptions()
                    .until(() -> !redis.primary().equals(old));
        }
    }

    @Test
    void passesThroughLinks() {
        try (LocalDeployment redis = start(LocalRedis.standalone().replicas(1).links(true))) {
            assertThat(redis.uri()).startsWith("rediss://127.0.0.1:").contains("?caFile=");
            assertThat(redis.link(redis.primary(), redis.server("node-2")).connections())
                    .isNotEmpty();
        }
    }

    @Test
    void aServerWithoutTlsIsNamed(@TempDir Path dir) throws IOException {
        Path server = dir.resolve("redis-server");
        Files.writeString(server, """
                #!/bin/sh
                [ "$1" = --version ] && { echo 'Redis server v=7.0.0 sha=0'; exit; }
                echo '*** FATAL CONFIG FILE ERROR ***'
                echo ">>> 'tls-port 1234'"
                echo 'Bad directive or wrong number of arguments'
                exit 1
                """);
        Files.setPosixFilePermissions(server, PosixFilePermissions.fromString("rwx------"));
        assertThatThrownBy(() ->
                        LocalRedis.standalone().tls(true).serverBin(server).start())
                .isInstanceOf(LocalRedisException.class)
                .hasMessageContaining(server.toString())
                .hasMessageContaining("without TLS")
                .hasMessageContaining("--server-bin");
    }
}
