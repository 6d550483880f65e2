package dev.lockstep.sync;

/**
 * What says whether a target holds what its source holds, while nobody writes to the source: a {@link
 * dev.lockstep.sync.verify.Verify}, as a rule.
 */
@FunctionalInterface
public interface Proof {

    /** Whether it does, beyond doubt. */
    boolean holds() throws InterruptedException;
}
