package dev.lockstep.cli;

import dev.lockstep.sync.CutOver;
import dev.lockstep.sync.Existing;
import dev.lockstep.sync.Proof;
import dev.lockstep.sync.Sync;
import dev.lockstep.sync.SyncException;
import dev.lockstep.sync.SyncProgress;
import dev.lockstep.sync.SyncSettings;
import dev.lockstep.sync.verify.Verify;
import dev.lockstep.sync.verify.VerifyResult;
import dev.lockstep.topology.TopologyException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lockstep sync}: keeps a second deployment equal to a first. */
@Command(
        name = "sync",
        versionProvider = Version.class,
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {
            "Copies everything of a deployment to another one of any kind, then every change, until Ctrl-C.",
            "Keys that only the target has are removed. If it is stopped or killed, at whatever moment, the same",
            "command goes on from there, and nothing is applied twice. Nothing else may write to the target."
        },
        footer = {
            "",
            "Exit code 0: stopped, or in step with --until-caught-up, or done with --cut-over, which, stopped before",
            "that, end with 130; 3: the two differ at the cut-over.",
            "Passwords that a URI lacks are those of LOCKSTEP_SOURCE_AUTH and LOCKSTEP_TARGET_AUTH, if set, else",
            "that of REDISCLI_AUTH.",
            "",
            "  ${ROOT-COMMAND-NAME} sync --from redis://127.0.0.1:6379 --to redis-cluster://127.0.0.1:7000"
        })
final class SyncCommand implements Callable<Integer> {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Mixin
    private final DeploymentPair pair = new DeploymentPair();

    @Mixin
    private final KeyChoice keys = new KeyChoice();

    @Option(
            names = "--spool",
            paramLabel = "FOLDER",
            description = "For what has arrived and is not applied yet; lockstep-spool if not given. With the same"
                    + " folder a copy goes on without a full copy.",
            order = 11)
    private @Nullable Path spool;

    @Option(
            names = "--spool-size",
            paramLabel = "SIZE",
            description = "How much it may take for each shard of the source, such as 512M; 8G if not given. It must"
                    + " hold a snapshot, and what is written meanwhile.",
            converter = Sizes.class,
            order = 12)
    private @Nullable Long spoolSize;

    @Option(
            names = "--existing",
            paramLabel = "WHAT",
            description =
                    "What to do with keys that the target has when the copy begins anew: replace (the default)"
                            + " removes each that the source does not have, fail refuses to begin, wipe empties the target first.",
            order = 10)
    private Existing existing = Existing.REPLACE;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "What is sent to the target per second at the most: keys, later commands, such as 5000, or"
                    + " bytes, such as 20M. No limit if not given.",
            converter = Rate.Converter.class,
            order = 13)
    private Rate rate = Rate.NONE;

    @Option(
            names = "--dry-run",
            description = "Change nothing: look at both sides, and tell what would fail and what to expect. Exit code 0"
                    + " if nothing stands in the way, else 1.",
            order = 19)
    private boolean dryRun;

    @Option(
            names = "--until-caught-up",
            description = "End once the target holds all that the source has written.",
            order = 20)
    private boolean untilCaughtUp;

    @Option(
            names = "--cut-over",
            description = "Once caught up, pause the writes of the source, compare, and end the copy, so that the"
                    + " application may go over to the target. Exit code 0 if it may, 3 if the two differ.",
            order = 21)
    private boolean cutOver;

    @Option(
            names = "--hold",
            paramLabel = "TIME",
            description = "For how much longer the source takes no writes after --cut-over, 10s at the least;"
                    + " 60s if not given.",
            converter = Durations.class,
            order = 22)
    private Duration hold = Duration.ofMinutes(1);

    @Option(names = "--json", description = "Print a JSON object on a line of its own every second.", order = 30)
    private boolean json;

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Output output = common.output(spec);
        SyncSettings settings = settings();
        if (dryRun) {
            return StopSignal.stops(ExitCode.INTERRUPTED, () -> preflight(settings, output));
        }
        return StopSignal.stops(
                untilCaughtUp || cutOver ? ExitCode.INTERRUPTED : ExitCode.OK, () -> run(settings, output));
    }

    private SyncSettings settings() {
        try {
            SyncSettings settings = Sync.from(pair.from())
                    .to(pair.to())
                    .include(keys.include())
                    .exclude(keys.exclude())
                    .databases(keys.databases())
                    .existing(existing)
                    .keysPerSecond(rate.keys())
                    .bytesPerSecond(rate.bytes());
            settings = spool == null ? settings : settings.spool(spool);
            return spoolSize == null ? settings : settings.spoolBytes(spoolSize);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private ExitCode preflight(SyncSettings settings, Output output) throws InterruptedException {
        PreflightFacts facts = PreflightFacts.of(pair, settings.preflight());
        if (json) {
            output.json(facts);
        } else {
            facts.print(output);
        }
        return facts.ready() ? ExitCode.OK : ExitCode.FAILURE;
    }

    private ExitCode run(SyncSettings settings, Output output) throws InterruptedException {
        SyncPace pace = new SyncPace(pair.from().toString(), pair.to().toString());
        try (Sync sync = settings.start()) {
            try (Screen screen = Screen.on(output, !json && Output.isTerminal(1))) {
                Consumer<SyncProgress> show = now -> show(pace.facts(now), output, screen);
                if (untilCaughtUp || cutOver) {
                    do {
                        show.accept(sync.progress());
                    } while (!sync.awaitInStep(SECOND));
                    show.accept(sync.progress());
                } else {
                    sync.await(SECOND, show);
                }
            }
            return cutOver ? cutOver(sync, output) : ExitCode.OK;
        }
    }

    private ExitCode cutOver(Sync sync, Output output) throws InterruptedException {
        AtomicReference<@Nullable VerifyResult> seen = new AtomicReference<>();
        Proof proof = () -> {
            VerifyResult result = verify();
            seen.set(result);
            return result.verdict() == VerifyResult.Verdict.EQUAL;
        };
        CutOver end = sync.cutOver(hold, proof, json ? text -> {} : output::line);
        CutOverFacts facts = CutOverFacts.of(pair, end, Objects.requireNonNull(seen.get()));
        if (json) {
            output.json(facts);
        } else {
            facts.print(output);
        }
        return end.done()
                ? ExitCode.OK
                : facts.verification().verdict().equals("DIFFERENT") ? ExitCode.FINDINGS : ExitCode.FAILURE;
    }

    private VerifyResult verify() throws InterruptedException {
        try {
            return Verify.between(pair.from(), pair.to())
                    .include(keys.include())
                    .exclude(keys.exclude())
                    .databases(keys.databases())
                    .run();
        } catch (TopologyException e) { // it is no failure to connect: the copy has been under way
            throw new SyncException(
                    "The two could not be compared: " + e.getMessage()
                            + ". The source takes writes again, and the copy is what it was; start the cut-over again",
                    e);
        }
    }

    private void show(SyncFacts facts, Output output, Screen screen) {
        if (json) {
            output.json(facts);
        } else if (Output.isTerminal(1)) {
            screen.show(SyncText.lines(facts));
        } else {
            output.line(SyncText.line(facts));
        }
    }
}
