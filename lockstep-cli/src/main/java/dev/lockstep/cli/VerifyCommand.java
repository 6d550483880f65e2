package dev.lockstep.cli;

import dev.lockstep.sync.verify.Verify;
import dev.lockstep.sync.verify.VerifyResult;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lockstep verify}: whether two deployments hold the same keys. */
@Command(
        name = "verify",
        versionProvider = Version.class,
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {
            "Compares two deployments of any kind, key by key, in both directions: values, types, expiry, streams with",
            "their groups, functions. Names the keys that differ, and in what; never shows a value. It only reads.",
            "Both may be written to meanwhile: what differs is looked at again until it stays so."
        },
        footer = {
            "",
            "Exit code 0: equal. 3: different. 1: a key would not settle, or it failed.",
            "Passwords that a URI lacks are those of LOCKSTEP_SOURCE_AUTH and LOCKSTEP_TARGET_AUTH, if set, else",
            "that of REDISCLI_AUTH. A replica can be compared by its own address, as redis://.",
            "",
            "  ${ROOT-COMMAND-NAME} verify --from redis://127.0.0.1:6379 --to redis-cluster://127.0.0.1:7000"
        })
final class VerifyCommand implements Callable<Integer> {

    @Mixin
    private final DeploymentPair pair = new DeploymentPair();

    @Mixin
    private final KeyChoice keys = new KeyChoice();

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "Keys per second at the most; no limit if not given.",
            order = 6)
    private @Nullable Long rate;

    @Option(
            names = "--patience",
            paramLabel = "TIME",
            description = "How long a key may take to settle, 5 times as long as the target may lag; 10s if not given.",
            converter = Durations.class,
            order = 7)
    private @Nullable Duration patience;

    @Option(
            names = "--name",
            paramLabel = "N",
            description = "How many keys to name at the most; 100 if not given. All are counted.",
            order = 8)
    private @Nullable Integer named;

    @Option(names = "--json", description = "Print one JSON object.", order = 9)
    private boolean json;

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Output output = common.output(spec);
        Verify verify = plan();
        return StopSignal.stops(ExitCode.INTERRUPTED, () -> run(verify, output));
    }

    private Verify plan() {
        try {
            Verify verify = Verify.between(pair.from(), pair.to())
                    .include(keys.include())
                    .exclude(keys.exclude())
                    .databases(keys.databases());
            verify = rate == null ? verify : verify.rate(rate);
            verify = named == null ? verify : verify.named(named);
            return patience == null ? verify : verify.patience(patience);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private ExitCode run(Verify verify, Output output) throws InterruptedException {
        VerifyResult result;
        try (VerifyProgressLine line = new VerifyProgressLine(output)) {
            result = verify.listener(line).run();
        }
        VerifyFacts facts = VerifyFacts.of(pair.from(), pair.to(), result);
        if (json) {
            output.json(facts);
        } else {
            facts.print(output);
        }
        return switch (result.verdict()) {
            case EQUAL -> ExitCode.OK;
            case DIFFERENT -> ExitCode.FINDINGS;
            case UNSETTLED -> ExitCode.FAILURE;
        };
    }
}
