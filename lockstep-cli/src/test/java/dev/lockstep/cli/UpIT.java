package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.topology.Deployment;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code up} as a process: what it prints can be used, and nothing outlives it. */
@Timeout(120)
class UpIT {
    private static final String PASSWORD = "pa55word-of-data";
    private static final String SENTINEL_PASSWORD = "pa55word-of-sentinels";

    @TempDir
    private Path temp;

    private static String ping(RedisURI uri) {
        RedisClient client = RedisClient.create();
        try (StatefulRedisConnection<String, String> connection = client.connect(uri)) {
            return connection.sync().set("foo", "bar") + " " + connection.sync().get("foo");
        } finally {
            client.shutdown();
        }
    }

    private static void assertNoPasswordIsOnACommandLine(List<Long> household) throws IOException {
        for (long pid : household) {
            Path words = Path.of("/proc/" + pid + "/cmdline");
            if (Files.exists(words)) {
                assertThat(Files.readString(words)).doesNotContain("pa55word");
            }
        }
    }

    private String secretFile(String text) throws IOException {
        var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        return Files.writeString(Files.createTempFile(temp, "secret", "", ownerOnly), text)
                .toString();
    }

    @Test
    void standaloneCanBeUsedByItsFirstLineUntilTerm() throws Exception {
        try (Child up = Child.start(temp, Map.of(), "up", "standalone", "--password-file", secretFile(PASSWORD))) {
            String uri = up.line();
            assertThat(uri).startsWith("redis://:" + PASSWORD + "@127.0.0.1:");
            assertThat(ping(RedisURI.create(uri))).isEqualTo("OK bar");
            String line = up.line();
            while (!line.contains("files in ")) {
                assertThat(line).doesNotContain(PASSWORD);
                line = up.line();
            }
            Path folder = Path.of(line.replaceFirst(".*files in ", ""));
            assertThat(folder).isDirectory();
            List<Long> household = up.household();
            assertThat(household).as("the JVM, a server and two guardians").hasSize(4);
            assertNoPasswordIsOnACommandLine(household);
            assertThat(up.end("TERM")).isZero();
            Child.assertNothingIsLeft(household, folder);
            assertThat(up.err()).doesNotContain(PASSWORD, "\tat ", "WARN");
        }
    }

    @Test
    void sentinelCanBeUsedByTheUsualSnippetUntilCtrlC() throws Exception {
        String file = secretFile(SENTINEL_PASSWORD);
        try (Child up = Child.start(
                temp,
                Map.of("REDISCLI_AUTH", PASSWORD),
                "up",
                "sentinel",
                "--json",
                "--replicas",
                "1",
                "--sentinel-password-file",
                file)) {
            JsonNode facts = JsonMapper.shared().readTree(up.line());
            assertThat(facts.get("schemaVersion").asInt()).isEqualTo(1);
            assertThat(facts.get("maskedUri").asString()).doesNotContain("pa55word");
            Deployment deployment = Deployment.parse(facts.get("uri").asString(), Map.of());
            assertThat(deployment.primaryName()).isEqualTo("mymaster");
            assertThat(deployment.seeds()).hasSize(3);
            int port = facts.get("sentinels").get(0).get("port").asInt();
            RedisURI snippet = RedisURI.Builder.sentinel("127.0.0.1", port, "mymaster", SENTINEL_PASSWORD)
                    .withPassword(PASSWORD.toCharArray())
                    .build();
            assertThat(ping(snippet)).isEqualTo("OK bar");
            List<Long> household = up.household();
            List<Long> told = new ArrayList<>();
            facts.get("dataNodes").forEach(node -> told.add(node.get("pid").asLong()));
            facts.get("sentinels").forEach(node -> told.add(node.get("pid").asLong()));
            assertThat(told).hasSize(5).isSubsetOf(household);
            assertNoPasswordIsOnACommandLine(household);
            assertThat(up.end("INT")).isZero();
            Child.assertNothingIsLeft(household, Path.of(facts.get("folder").asString()));
            assertThat(up.err()).contains("REDISCLI_AUTH").doesNotContain("pa55word", "\tat ");
        }
    }

