package dev.lockstep.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** The entry of the program: builds the command line, runs one command, ends with its exit code. */
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        int code = commandLine()
                .setOut(writer(FileDescriptor.out))
                .setErr(writer(FileDescriptor.err))
                .execute(args);
        System.exit(code);
    }

    /** UTF-8 whatever the locale says: JSON is never anything else. */
    private static PrintWriter writer(FileDescriptor descriptor) {
        return new PrintWriter(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }

    static CommandLine commandLine() {
        Failures failures = new Failures();
        CommandLine commandLine = new CommandLine(new LockstepCommand())
                .setCommandName(commandName())
                .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
                .setUsageHelpWidth(100)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(failures)
                .setExecutionExceptionHandler(failures)
                .setExitCodeExceptionMapper(failures);
        commandLine.setUsageHelpLongOptionsMaxWidth(32);
        return commandLine;
    }

    /** As the user typed it, so that the examples in the help work as typed; the launcher knows. */
    static String commandName() {
        String typed = System.getProperty("lockstep.command", "lockstep");
        return typed.contains(" ") ? "'" + typed + "'" : typed;
    }
}
