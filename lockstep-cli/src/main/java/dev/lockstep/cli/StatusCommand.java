package dev.lockstep.cli;

import dev.lockstep.topology.Deployment;
import dev.lockstep.topology.TopologyException;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lockstep status}: who is primary and owns which slots, and how far each copy is. */
@Command(
        name = "status",
        versionProvider = Version.class,
        sortOptions = false,
        abbreviateSynopsis = true,
        description = "Shows who is primary, of which slots, where each replica stands, and what the sentinels say.",
        footer = {
            "",
            "URI is redis://host:6379, redis-sentinel://host:26379,host:26379#mymaster or",
            "redis-cluster://host:7000,host:7001, with rediss in it for TLS; valkey... is the same.",
            "A password in it is seen by others in the process list: set REDISCLI_AUTH, or add",
            "?passwordFile=FILE (and sentinelPasswordFile=FILE).",
            "",
            "  ${ROOT-COMMAND-NAME} status --watch 'redis-sentinel://127.0.0.1:26379#mymaster'"
        })
final class StatusCommand implements Callable<Integer> {

    @Parameters(
            paramLabel = "URI",
            description = "Where the deployment is; best in quotes.",
            converter = DeploymentConverter.class)
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Deployment deployment;

    @Option(
            names = {"-w", "--watch"},
            arity = "0..1",
            paramLabel = "TIME",
            description = "Go on until Ctrl-C, every second or as often as said, such as 500ms.",
            parameterConsumer = Durations.IfOneFollows.class,
            order = 1)
    private @Nullable Duration watch;

    @Option(names = "--json", description = "Print a JSON object; with --watch one on each line.", order = 2)
    private boolean json;

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Output output = common.output(spec);
        return StopSignal.stops(watch == null ? ExitCode.INTERRUPTED : ExitCode.OK, () -> run(output));
    }

    private ExitCode run(Output output) throws InterruptedException {
        try (Observation observation = observe(output);
                Screen screen = Screen.on(output, watch != null && !json)) {
            while (true) {
                DeploymentStatus status = observation.status();
                if (json) {
                    output.json(status);
                } else {
                    screen.show(StatusText.lines(status));
                }
                if (watch == null) {
                    return ExitCode.OK;
                }
                Thread.sleep(watch.toMillis());
            }
        }
    }

    /** Who wants to watch a deployment may come in the middle of a failover, and wait. */
    private Observation observe(Output output) throws InterruptedException {
        while (true) {
            try {
                return new Observation(deployment);
            } catch (TopologyException e) {
                if (watch == null || e.kind() != TopologyException.Kind.NO_PRIMARY) {
                    throw e;
                }
                output.progress("lockstep: " + e.getMessage() + " Waiting ...");
                Thread.sleep(watch.toMillis());
            }
        }
    }
}
