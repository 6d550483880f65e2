package dev.lockstep.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of the command: warnings, on stderr, without stack traces, until somebody asks for more.
 *
 * <p>Found by Logback as a service. A configuration in Java starts a tenth of a second sooner than one in XML.
 */
public final class Logging extends ContextAwareBase implements Configurator {
    private static final String BRIEF = "lockstep: %replace(%msg){'(?s):?\\n.*', ''}%n%nopex"; // the first line
    private static final String CHATTY = "%d{HH:mm:ss.SSS} %-5level %logger{0}: %msg%n%nopex";
    private static final String FULL = "%d{HH:mm:ss.SSS} %-5level [%thread] %logger: %msg%n";

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        install(context, BRIEF, Level.WARN);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** Also what goes on; with {@code everything} also the details and stack traces. */
    static void tell(boolean everything) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        install(context, everything ? FULL : CHATTY, everything ? Level.DEBUG : Level.INFO);
    }

    private static void install(LoggerContext context, String pattern, Level ours) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(pattern);
        encoder.start();
        ConsoleAppender<ILoggingEvent> stderr = new ConsoleAppender<>();
        stderr.setContext(context);
        stderr.setName("stderr");
        stderr.setTarget("System.err");
        stderr.setEncoder(encoder);
        stderr.start();
        var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.ERROR);
        root.addAppender(stderr);
        context.getLogger("dev.lockstep").setLevel(ours);
    }
}
