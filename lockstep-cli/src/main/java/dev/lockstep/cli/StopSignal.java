package dev.lockstep.cli;

import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.jline.utils.Signals;

/**
 * Ctrl-C, TERM or a closed terminal, as an interrupt of the thread that runs the command.
 *
 * <p>So a command cleans up by the way it unwinds, and ends with an exit code of its own choice instead of the one that
 * a JVM gives itself. Who insists with a third signal ends it at once; the guardians of local servers still clean up.
 */
final class StopSignal {
    private static final String[] SIGNALS = {"INT", "TERM", "HUP"};
    private static final int PATIENCE = 3;

    private StopSignal() {}

    /** Runs the task; when it is stopped by a signal, that ends as {@code whenStopped} says. */
    static int stops(ExitCode whenStopped, Callable<ExitCode> task) throws Exception {
        Thread runner = Thread.currentThread();
        AtomicInteger received = new AtomicInteger();
        for (String signal : SIGNALS) {
            Signals.register(signal, () -> {
                if (received.incrementAndGet() == PATIENCE) {
                    Runtime.getRuntime().halt(ExitCode.INTERRUPTED.code());
                }
                runner.interrupt();
            });
        }
        try {
            return task.call().code();
        } catch (Exception e) {
            if (received.get() == 0) {
                throw e;
            }
            return whenStopped.code();
        } finally {
            for (String signal : SIGNALS) {
                Signals.registerDefault(signal);
            }
        }
    }
}
