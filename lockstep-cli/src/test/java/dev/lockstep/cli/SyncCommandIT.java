package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code sync} on real servers: what is printed, what is in the target then, and how it ends. */
@Timeout(120)
@TestInstance(Lifecycle.PER_CLASS)
class SyncCommandIT {
    private static final int KEYS = 500;

    /** The first connection of a JVM may take its time where others compile or test. */
    private static final String SLOW = "?connectTimeout=5000ms";

    @TempDir
    private Path temp;

    private LocalDeployment source;
    private LocalDeployment target;

    @BeforeAll
    void start() {
        source = LocalRedis.standalone().password("s3cret").start();
        target = LocalRedis.cluster().replicas(0).start();
    }

    @AfterAll
    void stop() {
        source.close();
        target.close();
    }

    private String[] words(String spool, String... more) {
        List<String> words = List.of(
                "sync",
                "--from",
                source.uri() + SLOW,
                "--to",
                target.uri() + SLOW,
                "--spool",
                temp.resolve(spool).toString());
        return Stream.concat(words.stream(), Arrays.stream(more)).toArray(String[]::new);
    }

    private Run sync(String spool, String... more) {
        Run run = Run.of(words(spool, more));
        assertThat(run.out() + run.err()).doesNotContain("s3cret", "\tat ");
        return run;
    }

    /** The same value for every key at the source. */
    private void write(String value) {
        for (int i = 0; i < KEYS; i++) {
            assertThat(source.primary().command("SET", "key-" + i, value)).isEqualTo("OK");
        }
    }

    private void assertCopied(String value) {
        RedisClusterClient client = RedisClusterClient.create(
                target.uri().replaceFirst("-cluster", "").replaceFirst(",.*", ""));
        try (StatefulRedisClusterConnection<String, String> connection = client.connect()) {
            String[] keys = IntStream.range(0, KEYS).mapToObj(i -> "key-" + i).toArray(String[]::new);
            assertThat(connection.sync().mget(keys))
                    .as("the keys of the target")
                    .allMatch(found -> found.getValueOrElse("").equals(value));
        } finally {
            client.shutdown();
        }
    }

