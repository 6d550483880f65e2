package dev.lockstep.cli;

import dev.lockstep.local.LocalRedisException;
import dev.lockstep.sync.SyncException;
import dev.lockstep.topology.SwitchoverException;
import dev.lockstep.topology.TopologyException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IExitCodeExceptionMapper;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** What a failed command says, and its exit code. Never a stack trace without {@code --debug}, never a password. */
final class Failures implements IParameterExceptionHandler, IExecutionExceptionHandler, IExitCodeExceptionMapper {

    @Override
    public int handleParseException(ParameterException failure, String[] args) {
        CommandLine command = failure.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("lockstep: " + wrongUsage(failure));
        UnmatchedArgumentException.printSuggestions(failure, err);
        String name = command.getCommandSpec().qualifiedName();
        err.println("Try: " + name + " --help");
        return ExitCode.USAGE.code();
    }

    /** Of what was not understood only the first piece, cut at '=': the rest may be a password. */
    private static String wrongUsage(ParameterException failure) {
        if (failure instanceof UnmatchedArgumentException unmatched) {
            String first = unmatched.getUnmatched().get(0);
            return first.startsWith("-")
                    ? "Unknown option " + first.replaceFirst("=.*", "")
                    : "Unexpected argument '" + masked(first) + "'";
        }
        return masked(String.valueOf(failure.getMessage())
                .replaceFirst("^Invalid value for positional parameter at index \\d+ \\([^)]*\\): ", ""));
    }

    /** Without the user info of any URI in it. */
    static String masked(String text) {
        return text.replaceAll("://[^@\\s]*@", "://***@").replaceAll("(?i)(password=)[^&#\\s]*", "$1***");
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, @Nullable ParseResult parsed) {
        PrintWriter err = command.getErr();
        err.println("lockstep: " + text(failure));
        if (isDebug(command)) {
            failure.printStackTrace(err);
        }
        return getExitCode(failure);
    }

    private static boolean isDebug(CommandLine command) {
        return command.getCommandSpec().mixins().values().stream()
                .anyMatch(mixin -> mixin.userObject() instanceof CommonOptions common && common.isDebug());
    }

    private static String text(Exception failure) {
        if (failure instanceof TopologyException
                || failure instanceof SwitchoverException
                || failure instanceof SyncException
                || failure instanceof LocalRedisException
                || failure instanceof UncheckedIOException) {
            return String.valueOf(failure.getMessage());
        }
        return "This should not have happened: " + masked(failure.toString())
                + "\nRun it again with --debug to see where, and report it.";
    }

    @Override
    public int getExitCode(Throwable failure) {
        return (failure instanceof TopologyException ? ExitCode.CANNOT_CONNECT : ExitCode.FAILURE).code();
    }
}
