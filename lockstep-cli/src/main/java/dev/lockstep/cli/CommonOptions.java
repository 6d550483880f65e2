package dev.lockstep.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The options that every command has. {@code -h} is not among them: to users of redis-cli it means the host. */
final class CommonOptions {

    @Option(names = "--help", usageHelp = true, description = "Print this help.", order = 101)
    @SuppressWarnings("UnusedVariable") // picocli acts on it by itself
    private boolean help;

    @Option(names = "--version", versionHelp = true, description = "Print the version.", order = 102)
    @SuppressWarnings("UnusedVariable") // as above
    private boolean version;

    @Option(
            names = "--color",
            paramLabel = "WHEN",
            description = "auto (on a terminal, unless NO_COLOR is set), always or never.",
            order = 103)
    private Color color = Color.AUTO;

    @Option(names = "--verbose", description = "Tell on stderr what goes on.", order = 104)
    private boolean verbose;

    @Option(names = "--debug", description = "Tell even more, and where in the code a failure came from.", order = 105)
    private boolean debug;

    /** Makes the log as chatty as asked for, and returns where to print. */
    Output output(CommandSpec spec) {
        if (debug || verbose) {
            Logging.tell(debug);
        }
        return new Output(spec.commandLine().getOut(), spec.commandLine().getErr(), color);
    }

    boolean isDebug() {
        return debug;
    }
}
