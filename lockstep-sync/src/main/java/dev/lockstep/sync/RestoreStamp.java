package dev.lockstep.sync;

import org.jspecify.annotations.Nullable;

/**
 * The version to write under a payload so that a target takes it, or the reason why this type cannot cross.
 *
 * @param version 0 if it cannot cross
 * @param refusal null if it can; else a sentence for people
 */
record RestoreStamp(int version, @Nullable String refusal) {

    /*
     * RESTORE compares the version under a payload with its own, and then reads the value by its type byte alone. So the
     * oldest version that has the type is the right one for every target: true of the bytes, and accepted wherever the
     * type is known. The version of the snapshot does not matter.
     */

    /** @param target the form that the target writes itself, see {@link RdbFormat#ofPayload} */
    static RestoreStamp of(RdbType type, RdbFormat target) {
        if (target.knows(type.since())) {
            return new RestoreStamp(type.since().version(), null);
        }
        String needed = type.since().isValkey()
                ? "Only " + type.since().servers() + " and later read it"
                : "It needs " + type.since().servers() + " or a later version"
                        + (target.isValkey() ? " of Redis; Valkey does not read it" : "");
        return new RestoreStamp(
                0,
                type + " cannot be restored: " + needed + "; the target is " + target.servers() + " (form "
                        + target.version() + ").");
    }

    boolean crosses() {
        return refusal == null;
    }
}
