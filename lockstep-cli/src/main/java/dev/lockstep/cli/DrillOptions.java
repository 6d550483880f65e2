package dev.lockstep.cli;

import dev.lockstep.drill.DrillSettings;
import dev.lockstep.drill.FaultKind;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options from which a drill's settings are made; what is not given is as the settings have it. */
final class DrillOptions {

    @Option(
            names = "--topology",
            paramLabel = "KIND",
            description = "What to drill, sentinel or cluster; default ${DEFAULT-VALUE}.",
            order = 1)
    private String topology = "sentinel";

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            description = "From the first call to the last, 5s to 1h; 60s if faults are drawn.",
            converter = Durations.class,
            order = 2)
    private @Nullable Duration duration;

    @Option(
            names = "--faults",
            paramLabel = "LIST",
            description =
                    "The faults to draw from, with commas between them; all if not given. An unknown one lists them.",
            order = 3)
    private @Nullable String faults;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Of the faults and the workload; the same seed gives the same schedule. 1 if not given.",
            order = 4)
    private @Nullable Long seed;

    @Option(names = "--rate", paramLabel = "N", description = "Calls per second and client.", order = 5)
    private @Nullable Integer rate;

    @Option(names = "--threads", paramLabel = "N", description = "Threads per client.", order = 6)
    private @Nullable Integer threads;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            description = "How long one call may take.",
            converter = Durations.class,
            order = 7)
    private @Nullable Duration timeout;

    @Option(
            names = "--server-bin",
            paramLabel = "FILE",
            description = "The redis-server or valkey-server to drill instead of the one that comes along.",
            order = 8)
    private @Nullable Path serverBin;

    /** Throws an IllegalArgumentException for a value that is out of its range. */
    DrillSettings settings(boolean drawn) {
        DrillSettings.Topology what = DrillSettings.Topology.parse(topology);
        boolean story = !drawn && seed == null && duration == null && faults == null;
        DrillSettings settings =
                story ? DrillSettings.story(what) : DrillSettings.random(what, seed == null ? 1 : seed);
        if (duration != null) {
            settings = settings.withDuration(duration);
        }
        if (faults != null) {
            settings = settings.withFaults(FaultKind.parse(faults, what));
        }
        DrillSettings.Load usual = settings.load();
        return settings.withServerBin(serverBin)
                .withLoad(new DrillSettings.Load(
                        threads == null ? usual.threads() : threads,
                        rate == null ? usual.rate() : rate,
                        timeout == null ? usual.timeout() : timeout));
    }
}
