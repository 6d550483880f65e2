package dev.lockstep.drill;

import static dev.lockstep.drill.DrillSettings.Topology.CLUSTER;
import static dev.lockstep.drill.DrillSettings.Topology.SENTINEL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;

class DrillSettingsTest {

    @Test
    void namesTheCommandThatRunsItAgain() {
        assertThat(DrillSettings.story(SENTINEL).command()).isEqualTo("lockstep drill");
        assertThat(DrillSettings.story(CLUSTER).command()).isEqualTo("lockstep drill --topology cluster");
        assertThat(DrillSettings.random(CLUSTER, 7).command())
                .isEqualTo("lockstep drill --topology cluster --seed 7 --duration 60s");
        assertThat(DrillSettings.random(SENTINEL, 7)
                        .withDuration(Duration.ofSeconds(30))
                        .withFaults(EnumSet.of(FaultKind.KILL_PRIMARY, FaultKind.PAUSE_REPLICA))
                        .withLoad(new DrillSettings.Load(32, 4_000, Duration.ofMillis(1_500)))
                        .withServerBin(Path.of("/bin/valkey-server"))
                        .command())
                .isEqualTo("lockstep drill --seed 7 --duration 30s --faults kill-primary,pause-replica"
                        + " --threads 32 --rate 4000 --timeout 1500ms --server-bin /bin/valkey-server");
    }

    @Test
    void readsFaultsByTheirIds() {
        assertThat(FaultKind.parse("kill-primary, pause-replica", SENTINEL))
                .containsExactlyInAnyOrder(FaultKind.KILL_PRIMARY, FaultKind.PAUSE_REPLICA);
        assertThat(FaultKind.parse("all", SENTINEL)).hasSize(21);
    }

    @Test
    void namesTheKnownFaultsIfOneIsNot() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FaultKind.parse("kill-primary,meteor", SENTINEL))
                .withMessageStartingWith("Unknown fault 'meteor' of a sentinel. Known are: all, kill-primary, ");
    }

    @Test
    void knowsWhichFaultsADeploymentCanHave() {
        assertThat(FaultKind.all(SENTINEL)).contains(FaultKind.KILL_SENTINEL).doesNotContain(FaultKind.MOVE_SLOTS);
        assertThat(FaultKind.all(CLUSTER)).contains(FaultKind.MOVE_SLOTS).doesNotContain(FaultKind.KILL_SENTINEL);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FaultKind.parse("kill-sentinel", CLUSTER))
                .withMessageStartingWith("Unknown fault 'kill-sentinel' of a cluster. Known are: all, kill-primary, ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DrillSettings.random(SENTINEL, 1).withFaults(EnumSet.of(FaultKind.MOVE_SLOTS)));
    }

    @Test
    void refusesWhatCannotBeADrill() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DrillSettings.random(SENTINEL, 1).withDuration(Duration.ofSeconds(1)))
                .withMessage("the duration must be 5 s to 1 h; got 1s");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DrillSettings.random(SENTINEL, 1).withFaults(EnumSet.noneOf(FaultKind.class)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DrillSettings.Load(1, 100, Duration.ofSeconds(1)))
                .withMessage("threads must be 4 to 256; got 1");
    }
}
