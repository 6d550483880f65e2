package dev.lockstep.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command itself, without a subcommand: a short help. */
@Command(
        name = "lockstep",
        subcommands = {
            UpCommand.class,
            StatusCommand.class,
            SwitchoverCommand.class,
            SyncCommand.class,
            VerifyCommand.class,
            DrillCommand.class
        },
        versionProvider = Version.class,
        sortOptions = false,
        description = "Every copy of a Redis or Valkey deployment's data in step, and proof of it while nodes die.",
        footer = {
            "",
            "Exit codes: 0 ok; 1 failure, or no verdict was possible; 2 wrong usage; 3 findings, such as a verdict",
            "INVALID or a difference; 4 cannot connect; 130 interrupted before there was a result."
        })
final class LockstepCommand implements Callable<Integer> {
    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() {
        common.output(spec).text("""
                Lockstep keeps every copy of a Redis or Valkey deployment's data in step, and proves it while nodes die.

                  %1$s up sentinel
                      starts a primary, 2 replicas and 3 sentinels on this machine, until Ctrl-C
                  %1$s status --watch 'redis-sentinel://127.0.0.1:26379#mymaster'
                      shows who is primary and how far behind each replica is
                  %1$s switchover 'redis-sentinel://127.0.0.1:26379#mymaster'
                      makes a replica the primary without losing a write
                  %1$s sync --from redis://127.0.0.1:6379 --to redis-cluster://127.0.0.1:7000
                      keeps the second deployment equal to the first, until Ctrl-C
                  %1$s verify --from redis://127.0.0.1:6379 --to redis-cluster://127.0.0.1:7000
                      names every key that two deployments do not hold alike
                  %1$s drill
                      kills and freezes servers under load; says which promises a client broke

                %1$s --help lists every command, %1$s COMMAND --help its options.
                """.formatted(Main.commandName()));
        return ExitCode.OK.code();
    }
}
