package dev.lockstep.sync;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Whether what arrives of a stream is applied about at once, however much that is. Confined to one thread. */
final class Promptness {
    /* A source that is written to all the time is never heard out. So now and then the end of what has arrived is marked, and it is
     * looked at how long it takes until as much is applied. */

    private static final long PROMPT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final LongSupplier clock;
    private long mark;
    private long markedAt;
    private boolean prompt;

    /**
     * @param end of what has arrived
     * @param clock monotonic nanoseconds
     */
    Promptness(long end, LongSupplier clock) {
        this.clock = clock;
        this.mark = end;
        this.markedAt = clock.getAsLong();
    }

    /** Looks how far it is. */
    boolean isPrompt(long applied, long end) {
        long now = clock.getAsLong();
        if (applied >= mark) {
            prompt = now - markedAt <= PROMPT_NANOS;
            mark = end;
            markedAt = now;
        }
        return applied == end || (prompt && now - markedAt <= PROMPT_NANOS);
    }
}
