package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code verify} on real servers: what is printed, and the exit codes. */
@Timeout(120)
@TestInstance(Lifecycle.PER_CLASS)
class VerifyIT {

    /** The first connection of a JVM may take its time where others compile or test. */
    private static final String SLOW = "?connectTimeout=5000ms";

    @TempDir
    private Path temp;

    private LocalDeployment source;
    private LocalDeployment target;

    @BeforeAll
    void start() {
        source = LocalRedis.standalone().password("s3cret").start();
        target = LocalRedis.standalone().start();
    }

    @AfterAll
    void stop() {
        source.close();
        target.close();
    }

    @BeforeEach
    void fill() {
        for (LocalDeployment side : new LocalDeployment[] {source, target}) {
            side.primary().command("FLUSHALL");
            side.primary().command("MSET", "a", "1", "b", "2", "c", "3");
        }
    }

    private Run verify(String... more) {
        String[] words = new String[more.length + 6];
        System.arraycopy(
                new String[] {"verify", "--from", source.uri() + SLOW, "--to", target.uri() + SLOW, "--patience=500ms"},
                0,
                words,
                0,
                6);
        System.arraycopy(more, 0, words, 6, more.length);
        Run run = Run.of(words);
        assertThat(run.out() + run.err()).doesNotContain("s3cret", "\tat ");
        return run;
    }

    @Test
    void equalEndsWith0() {
        Run run = verify();
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).isEqualTo("EQUAL: 3 keys compared, 0 differ\n");
        assertThat(run.err()).contains("0 s  compared ");
    }

    @Test
    void differentEndsWith3AndNamesTheKeys() {
        target.primary().command("DEL", "b");
        target.primary().command("SET", "c", "33");
        target.primary().command("SET", "d", "4");
        Run run = verify();
        assertThat(run.code()).as(run.err()).isEqualTo(3);
        assertThat(run.out())
                .startsWith("DIFFERENT: 3 keys compared, 3 differ\n\n  KEY  WHAT DIFFERS\n")
                .contains("  b    missing in the target\n", "  d    only in the target\n")
                .contains("  c    value: length 1 against 2\n");

        Run some = verify("--exclude", "[bd]", "--match", "*");
        assertThat(some.code()).isEqualTo(3);
        assertThat(some.out()).contains("2 keys compared, 1 differ");
        assertThat(verify("--match", "a").code()).isZero();
        assertThat(verify("--databases", "1").code()).isZero();
    }

    @Test
    void asJson() {
        target.primary().command("DEL", "b");
        Run run = verify("--json", "--name", "1");
        assertThat(run.code()).as(run.err()).isEqualTo(3);
        assertThat(run.out().lines()).hasSize(1);
        JsonNode facts = JsonMapper.shared().readTree(run.out());
        assertThat(facts.propertyNames())
                .containsExactly(
                        "schemaVersion",
                        "verdict",
                        "from",
                        "to",
                        "keys",
                        "differing",
                        "unsettled",
                        "differences",
                        "unsettledKeys",
                        "functions",
                        "doubts",
                        "elapsedMillis");
        assertThat(facts.get("from").asString()).isEqualTo(source.maskedUri() + SLOW);
        assertThat(facts.get("differences").toString())
                .isEqualTo("[{\"database\":0,\"key\":\"b\",\"findings\":"
                        + "[{\"kind\":\"MISSING\",\"text\":\"missing in the target\"}]}]");
    }

    @Test
    void whatKeepsChangingEndsWith1() throws InterruptedException {
        CountDownLatch stop = new CountDownLatch(1);
        Thread writer = new Thread(() -> {
            while (stop.getCount() > 0) {
                source.primary().command("INCR", "a");
            }
        });
        writer.start();
        try {
            Run run = verify();
            assertThat(run.code()).as(run.out() + run.err()).isEqualTo(1);
            assertThat(run.out())
                    .startsWith("UNSETTLED: 3 keys compared, 0 differ, 1 would not settle")
                    .contains("  a    kept changing; differed last in its value");
        } finally {
            stop.countDown();
            writer.join();
        }
    }

    @Test
    void whereNothingListensItCannotConnect() {
        Run run = Run.of("verify", "--from", source.uri(), "--to", "redis://:s3cret@127.0.0.1:1");
        assertThat(run.code()).isEqualTo(4);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("nothing listens there").doesNotContain("s3cret", "\tat ");
    }

    @Test
    void whatIsRefusedEndsWith1AndSaysWhatToGrant() {
        target.primary().command("ACL", "SETUSER", "reader", "on", ">s3cret", "~*", "+@all", "-type");
        Run run = Run.of(
                "verify",
                "--from",
                source.uri(),
                "--to",
                "redis://reader:s3cret@127.0.0.1:" + target.primary().port());
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err())
                .contains(
                        "lockstep: The target redis://reader:***@", "answers type with NOPERM", "grant the user +type")
                .doesNotContain("s3cret", "\tat ");
    }

    @Test
    void ctrlCEndsIt() throws Exception {
        for (int i = 0; i < 600; i++) {
            source.primary().command("SET", "many:" + i, "x");
        }
        try (Child child =
                Child.start(temp, Map.of(), "verify", "--rate", "10", "--from", source.uri(), "--to", target.uri())) {
            await().atMost(Duration.ofSeconds(60)).until(() -> child.err().contains("to look at again"));
            assertThat(child.end("INT")).isEqualTo(130);
            assertThat(child.line()).isNull();
            assertThat(child.err()).doesNotContain("\tat ", "s3cret");
        }
    }
}
