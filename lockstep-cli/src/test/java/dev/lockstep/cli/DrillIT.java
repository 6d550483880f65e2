package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(120)
class DrillIT {

    @TempDir
    private Path temp;

    @Test
    void aShortDrillEndsWithAVerdictAndAReport() {
        Path report = temp.resolve("report.html");
        Run run = Run.of(
                "drill",
                "--duration=6s",
                "--faults=pause-replica",
                "--rate=200",
                "--threads=4",
                "--json",
                "--report",
                report.toString());
        JsonNode facts = JsonMapper.shared().readTree(run.out());
        assertThat(facts.get("schemaVersion").asInt()).isEqualTo(1);
        String verdict = facts.get("verdict").asString();
        assertThat(run.code())
                .as(run.err())
                .isEqualTo(Map.of("VALID", 0, "UNKNOWN", 1, "INVALID", 3).get(verdict));
        assertThat(facts.get("clients")).hasSize(2);
        assertThat(facts.get("clients").get(0).get("calls").asLong()).isPositive();
        assertThat(report).content().contains(verdict);
        assertThat(run.err()).contains("Starting servers ...", "Judging ...");
    }

    @Test
    void aShortDrillOfACopyFindsItEqual() {
        Path report = temp.resolve("copy.html");
        Run run = Run.of(
                "drill",
                "--workload=sync",
                "--source=standalone",
                "--target=standalone",
                "--duration=10s",
                "--faults=cut-copier",
                "--keys=2000",
                "--json",
                "--report",
                report.toString());
        JsonNode facts = JsonMapper.shared().readTree(run.out());
        assertThat(facts.get("verdict").asString()).as(run.out() + run.err()).isEqualTo("VALID");
        assertThat(run.code()).isZero();
        assertThat(facts.get("faults")).hasSize(1);
        assertThat(facts.get("keys").asLong()).isGreaterThan(2_000);
        assertThat(report).content().contains("VALID", "lockstep drill --workload sync");
        assertThat(run.err()).contains("Copying ...", "Verifying ...");
    }

    @Test
    void aDrillThatIsInterruptedLeavesNothing() throws Exception {
        try (Child drill = Child.start(
                temp, Map.of(), "drill", "--report", temp.resolve("r.html").toString())) {
            await().atMost(Duration.ofSeconds(60)).until(() -> drill.err().contains("Running ..."));
            List<Long> household = drill.household();
            assertThat(drill.end("INT")).isEqualTo(130);
            await().untilAsserted(() -> assertThat(household).noneMatch(Child::exists));
            assertThat(temp.resolve("r.html")).doesNotExist();
            assertThat(drill.err()).doesNotContain("\tat ");
        }
    }
}
