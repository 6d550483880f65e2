package dev.lockstep.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StandaloneIT {
    @Test
    void startsAndLeavesNothing() {
        Path folder;
        long pid;
        try (LocalDeployment redis = LocalRedis.standalone().start()) {
            folder = redis.directory();
            pid = redis.primary().pid();
            assertThat(redis.uri())
                    .isEqualTo("redis://127.0.0.1:" + redis.primary().port());
            assertThat(redis.primary().command("SET", "foo", "bar")).isEqualTo("OK");
            assertThat(redis.primary().command("GET", "foo")).isEqualTo("bar");
            assertThat(redis.primary().command("GET", "nothing")).isNull();
        }
        assertThat(folder).doesNotExist();
        assertThat(ProcessHandle.of(pid)).isEmpty();
    }

    @Test
    void restartsWithItsDataOrEmpty() {
        try (LocalDeployment redis = LocalRedis.standalone().start()) {
            LocalServer server = redis.server("node-1");
            int port = server.port();
            for (int i = 0; i < 1_000; i++) {
                server.command("SET", "key" + i, "value");
            }
            server.kill();
            assertThat(server.isAlive()).isFalse();
            server.restart();
            assertThat(server.port()).isEqualTo(port);
            assertThat(server.command("DBSIZE")).isEqualTo(1_000L);
            server.restartEmpty();
            assertThat(server.command("DBSIZE")).isEqualTo(0L);
        }
    }

    @Test
    void pausedServerKeepsConnectionsAndAnswersNobody() {
        try (LocalDeployment redis = LocalRedis.standalone().start()) {
            LocalServer server = redis.primary();
            server.pause();
            assertThat(server.isAlive()).isTrue();
            assertThatThrownBy(() -> server.command(Duration.ofMillis(200), "PING"))
                    .isInstanceOf(LocalRedisException.class)
                    .hasMessageContaining("node-1")
                    .hasMessageContaining("PING");
            server.resume();
            assertThat(server.command("PING")).isEqualTo("PONG");
            server.pause();
            server.kill();
            assertThat(server.isAlive()).isFalse();
            assertThatThrownBy(server::pause)
                    .isInstanceOf(LocalRedisException.class)
                    .hasMessageContaining("restart");
        }
    }

    @Test
    void keepsAGivenFolderAndRefusesAFullOne(@TempDir Path dir) throws IOException {
        Path folder = dir.resolve("deployment");
        try (LocalDeployment redis = LocalRedis.standalone().dir(folder).start()) {
            assertThat(redis.directory()).isEqualTo(folder);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                    .isEqualTo("rwx------");
        }
        assertThat(folder.resolve("node-1/server.log")).isNotEmptyFile();
        assertThatThrownBy(() -> LocalRedis.standalone().dir(folder).start())
                .isInstanceOf(LocalRedisException.class)
                .hasMessageContaining("not empty");
        assertThat(folder.resolve("node-1/redis.conf")).exists();
    }

    @Test
    void listensOnTheGivenPortOrSaysWhoseItIs() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThatThrownBy(() ->
                            LocalRedis.standalone().port(other.getLocalPort()).start())
                    .isInstanceOf(LocalRedisException.class)
                    .hasMessageContaining("Port " + other.getLocalPort())
                    .hasMessageContaining("in use");
        }
        int port;
        try (PortLease free = PortLease.any()) {
            port = free.port();
        }
        try (LocalDeployment redis = LocalRedis.standalone().port(port).start()) {
            assertThat(redis.uri()).isEqualTo("redis://127.0.0.1:" + port);
        }
        try (LocalDeployment again = LocalRedis.standalone().port(port).start()) {
            assertThat(again.primary().port()).isEqualTo(port);
        }
    }

    @Test
    void takesLinesOfRedisConfAndListsThem() {
        try (LocalDeployment redis = LocalRedis.standalone()
                .config("maxmemory", "10mb")
                .config("appendonly", "no")
                .password("s3cret")
                .start()) {
            assertThat(redis.primary().command("CONFIG", "GET", "maxmemory"))
                    .asString()
                    .contains("10485760");
            assertThat(redis.nonDefaultSettings())
                    .contains("redis.conf: maxmemory 10mb", "redis.conf: appendonly no", "redis.conf: requirepass ***")
                    .doesNotContain("redis.conf: appendonly yes");
        }
    }

    @Test
    void aServerThatEndsAtStartSaysWhyAndLeavesNothing() {
        LocalRedis plan = LocalRedis.standalone().config("maxmemory-policy", "nonsense");
        assertThatThrownBy(plan::start)
                .isInstanceOf(LocalRedisException.class)
                .hasMessageContaining("node-1")
                .hasMessageContaining("maxmemory-policy");
    }
}
