package dev.lockstep.cli;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lockstep up}: real servers on this machine, for as long as the command runs. */
@Command(
        name = "up",
        versionProvider = Version.class,
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {
            "Starts real servers on 127.0.0.1, prints their URI as the first line, and stays until Ctrl-C.",
            "Then, or however else it ends, the servers end too and their files are removed."
        },
        footer = {
            "",
            "Kill or freeze any of the printed processes to see what happens. The sentinels know the primary as",
            "mymaster, and ask for its password only if they were given one of their own. The shards of a cluster",
            "share the slots evenly; when a primary dies, the others let its replica take over.",
            "",
            "  ${ROOT-COMMAND-NAME} up sentinel",
            "  ${ROOT-COMMAND-NAME} up cluster --shards 4",
            "  REDISCLI_AUTH=mypassword ${ROOT-COMMAND-NAME} up sentinel --replicas 1 --dir /tmp/my-servers"
        })
final class UpCommand implements Callable<Integer> {

    @Parameters(
            paramLabel = "standalone|sentinel|cluster",
            converter = UpKind.Converter.class,
            description =
                    "One primary; or one primary, 2 replicas and 3 sentinels; or 3 shards, each of a primary and 1"
                            + " replica.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private UpKind kind;

    @Option(
            names = "--shards",
            paramLabel = "N",
            description = "How many shards the cluster has; fewer than 3 cannot elect.",
            order = 0)
    private @Nullable Integer shards;

    @Option(names = "--replicas", paramLabel = "N", description = "How many replicas each primary has.", order = 1)
    private @Nullable Integer replicas;

    @Option(
            names = "--sentinels",
            paramLabel = "N",
            description = "How many sentinels; a majority of them must agree to a failover.",
            order = 2)
    private @Nullable Integer sentinels;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "Of the primary, or of the first sentinel or node of a cluster, the others following. If not"
                    + " given: 6379, 26379 for sentinels, 7000 for a cluster, or free ones if these are in use.",
            order = 3)
    private @Nullable Integer port;

    @Mixin
    private final Secrets secrets = new Secrets();

    @Option(names = "--tls", description = "Speak only TLS, with certificates made for these servers.", order = 15)
    private boolean tls;

    @Option(
            names = "--server-bin",
            paramLabel = "FILE",
            description = "The redis-server or valkey-server to run instead of the one that comes along.",
            order = 20)
    private @Nullable Path serverBin;

    @Option(
            names = "--dir",
            paramLabel = "FOLDER",
            description = "An empty or new folder for data, configuration and logs, which is kept.",
            order = 21)
    private @Nullable Path dir;

    @Option(names = "--json", description = "Print one JSON object instead of text.", order = 30)
    private boolean json;

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Output output = common.output(spec);
        LocalRedis plan = plan(output);
        return StopSignal.stops(ExitCode.OK, () -> run(plan, output));
    }

    private LocalRedis plan(Output output) {
        try {
            LocalRedis plan = kind.plan(new UpKind.Size(shards, replicas, sentinels), port, output)
                    .tls(tls);
            String password = secrets.password(System.getenv(), output);
            String sentinelPassword = secrets.sentinelPassword(output);
            if (password != null) {
                plan.password(password);
            }
            if (sentinelPassword != null) {
                if (kind == UpKind.CLUSTER) {
                    throw new IllegalArgumentException("A cluster has no sentinels, so there is no password of theirs");
                }
                plan.sentinelPassword(sentinelPassword);
            }
            if (serverBin != null) {
                plan.serverBin(serverBin);
            }
            if (dir != null) {
                plan.dir(dir);
            }
            return plan;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private ExitCode run(LocalRedis plan, Output output) throws InterruptedException {
        output.progress("Starting servers ...");
        try (LocalDeployment deployment = plan.start()) {
            UpFacts facts = UpFacts.of(deployment, tls);
            if (json) {
                output.json(facts);
            } else {
                facts.print(output);
            }
            output.progress("Ctrl-C stops the servers" + (dir == null ? " and removes their files." : "."));
            Thread.sleep(Long.MAX_VALUE);
        }
        return ExitCode.OK;
    }
}
