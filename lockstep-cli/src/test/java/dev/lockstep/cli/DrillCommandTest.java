package dev.lockstep.cli;

import static dev.lockstep.drill.Verdict.Kind.INVALID;
import static dev.lockstep.drill.Verdict.Kind.UNKNOWN;
import static dev.lockstep.drill.Verdict.Kind.VALID;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class DrillCommandTest {

    /** Something with a drill's options. */
    @Command
    private static final class Anything {
        @Mixin
        private final DrillOptions options = new DrillOptions();
    }

    private static String command(String line) {
        String[] args = line.isEmpty() ? new String[0] : line.split(" ");
        DrillOptions options = CommandLine.populateCommand(new Anything(), args).options;
        return options.isCopy()
                ? options.copySettings().command()
                : options.settings(false).command();
    }

    @Test
    void theWorstVerdictDecidesTheExitCode() {
        assertThat(DrillCommand.exitCode(List.of(VALID, VALID))).isEqualTo(ExitCode.OK);
        assertThat(DrillCommand.exitCode(List.of(VALID, UNKNOWN))).isEqualTo(ExitCode.FAILURE);
        assertThat(DrillCommand.exitCode(List.of(UNKNOWN, INVALID, VALID))).isEqualTo(ExitCode.FINDINGS);
    }

    @Test
    void theCommandThatAReportNamesRunsTheSameDrill() {
        for (String line : List.of(
                "",
                " --topology cluster",
                " --topology cluster --seed 7 --duration 30s --faults promote-replica,move-slots",
                " --seed 7 --duration 60s",
                " --seed 1 --duration 90s --faults kill-primary,pause-replica",
                " --seed 3 --duration 60s --threads 8 --rate 500 --timeout 250ms --server-bin /bin/redis-server")) {
            assertThat(command(line.strip())).isEqualTo("lockstep drill" + line);
        }
    }

    @Test
    void theCommandThatAReportOfACopyNamesRunsTheSameDrill() {
        for (String line : List.of(
                " --seed 1 --duration 40s",
                " --source sentinel --target standalone --seed 7 --duration 40s",
                " --target cluster --seed 7 --duration 30s --faults kill-copier,move-source-slots",
                " --seed 3 --duration 60s --rate 300 --keys 5000 --server-bin /bin/redis-server")) {
            assertThat(command("--workload sync" + line)).isEqualTo("lockstep drill --workload sync" + line);
        }
    }

    @Test
    void whateverIsDrawnHasASeed() {
        assertThat(command("--duration 2m")).isEqualTo("lockstep drill --seed 1 --duration 120s");
    }
}
