package dev.lockstep.cli;

import dev.lockstep.topology.Deployment;
import dev.lockstep.topology.NodeAddress;
import dev.lockstep.topology.Switchover;
import dev.lockstep.topology.SwitchoverException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code lockstep switchover}: makes a replica the primary, without losing a write. */
@Command(
        name = "switchover",
        versionProvider = Version.class,
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {
            "Makes a replica the primary of its shard, as before maintenance, without losing an acknowledged",
            "write. It is refused, with the reason, when that could not be made sure. If it fails halfway, or is",
            "stopped by Ctrl-C, what was changed is put back."
        },
        footer = {
            "",
            "Works on a Sentinel group and on a Redis Cluster; in a cluster of several shards --to says which.",
            "Writes are held back for less than a second. Clients that then meet the old primary are told READONLY,",
            "or MOVED. To prefer one replica to others, the sentinels must see its priority first: up to 10 s.",
            "",
            "  ${ROOT-COMMAND-NAME} switchover 'redis-sentinel://127.0.0.1:26379#mymaster'",
            "  ${ROOT-COMMAND-NAME} switchover --to 127.0.0.1:7003 redis-cluster://127.0.0.1:7000"
        })
final class SwitchoverCommand implements Callable<Integer> {

    @Parameters(
            paramLabel = "URI",
            description = "Where the deployment is; best in quotes.",
            converter = DeploymentConverter.class)
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Deployment deployment;

    @Option(
            names = "--to",
            paramLabel = "HOST:PORT",
            description = "The replica that shall be primary; if not given, the sentinels choose.",
            converter = Replica.class,
            order = 1)
    private @Nullable NodeAddress to;

    @Option(names = "--json", description = "Print a JSON object.", order = 2)
    private boolean json;

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Output output = common.output(spec);
        return StopSignal.stops(ExitCode.INTERRUPTED, () -> run(output));
    }

    private ExitCode run(Output output) {
        try (Observation observation = new Observation(deployment)) {
            Switchover done = observation.switchover(to, output::progress);
            SwitchoverFacts facts = SwitchoverFacts.of(deployment, done);
            if (json) {
                output.json(facts);
            } else {
                facts.print(output);
            }
            return ExitCode.OK;
        } catch (SwitchoverException e) {
            if (Thread.currentThread().isInterrupted()) {
                output.progress("lockstep: " + e.getMessage()); // who stops it wants to know what it left behind
            }
            throw e;
        }
    }

    /** Reads the address of a server. */
    static final class Replica implements ITypeConverter<NodeAddress> {
        @Override
        public NodeAddress convert(String text) {
            try {
                return NodeAddress.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
