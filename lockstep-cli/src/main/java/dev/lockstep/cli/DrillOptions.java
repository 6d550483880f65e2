package dev.lockstep.cli;

import dev.lockstep.drill.CopyDrillSettings;
import dev.lockstep.drill.CopyFault;
import dev.lockstep.drill.DrillSettings;
import dev.lockstep.drill.FaultKind;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options from which a drill's settings are made; what is not given is as the settings have it. */
final class DrillOptions {

    private static final String SYNC = "sync";
    private static final String CLIENT = "client";

    @Option(
            names = "--workload",
            paramLabel = "WHAT",
            description = "client: what a client keeps of its promises; sync: whether a copy stays equal. client if not"
                    + " given.",
            order = 0)
    private String workload = CLIENT;

    @Option(
            names = "--topology",
            paramLabel = "KIND",
            description = "What to drill, sentinel or cluster; sentinel if not given.",
            order = 1)
    private @Nullable String topology;

    @Option(
            names = "--source",
            paramLabel = "KIND",
            description =
                    "With --workload sync, what to copy from: standalone, sentinel or cluster. The seed decides if"
                            + " not given.",
            order = 9)
    private @Nullable String source;

    @Option(
            names = "--target",
            paramLabel = "KIND",
            description = "With --workload sync, what to copy to; as --source.",
            order = 10)
    private @Nullable String target;

    @Option(
            names = "--keys",
            paramLabel = "N",
            description = "With --workload sync, how many keys the source holds before the copy begins.",
            order = 11)
    private @Nullable Integer keys;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            description =
                    "From the first call to the last, 5s to 1h; 60s if faults are drawn. Of a copy about as long as"
                            + " its faults take, one in ten seconds; 40s if not given.",
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

    @Option(names = "--rate", paramLabel = "N", description = "Calls per second and client, or writes.", order = 5)
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

    /** Whether a copy is to be drilled, by {@link #copySettings}. Throws an IllegalArgumentException for anything unknown. */
    boolean isCopy() {
        if (!workload.equals(SYNC) && !workload.equals(CLIENT)) {
            throw new IllegalArgumentException("the workload is client or sync; got '" + workload + "'");
        }
        return workload.equals(SYNC);
    }

    /** Throws an IllegalArgumentException for a value that is out of its range, or that has no meaning for a copy. */
    CopyDrillSettings copySettings() {
        refuse("--topology", topology, "use --source and --target");
        refuse("--threads", threads, "one thread writes");
        refuse("--timeout", timeout, "leave it out");
        CopyDrillSettings settings = CopyDrillSettings.random(seed == null ? 1 : seed);
        if (faults != null) {
            settings = settings.withFaults(CopyFault.parse(faults));
        }
        settings = settings.between(kind(source), kind(target)).withServerBin(serverBin);
        settings = duration == null ? settings : settings.withDuration(duration);
        settings = rate == null ? settings : settings.withRate(rate);
        return keys == null ? settings : settings.withKeys(keys);
    }

    private static CopyDrillSettings.@Nullable Kind kind(@Nullable String id) {
        return id == null ? null : CopyDrillSettings.Kind.parse(id);
    }

    private void refuse(String option, @Nullable Object value, String instead) {
        if (value != null) {
            throw new IllegalArgumentException(option + " means nothing with --workload " + workload + "; " + instead);
        }
    }

    /** Throws an IllegalArgumentException for a value that is out of its range, or that has a meaning only for a copy. */
    DrillSettings settings(boolean drawn) {
        String instead = "add --workload " + SYNC;
        refuse("--source", source, instead);
        refuse("--target", target, instead);
        refuse("--keys", keys, instead);
        DrillSettings.Topology what = DrillSettings.Topology.parse(topology == null ? "sentinel" : topology);
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
