package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code switchover} on real servers: what an operator reads, and how it ends. */
@Timeout(120)
class SwitchoverIT {

    @TempDir
    private Path temp;

    private static String at(LocalServer server) {
        return server.host() + ":" + server.port();
    }

    @Test
    void aGroupIsSwitchedOverAndSaysHow() {
        try (LocalDeployment redis =
                LocalRedis.sentinel().password("s3cret").quickDemotion(true).start()) {
            LocalServer first = redis.primary();
            Run text = Run.of("switchover", redis.uri());
            assertThat(text.code()).as(text.err()).isZero();
            LocalServer second = redis.primary();
            assertThat(second).isNotEqualTo(first);
            assertThat(text.out())
                    .startsWith("mymaster: the primary is " + at(second) + ", before: " + at(first))
                    .containsPattern("nobody took writes for +\\d+ ms")
                    .containsPattern("acknowledged and lost +0 writes")
                    .doesNotContain("s3cret", "note");
            assertThat(text.err())
                    .contains("Looking at mymaster", "Writes are held back", at(second) + " is the primary")
                    .doesNotContain("s3cret");

            Run json = Run.of("switchover", "--json", "--to", at(first), redis.uri());
            assertThat(json.code()).as(json.err()).isZero();
            assertThat(json.out().lines()).hasSize(1);
            JsonNode done = JsonMapper.shared().readTree(json.out());
            assertThat(done.propertyNames())
                    .containsExactly(
                            "schemaVersion",
                            "uri",
                            "shard",
                            "from",
                            "to",
                            "writeGapMillis",
                            "formerHistory",
                            "cutOffsetBytes",
                            "history",
                            "remarks");
            assertThat(done.get("uri").asString()).isEqualTo(redis.maskedUri());
            assertThat(done.get("from").asString()).isEqualTo(at(second));
            assertThat(done.get("to").asString()).isEqualTo(at(first));
            assertThat(done.get("remarks")).isEmpty();
            assertThat(redis.primary()).isEqualTo(first);

            Run refused = Run.of("switchover", "--to", at(first), redis.uri());
            assertThat(refused.code()).isEqualTo(1);
            assertThat(refused.out()).isEmpty();
            assertThat(refused.err())
                    .contains("lockstep: The switchover was refused: " + at(first)
                            + " is the primary of mymaster already")
                    .doesNotContain("s3cret", "\tat ");
        }
    }

    @Test
    void aShardOfAClusterIsSwitchedOver() {
        try (LocalDeployment redis = LocalRedis.cluster().password("s3cret").start()) {
            Run which = Run.of("switchover", redis.uri());
            assertThat(which.code()).isEqualTo(1);
            assertThat(which.err()).contains("the cluster has 3 shards; say which replica shall be primary");

            LocalServer replica = redis.replicas(redis.primary(0)).get(0);
            Run run = Run.of("switchover", "--to", at(replica), redis.uri());
            assertThat(run.code()).as(run.err()).isZero();
            assertThat(run.out()).contains("the primary is " + at(replica));
            assertThat(redis.primary(0)).isEqualTo(replica);
        }
    }

    @Test
    void stoppedByCtrlCItPutsBackWhatItHadChanged() throws Exception {
        // Sentinels that look every 10 s, as they usually do: long enough to be stopped while they are waited for
        try (LocalDeployment redis = LocalRedis.sentinel().start()) {
            LocalServer primary = redis.primary();
            LocalServer target = redis.replicas().get(0);
            try (Child child = Child.start(temp, Map.of(), "switchover", "--to", at(target), redis.uri())) {
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> child.err().contains("Waiting until every sentinel has seen the priorities"));
                assertThat(target.command("CONFIG", "GET", "replica-priority").toString())
                        .contains("99");
                assertThat(child.end("INT")).isEqualTo(130);
                assertThat(child.line()).isNull();
                assertThat(child.err()).contains("it was stopped", "All is as it was before");
            }
            assertThat(target.command("CONFIG", "GET", "replica-priority").toString())
                    .contains("100");
            assertThat(redis.primary()).isEqualTo(primary);
            assertThat(primary.command("SET", "foo", "bar")).isEqualTo("OK");
        }
    }

    @Test
    void whereNothingListensItCannotConnect() {
        Run run = Run.of("switchover", "redis-sentinel://:s3cret@127.0.0.1:1#mymaster");
        assertThat(run.code()).isEqualTo(4);
        assertThat(run.err()).contains("nothing listens there").doesNotContain("s3cret", "\tat ");
    }
}
