package dev.lockstep.sync;

import java.util.concurrent.ExecutionException;

/** Something that time may mend, such as a failover: what is under way ends, and is begun again from the target's word. */
final class Setback extends Exception {

    Setback(String why) {
        super(why);
    }

    /** Of what went wrong elsewhere. */
    static Setback of(ExecutionException failure) {
        Throwable cause = failure.getCause();
        return new Setback(Link.causes(cause == null ? failure : cause));
    }
}