    @Test
    void clusterCanBeUsedByItsFirstLineUntilTerm() throws Exception {
        try (Child up = Child.start(
                temp,
                Map.of(),
                "up",
                "cluster",
                "--shards",
                "4",
                "--replicas",
                "0",
                "--password-file",
                secretFile(PASSWORD))) {
            String uri = up.line();
            assertThat(uri).matches("redis-cluster://:" + PASSWORD + "@127.0.0.1:\\d+,127.0.0.1:\\d+,127.0.0.1:\\d+");
            String seed = uri.replaceFirst("-cluster", "").replaceFirst(",.*", "");
            RedisClusterClient client = RedisClusterClient.create(seed);
            try (StatefulRedisClusterConnection<String, String> connection = client.connect()) {
                assertThat(connection.sync().set("foo", "bar")).isEqualTo("OK");
                assertThat(connection.getPartitions()).hasSize(4);
            } finally {
                client.shutdown();
            }
            String line = up.line();
            List<String> told = new ArrayList<>();
            while (!line.contains("files in ")) {
                told.add(line);
                line = up.line();
            }
            assertThat(told)
                    .noneMatch(text -> text.contains(PASSWORD))
                    .anyMatch(text -> text.matches(" *redis-cli +redis-cli -c -p \\d+ --askpass"));
            Path folder = Path.of(line.replaceFirst(".*files in ", ""));
            List<Long> household = up.household();
            assertThat(household).as("the JVM, 4 servers and two guardians").hasSize(7);
            assertThat(up.end("TERM")).isZero();
            Child.assertNothingIsLeft(household, folder);
        }
    }

    @Test
    void whicheverProcessIsKilledNothingIsLeftAfterTheJvm() throws Exception {
        for (String also : List.of("nobody", "dataNodes", "sentinels")) {
            try (Child up = Child.start(temp, Map.of(), "up", "sentinel", "--json")) {
                JsonNode facts = JsonMapper.shared().readTree(up.line());
                List<Long> household = up.household();
                if (!also.equals("nobody")) {
                    long victim = facts.get(also).get(0).get("pid").asLong();
                    Child.signal("KILL", victim);
                    await().until(() -> !Child.exists(victim));
                    assertThat(Child.exists(up.pid()))
                            .as("a dead server is a fault, not the end")
                            .isTrue();
                }
                Child.signal("KILL", up.pid());
                Child.assertNothingIsLeft(household, Path.of(facts.get("folder").asString()));
            }
        }
    }

    @Test
    void aUsualPortThatIsInUseIsLeftAlone() throws Exception {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        ServerSocket taken = null;
        try {
            taken = new ServerSocket(UpKind.USUAL_PORT, 1, loopback);
        } catch (IOException e) {
            assertThat(e).as("somebody else has it, which is as good").hasMessageContaining("in use");
        }
        try (Child up = Child.start(temp, Map.of(), "up", "standalone")) {
            String uri = up.line();
            assertThat(uri).startsWith("redis://127.0.0.1:").isNotEqualTo("redis://127.0.0.1:" + UpKind.USUAL_PORT);
            assertThat(up.err()).contains("Port 6379 is in use; taking free ports instead.");
            assertThat(up.end("TERM")).isZero();
        } finally {
            if (taken != null) {
                taken.close();
            }
        }
    }

    @Test
    void aPortThatWasAskedForAndIsInUseIsAFailure() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Run run = Run.of("up", "standalone", "--port", String.valueOf(taken.getLocalPort()));
            assertThat(run.code()).isEqualTo(1);
            assertThat(run.out()).isEmpty();
            assertThat(run.err()).contains("Port " + taken.getLocalPort()).doesNotContain("\tat ");
        }
    }

    @Test
    void aFileThatIsNoServerIsAFailure() {
        Run run = Run.of("up", "standalone", "--server-bin", "/bin/echo");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("/bin/echo", "redis-server").doesNotContain("\tat ");
    }

    @Test
    void whatIsStoppedWhileItStartsLeavesNothing() throws Exception {
        Path folder = temp.resolve("servers");
        try (Child up = Child.start(temp, Map.of(), "up", "sentinel", "--dir", folder.toString())) {
            await().atMost(Duration.ofSeconds(60)).until(() -> Files.isDirectory(folder.resolve("node-1")));
            List<Long> household = up.household();
            assertThat(up.end("TERM")).isZero();
            await().untilAsserted(() -> assertThat(household).noneMatch(Child::exists));
        }
    }
}
