package dev.lockstep.drill;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Whoever waits for something, with a bound.
 *
 * @param clock nanoseconds since some moment
 */
record Patience(LongSupplier clock) {

    private static final long LOOK_MILLIS = 20;

    /** Whether it was so before the time was up; a look that fails has seen nothing. */
    boolean sees(BooleanSupplier condition, Duration bound) throws InterruptedException {
        long until = clock.getAsLong() + bound.toNanos();
        while (!isSo(condition)) {
            if (clock.getAsLong() >= until) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
        return true;
    }

    /** @throws IllegalStateException with what was waited for, if it has not come about in time */
    void await(BooleanSupplier condition, Duration bound, String what) throws InterruptedException {
        if (!sees(condition, bound)) {
            throw new IllegalStateException("Not within " + DrillSettings.text(bound) + ": " + what);
        }
    }

    private static boolean isSo(BooleanSupplier condition) {
        try {
            return condition.getAsBoolean();
        } catch (RuntimeException e) {
            return false; // in the middle of a failover nobody may be there to ask
        }
    }
}