    private String fullCopies() {
        return String.valueOf(source.primary().command("INFO", "stats"))
                .lines()
                .filter(line -> line.startsWith("sync_full:"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aCopyIsMadeAndGoneOnWithAndEndsAsAsked() throws Exception {
        write("first");
        Run first = sync("spool", "--until-caught-up", "--json");
        assertThat(first.code()).as(first.err()).isZero();
        assertCopied("first");
        List<String> told = first.out().lines().toList();
        JsonNode last = JsonMapper.shared().readTree(told.get(told.size() - 1));
        assertThat(last.propertyNames())
                .containsExactly("schemaVersion", "from", "to", "elapsedMillis", "inStep", "shards");
        assertThat(last.get("from").asString()).contains("***");
        assertThat(last.get("inStep").asBoolean()).isTrue();
        JsonNode shard = last.get("shards").get(0);
        assertThat(shard.propertyNames())
                .containsExactly(
                        "shard",
                        "phase",
                        "snapshotBytes",
                        "snapshotTotalBytes",
                        "keys",
                        "keysPerSecond",
                        "bytesPerSecond",
                        "secondsLeft",
                        "commands",
                        "lagBytes",
                        "lagMillis",
                        "problem");
        assertThat(shard.get("phase").asString()).isEqualTo("LIVE");
        assertThat(shard.get("keys").asInt()).isEqualTo(KEYS);
        assertThat(shard.get("lagBytes").asLong()).isZero();
        assertThat(shard.get("problem").isNull()).isTrue();

        write("second");
        String copies = fullCopies();
        Run second = sync("another-spool", "--until-caught-up");
        assertThat(second.code()).as(second.err()).isZero();
        assertThat(second.out()).contains(": live, lag 0 B, ");
        assertCopied("second");
        assertThat(fullCopies()).as("none is needed to go on").isEqualTo(copies);

        String[] words = words("spool");
        words[2] = words[2].replace(":s3cret@", "");
        try (Child child = Child.start(temp, Map.of("LOCKSTEP_SOURCE_AUTH", "s3cret"), words)) {
            String line = child.line();
            while (line != null && !line.contains(": live, lag 0 B")) {
                line = child.line();
            }
            assertThat(line).as(child.err()).isNotNull();
            assertThat(fullCopies()).as("nor with what an older spool holds").isEqualTo(copies);
            Run refused = sync("third-spool");
            assertThat(refused.code()).isEqualTo(1);
            assertThat(refused.out()).isEmpty();
            assertThat(refused.err())
                    .startsWith("lockstep: Another process keeps this target: process " + child.pid() + " on ");
            assertThat(child.end("TERM")).isZero();
            assertThat(child.err()).isEmpty();
        }
    }

    @Test
    void whereNothingListensItCannotConnect() {
        Run target = Run.of("sync", "--from", source.uri() + SLOW, "--to", "redis://:s3cret@127.0.0.1:1");
        assertThat(target.code()).isEqualTo(4);
        assertThat(target.err())
                .contains("127.0.0.1:1", "nothing listens there")
                .doesNotContain("s3cret", "\tat ");
        Run source = Run.of("sync", "--from", "redis://127.0.0.1:1", "--to", this.target.uri() + SLOW);
        assertThat(source.code()).isEqualTo(4);
        assertThat(source.out()).isEmpty();
    }

    @Test
    void aDeploymentIsNotCopiedIntoItself() {
        Run run =
                Run.of("sync", "--from", source.uri() + SLOW, "--to", source.uri() + SLOW, "--spool", temp + "/itself");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err())
                .startsWith("lockstep: The server 127.0.0.1:" + source.primary().port()
                        + " of the target belongs to the source too")
                .doesNotContain("s3cret", "\tat ");
    }

    @Test
    void whatATargetCannotHoldEndsTheCopyAndIsNamed() {
        try (LocalDeployment several = LocalRedis.standalone().start();
                LocalDeployment one = LocalRedis.cluster().shards(1).replicas(0).start()) {
            several.primary().command("SET", "elsewhere", "1");
            assertThat(several.primary().command("MOVE", "elsewhere", "1")).isEqualTo(1L);
            Run run = Run.of(
                    "sync", "--from", several.uri() + SLOW, "--to", one.uri() + SLOW, "--spool", temp + "/several");
            assertThat(run.code()).isEqualTo(1);
            assertThat(run.err())
                    .contains(
                            "lockstep: The source has keys in database 1, and a Redis Cluster has database 0 only. Choose database 0")
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void aDryRunTellsWhatStandsInTheWayAndChangesNothing() {
        try (LocalDeployment other = LocalRedis.standalone().start()) {
            other.primary().command("SET", "key", "1");
            String[] words = {
                "sync", "--dry-run", "--from", source.uri() + SLOW, "--to", other.uri() + SLOW, "--spool", temp + "/dry"
            };
            Run clear = Run.of(words);
            assertThat(clear.code()).as(clear.err()).isZero();
            assertThat(clear.out())
                    .startsWith("ok       The source is one primary, redis ")
                    .contains("\nwarning  The target has 1 keys: those that the source does not have will be removed.")
                    .endsWith("Nothing stands in the way. Nothing was changed.\n");
            Run full = Run.of(with(words, "--existing", "fail", "--json"));
            assertThat(full.code()).isEqualTo(1);
            JsonNode json = JsonMapper.shared().readTree(full.out());
            assertThat(json.get("ready").asBoolean()).isFalse();
            assertThat(json.get("findings").toString()).contains("\"FAILS\",\"seen\":\"The target has 1 keys");
            assertThat(clear.out() + full.out()).doesNotContain("s3cret");
            assertThat(other.primary().command("DBSIZE")).isEqualTo(1L);
            assertThat(temp.resolve("dry")).doesNotExist();
        }
    }

    @Test
    void aCutOverEndsTheCopyOnlyIfBothAreEqual() {
        try (LocalDeployment other = LocalRedis.standalone().start()) {
            String[] words = {
                "sync", "--from", source.uri() + SLOW, "--to", other.uri() + SLOW, "--spool", temp + "/over"
            };
            assertThat(Run.of(with(words, "--until-caught-up")).code()).isZero();
            other.primary().command("SET", "extra", "1");
            Run differing = Run.of(with(words, "--cut-over", "--hold", "1s"));
            assertThat(differing.code()).as(differing.err()).isEqualTo(3);
            assertThat(differing.out())
                    .contains(
                            "\nDIFFERENT: ",
                            "extra",
                            "\nNo cut-over: the source takes writes again (it took none for ");
            other.primary().command("DEL", "extra");
            Run done = Run.of(with(words, "--cut-over", "--hold", "1s"));
            assertThat(done.code()).as(done.err()).isZero();
            assertThat(done.out())
                    .contains(
                            "\nPausing writes at all primaries of the source ...\n",
                            "\nEQUAL: ",
                            "Point the application to redis://127.0.0.1:"
                                    + other.primary().port())
                    .endsWith("and takes none for another 10s; then it does again.\n");
            assertThat(done.out() + differing.out()).doesNotContain("s3cret");
            assertThat(other.primary().command("DBSIZE"))
                    .isEqualTo(source.primary().command("DBSIZE"));
        }
    }

    private static String[] with(String[] words, String... more) {
        return Stream.concat(Arrays.stream(words), Arrays.stream(more)).toArray(String[]::new);
    }

    @Test
    void aSpoolThatIsNoFolderIsAFailure() throws Exception {
        Files.writeString(temp.resolve("file"), "not a folder");
        Run run = sync("file", "--until-caught-up");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).startsWith("lockstep: The spool folder " + temp.resolve("file"));
    }
}
