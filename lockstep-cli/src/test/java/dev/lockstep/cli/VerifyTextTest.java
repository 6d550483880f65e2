package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.sync.verify.Difference;
import dev.lockstep.sync.verify.Difference.Finding;
import dev.lockstep.sync.verify.Difference.Kind;
import dev.lockstep.sync.verify.VerifyProgress;
import dev.lockstep.sync.verify.VerifyProgress.Phase;
import dev.lockstep.sync.verify.VerifyResult;
import dev.lockstep.topology.Deployment;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a comparison prints, without any server. */
class VerifyTextTest {

    private static final Deployment SOURCE = Deployment.parse("redis://:s3cret@10.0.0.1", Map.of());
    private static final Deployment TARGET = Deployment.parse("redis-cluster://10.0.0.2", Map.of());

    private static String printed(VerifyResult result) {
        StringWriter out = new StringWriter();
        PrintWriter writer = new PrintWriter(out, true);
        VerifyFacts.of(SOURCE, TARGET, result).print(new Output(writer, writer, Color.NEVER));
        return out.toString();
    }

    @Test
    void equalIsOneLine() {
        assertThat(printed(new VerifyResult(
                        12_345, 0, 0, List.of(), List.of(), List.of(), List.of(), Duration.ofSeconds(3))))
                .isEqualTo("EQUAL: 12,345 keys compared, 0 differ\n");
    }

    @Test
    void whatDiffersIsATable() {
        Difference first = new Difference(
                0,
                "user:1",
                List.of(
                        new Finding(Kind.VALUE, "value: 1 field differs"),
                        new Finding(Kind.EXPIRY, "expires never, in the target 2100-01-01T00:00:00Z")));
        Difference second = new Difference(3, "", List.of(new Finding(Kind.MISSING, "missing in the target")));
        Difference third = new Difference(0, "hot", List.of(new Finding(Kind.VALUE, "kept changing")));
        assertThat(printed(new VerifyResult(
                        1_000,
                        4,
                        1,
                        List.of(first, second),
                        List.of(third),
                        List.of("library lib: missing in the target"),
                        List.of("slots moved"),
                        Duration.ofSeconds(3))))
                .isEqualTo("""
                        DIFFERENT: 1,000 keys compared, 4 differ, 1 would not settle

                          KEY               DATABASE  WHAT DIFFERS
                          user:1                      value: 1 field differs; expires never, in the target 2100-01-01T00:00:00Z
                          (the empty name)         3  missing in the target
                          2 more differ; --name says how many to name

                          KEY  WHAT IS KNOWN
                          hot  kept changing

                          functions: library lib: missing in the target

                          note: slots moved
                        """);
    }

    @Test
    void progressSaysHowFarAndHowLongStill() {
        assertThat(VerifyProgressLine.text(
                        new VerifyProgress(Phase.COMPARE, 0, 20_000, 100_000, 2, 0, 3, Duration.ofSeconds(5)),
                        Duration.ofSeconds(4)))
                .isEqualTo(
                        "5 s  compared 20,000 of about 100,000 keys, 5,000/s, 16 s left, 2 differ, 3 to look at again");
        assertThat(VerifyProgressLine.text(
                        new VerifyProgress(Phase.EXTRA, 2, 0, 7, 0, 1, 0, Duration.ofSeconds(9)), Duration.ZERO))
                .isEqualTo("9 s  database 2: looked for extra keys among 0 of about 7 keys, 0 differ, 1 unsettled");
    }

    @Test
    void eachSideHasAPasswordOfItsOwn() {
        Map<String, String> environment =
                Map.of("LOCKSTEP_SOURCE_AUTH", "one", "LOCKSTEP_TARGET_AUTH", "", "REDISCLI_AUTH", "usual");
        assertThat(DeploymentConverter.read("redis://h", "LOCKSTEP_SOURCE_AUTH", environment)
                        .password())
                .isEqualTo("one");
        assertThat(DeploymentConverter.read("redis://h", "LOCKSTEP_TARGET_AUTH", environment)
                        .password())
                .isEqualTo("usual");
        assertThat(DeploymentConverter.read("redis://:own@h", "LOCKSTEP_SOURCE_AUTH", environment)
                        .password())
                .isEqualTo("own");
    }
}
