package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(120)
class StatusIT {
    /** No server is taken for dead while these tests run, however slow the machine. */
    private static final Duration NEVER = Duration.ofMinutes(10);

    private static LocalDeployment redis;

    @TempDir
    private Path temp;

    @BeforeAll
    static void start() {
        redis = LocalRedis.sentinel().password("s3cret").downAfter(NEVER).start();
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    @Test
    void textNamesEveryServer() {
        Run run = Run.of("status", redis.uri());
        assertThat(run.code()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .doesNotContain("s3cret", "\033")
                .startsWith(redis.maskedUri())
                .containsPattern("(?m)^mymaster +ADDRESS")
                .containsPattern("(?m)^primary +127.0.0.1:" + redis.primary().port() + " +up ");
        redis.servers().forEach(server -> assertThat(run.out()).contains("127.0.0.1:" + server.port()));
        assertThat(replicaLines()).hasSize(2).allMatch(StatusIT::isInStep);
    }

    private static List<String> replicaLines() {
        return Run.of("status", redis.uri())
                .out()
                .lines()
                .filter(line -> line.startsWith("replica "))
                .toList();
    }

    private static boolean isInStep(String line) {
        return line.contains(" up ") && line.contains(" B ");
    }

    @Test
    void colourIsThereWhenAskedFor() {
        assertThat(Run.of("status", "--color", "always", redis.uri()).out()).contains("\033[32mup\033[0m");
    }

    @Test
    void jsonHasStableKeys() {
        Run run = Run.of("status", "--json", redis.uri());
        assertThat(run.out().lines()).hasSize(1);
        JsonNode status = JsonMapper.shared().readTree(run.out());
        assertThat(status.propertyNames())
                .containsExactly(
                        "schemaVersion",
                        "observedAt",
                        "uri",
                        "kind",
                        "topologyVersion",
                        "coveredSlots",
                        "uncoveredSlots",
                        "shards",
                        "sentinels");
        assertThat(status.get("kind").asString()).isEqualTo("sentinel");
        assertThat(status.get("coveredSlots").asInt()).isEqualTo(16384);
        assertThat(status.get("uri").asString()).isEqualTo(redis.maskedUri());
        assertThat(status.get("observedAt").asString()).matches("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z");
        JsonNode shard = status.get("shards").get(0);
        assertThat(shard.propertyNames()).containsExactly("name", "slots", "slotCount", "epoch", "primary", "replicas");
        assertThat(shard.get("name").asString()).isEqualTo("mymaster");
        JsonNode replica = shard.get("replicas").get(0);
        assertThat(replica.propertyNames())
                .containsExactly(
                        "address",
                        "role",
                        "reachable",
                        "problem",
                        "version",
                        "runId",
                        "history",
                        "offsetBytes",
                        "link",
                        "linkDownSeconds",
                        "lagBytes",
                        "lagSeconds");
        assertThat(replica.get("history")).isEqualTo(shard.get("primary").get("history"));
        assertThat(replica.get("lagBytes").isNumber()).isTrue();
        JsonNode sentinel = status.get("sentinels").get(0);
        assertThat(sentinel.get("primary").asString())
                .isEqualTo("127.0.0.1:" + redis.primary().port());
        assertThat(sentinel.get("replicas").asInt()).isEqualTo(2);
        assertThat(sentinel.get("otherSentinels").asInt()).isEqualTo(2);
    }

    @Test
    void watchGoesOnUntilItIsStopped() throws Exception {
        try (Child watch = Child.start(temp, Map.of(), "status", "--watch", "100ms", "--json", redis.uri())) {
            for (int i = 0; i < 3; i++) {
                assertThat(JsonMapper.shared().readTree(watch.line()).get("shards"))
                        .hasSize(1);
            }
            assertThat(watch.end("INT")).isZero();
            assertThat(watch.err()).isEmpty();
        }
    }

    @Test
    void watchStandsBeforeTheUriToo() throws Exception {
        try (Child watch = Child.start(temp, Map.of(), "status", "--watch", redis.uri())) {
            assertThat(watch.line()).startsWith(redis.maskedUri());
            assertThat(watch.end("TERM")).isZero();
        }
    }

    @Test
    void whereNothingListensItCannotConnect() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        for (String uri : new String[] {"redis://:s3cret@127.0.0.1:", "redis-sentinel://:s3cret@127.0.0.1:"}) {
            Run run = Run.of("status", uri + port + (uri.contains("sentinel") ? "#mymaster" : ""));
            assertThat(run.code()).isEqualTo(4);
            assertThat(run.out()).isEmpty();
            assertThat(run.err())
                    .contains("127.0.0.1:" + port, "nothing listens there", "Check the addresses")
                    .doesNotContain("s3cret", "\tat ");
        }
    }

    @Test
    void withAWrongPasswordItCannotConnect() {
        Run run = Run.of("status", redis.uri().replace("s3cret", "wr0ng"));
        assertThat(run.code()).isEqualTo(4);
        assertThat(run.err()).contains("refuses the credentials").doesNotContain("wr0ng", "\tat ");
    }

    @Test
    void aDeadReplicaIsShownWithItsReason() {
        var replica = redis.replicas().get(0);
        replica.kill();
        try {
            await().untilAsserted(() -> assertThat(Run.of("status", redis.uri()).out())
                    .contains("127.0.0.1:" + replica.port() + "  down", "nothing listens there"));
        } finally {
            replica.restart();
            await().untilAsserted(() -> assertThat(replicaLines()).allMatch(StatusIT::isInStep));
        }
    }

    @Test
    void aClusterShowsTheSlotsOfEachShardAndAPrimaryWithoutAny() {
        try (LocalDeployment cluster =
                LocalRedis.cluster().password("s3cret").replicas(1).start()) {
            int newcomer = cluster.addShard().port();

            JsonNode status = JsonMapper.shared()
                    .readTree(Run.of("status", "--json", cluster.uri()).out());
            assertThat(status.get("kind").asString()).isEqualTo("cluster");
            assertThat(status.get("coveredSlots").asInt()).isEqualTo(16384);
            assertThat(status.get("uncoveredSlots")).isEmpty();
            assertThat(status.get("shards")).hasSize(4);
            JsonNode first = status.get("shards").get(0);
            assertThat(first.get("slots").get(0).asString()).isEqualTo("0-5460");
            assertThat(first.get("slotCount").asInt()).isEqualTo(5461);
            assertThat(first.get("epoch").asLong()).isPositive();
            assertThat(first.get("primary").get("address").asString())
                    .isEqualTo("127.0.0.1:" + cluster.primary(0).port());
            assertThat(first.get("replicas").get(0).get("lagBytes").isNumber()).isTrue();
            JsonNode last = status.get("shards").get(3);
            assertThat(last.get("slotCount").asInt()).isZero();
            assertThat(last.get("primary").get("address").asString()).isEqualTo("127.0.0.1:" + newcomer);

            Run text = Run.of("status", cluster.uri());
            assertThat(text.code()).isZero();
            assertThat(text.err()).isEmpty();
            assertThat(text.out())
                    .doesNotContain("s3cret", "WARNING")
                    .startsWith(cluster.maskedUri())
                    .contains("16,384 of 16,384 slots are covered", "  slots 0-5460 (5,461), epoch ", "  no slots, ");
            cluster.servers()
                    .forEach(server -> assertThat(text.out()).contains(" 127.0.0.1:" + server.port() + "  up "));
        }
    }
}
