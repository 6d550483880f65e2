package dev.lockstep.examples;

import dev.lockstep.client.Lockstep;
import dev.lockstep.client.NotSentException;
import dev.lockstep.client.OutcomeUnknownException;
import dev.lockstep.client.View;
import java.time.Duration;

/** What a caller learns of a write that did not succeed. */
final class Failures {

    private Failures() {}

    /** What to do about the call, in a few words. */
    static String increment(Lockstep cache, Duration patience) {
        // [readme]
        View<String, String> orders = cache.primary().within(patience); // a failover included
        try {
            return "counted: " + orders.sync().incr("orders");
        } catch (NotSentException e) {
            return "not executed, call again: " + e.getMessage();
        } catch (OutcomeUnknownException e) {
            return "perhaps executed, read before you repeat it: " + e.getMessage();
        }
        // [/readme]
    }
}
