package dev.lockstep.sync.verify;

import dev.lockstep.sync.SyncException;
import java.util.function.LongSupplier;

/** How long what does not work on one side is tried again: until nothing has worked for the deployment's timeout. Not thread-safe. */
final class Retries {

    private static final long PAUSE_MILLIS = 20;

    private final Side side;
    private final LongSupplier clock;
    private long workedAt;

    Retries(Side side) {
        this.side = side;
        this.clock = side.clock();
        this.workedAt = clock.getAsLong();
    }

    /** Something worked. */
    void worked() {
        workedAt = clock.getAsLong();
    }

    /**
     * Something did not work; returns when it is time to try again.
     *
     * @throws SyncException if it was tried for long enough
     */
    void failed(String trouble) throws InterruptedException {
        if (clock.getAsLong() - workedAt > side.patience().toNanos()) {
            throw new SyncException("The " + side + " cannot be read: " + trouble + ". It was tried for "
                    + side.patience().toSeconds() + " s; when its servers answer again, run this again");
        }
        Thread.sleep(PAUSE_MILLIS);
    }
}
