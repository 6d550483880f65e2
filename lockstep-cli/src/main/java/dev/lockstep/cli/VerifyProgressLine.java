package dev.lockstep.cli;

import dev.lockstep.sync.verify.VerifyListener;
import dev.lockstep.sync.verify.VerifyProgress;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Tells on stderr how a comparison goes on: in one line that is kept up to date on a terminal, in one per second elsewhere. */
final class VerifyProgressLine implements VerifyListener, AutoCloseable {
    private static final String REWRITE = "\r\033[K";
    private static final long MILLIS = 1_000;

    private final Output output;
    private final boolean terminal = Output.isTerminal(2);
    private VerifyProgress.@Nullable Phase phase;
    private int database;
    private Duration since = Duration.ZERO;
    private long told = -1;
    private boolean shown;

    VerifyProgressLine(Output output) {
        this.output = output;
    }

    @Override
    public void onProgress(VerifyProgress now) {
        if (now.phase() != phase || now.database() != database) {
            phase = now.phase();
            database = now.database();
            since = now.elapsed();
        }
        if (terminal) {
            output.err().print(REWRITE + text(now, now.elapsed().minus(since)));
            output.err().flush();
            shown = true;
        } else if (now.elapsed().toSeconds() > told) {
            told = now.elapsed().toSeconds();
            output.progress(text(now, now.elapsed().minus(since)));
        }
    }

    /** @param inPhase for how long this phase and database lasts */
    static String text(VerifyProgress now, Duration inPhase) {
        String where = now.database() == 0 ? "" : "database " + now.database() + ": ";
        String what = switch (now.phase()) {
            case COMPARE -> "compared " + keys(now, inPhase);
            case EXTRA -> "looked for extra keys among " + keys(now, inPhase);
            case SETTLE -> "waiting for what differs to settle";
        };
        return String.format(
                Locale.ROOT,
                "%d s  %s%s, %,d differ%s%s",
                now.elapsed().toSeconds(),
                where,
                what,
                now.differing(),
                now.unsettled() == 0 ? "" : String.format(Locale.ROOT, ", %,d unsettled", now.unsettled()),
                now.open() == 0 ? "" : String.format(Locale.ROOT, ", %,d to look at again", now.open()));
    }

    private static String keys(VerifyProgress now, Duration inPhase) {
        long millis = inPhase.toMillis();
        if (millis == 0 || now.keys() == 0) {
            return String.format(Locale.ROOT, "%,d of about %,d keys", now.keys(), now.total());
        }
        long left = Math.max(0, now.total() - now.keys()) * millis / now.keys() / MILLIS;
        return String.format(
                Locale.ROOT,
                "%,d of about %,d keys, %,d/s, %d s left",
                now.keys(),
                now.total(),
                now.keys() * MILLIS / millis,
                left);
    }

    /** Gives the line free for what comes. */
    @Override
    public void close() {
        if (shown) {
            output.err().print(REWRITE);
            output.err().flush();
        }
    }
}
