package dev.lockstep.cli;

import dev.lockstep.drill.DrillListener;
import java.util.Locale;
import java.util.stream.Collectors;

/** Tells on stderr how a drill goes on: faults as lines, and below them, on a terminal, one line that is kept up to date. */
final class DrillProgress implements DrillListener {
    private static final String REWRITE = "\r\033[K";
    private static final long SECOND = 1_000_000_000;
    private static final long RARELY = 10;

    private final Output output;
    private final boolean terminal = Output.isTerminal(2);
    private long told;

    DrillProgress(Output output) {
        this.output = output;
    }

    @Override
    public void onPhase(String what) {
        told = 0;
        line(what.substring(0, 1).toUpperCase(Locale.ROOT) + what.substring(1) + " ...");
    }

    @Override
    public void onFault(long atNanos, String what) {
        line(String.format(Locale.ROOT, "%5.1f s  %s", (double) atNanos / SECOND, what));
    }

    @Override
    public void onProgress(Progress now) {
        String clients = now.clients().stream().map(DrillProgress::text).collect(Collectors.joining("  "));
        String text = now.atNanos() / SECOND + "/" + now.lengthNanos() / SECOND + " s  "
                + (now.primaries().size() == 1 ? "primary " : "primaries ")
                + String.join(" ", now.primaries()) + "  " + clients;
        if (terminal) {
            output.err().print(REWRITE + text);
            output.err().flush();
        } else if (now.atNanos() / SECOND - told >= RARELY) {
            told = now.atNanos() / SECOND;
            line(text);
        }
    }

    @Override
    public void onCopy(long atNanos, String how, long writesPerSecond) {
        String text = atNanos / SECOND + " s  " + how + "  " + writesPerSecond + " writes/s";
        if (terminal) {
            output.err().print(REWRITE + text);
            output.err().flush();
        } else if (atNanos / SECOND - told >= RARELY) {
            told = atNanos / SECOND;
            line(text);
        }
    }

    private static String text(Calls calls) {
        return calls.client() + " " + calls.perSecond() + "/s"
                + (calls.failed() == 0 ? "" : " (" + calls.failed() + " failed)");
    }

    private void line(String text) {
        output.progress(terminal ? REWRITE + text : text);
    }
}
