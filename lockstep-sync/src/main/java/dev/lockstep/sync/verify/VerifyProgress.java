package dev.lockstep.sync.verify;

import java.time.Duration;

/**
 * Where a comparison stands.
 *
 * @param database whose keys are looked at, by the number that it has at the source
 * @param keys how many keys were looked at in this phase and database so far; a key may count twice
 * @param total about how many there are; keys that are left out are among them
 * @param differing how many keys differ, as far as known
 * @param unsettled how many could not be judged, as far as known
 * @param open how many are being looked at again
 * @param elapsed since the run began
 */
public record VerifyProgress(
        Phase phase, int database, long keys, long total, long differing, long unsettled, long open, Duration elapsed) {

    /** What is being done. */
    public enum Phase {
        /** Every key of the source is compared with the target's. */
        COMPARE,
        /** The target is searched for keys that the source does not have. */
        EXTRA,
        /** What differed is looked at until it stays so or does no more. */
        SETTLE
    }
}
