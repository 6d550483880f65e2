package dev.lockstep.drill;

import static dev.lockstep.drill.DrillSettings.Topology.CLUSTER;
import static dev.lockstep.drill.DrillSettings.Topology.SENTINEL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DrillIT {

    /** The server that the build names; null for the one that comes along. */
    static @Nullable Path serverBin() {
        String binary = System.getProperty("lockstep.server-bin", "");
        return binary.isEmpty() ? null : Path.of(binary);
    }

    /** Started on the server that the tests run on. */
    static LocalDeployment started(LocalRedis plan) {
        Path binary = serverBin();
        return (binary == null ? plan : plan.serverBin(binary)).start();
    }

    static DrillSettings settings(DrillSettings.Topology topology, long seed, int seconds, FaultKind... faults) {
        return DrillSettings.random(topology, seed)
                .withDuration(Duration.ofSeconds(seconds))
                .withFaults(EnumSet.copyOf(List.of(faults)))
                .withLoad(new DrillSettings.Load(16, 800, Duration.ofSeconds(5)))
                .withServerBin(serverBin());
    }

    static List<Arguments> drills() {
        return List.of(
                arguments(
                        settings(
                                SENTINEL,
                                11,
                                12,
                                FaultKind.KILL_REPLICA,
                                FaultKind.RESTART_PRIMARY,
                                FaultKind.SLOW_PRIMARY_REPLICA),
                        3),
                arguments(settings(CLUSTER, 11, 14, FaultKind.KILL_PRIMARY, FaultKind.MOVE_SLOTS), 6));
    }

    @ParameterizedTest
    @MethodSource("drills")
    void findsLockstepValidAndShowsIt(DrillSettings settings, int nodes, @TempDir Path folder) throws Exception {
        List<DrillListener.Progress> progress = new ArrayList<>();
        List<String> faults = new ArrayList<>();

        DrillResult result = new Drill(settings)
                .listener(new DrillListener() {
                    @Override
                    public void onProgress(Progress now) {
                        progress.add(now);
                    }

                    @Override
                    public void onFault(long atNanos, String what) {
                        faults.add(what);
                    }
                })
                .run();
        Report.write(result, folder.resolve("report.html"));

        assertThat(result.verdict())
                .as(VerdictTable.text(result))
                .isEqualTo(new Verdict(Verdict.Kind.VALID, List.of()));
        assertThat(result.clients()).extracting(ClientResult::name).containsExactly("Lockstep", "Plain Lettuce");
        assertThat(result.faults()).hasSameSizeAs(settings.schedule().steps());
        assertThat(result.nodes()).hasSize(nodes);
        assertThat(progress).hasSizeGreaterThan(5);
        assertThat(faults).hasSizeGreaterThanOrEqualTo(2 * result.faults().size());
        assertThat(folder.resolve("report.html")).content().contains("VALID", settings.command());
    }
}
