package dev.lockstep.sync;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * As what type, and under which version, a value is to be written so that a target takes it; or the reason why it cannot
 * cross.
 *
 * @param as the type itself, or an older form of it
 * @param version 0 if it cannot cross
 * @param refusal null if it can; else a sentence for people
 */
record RestoreStamp(RdbType as, int version, @Nullable String refusal) {

    /*
     * RESTORE compares the version under a payload with its own, and then reads the value by its type byte alone. So the
     * oldest version that has the type is the right one for every target: true of the bytes, and accepted wherever the
     * type is known. The version of the snapshot does not matter.
     */

    /** @param target the form that the target writes itself, see {@link RdbFormat#ofPayload} */
    static RestoreStamp of(RdbType type, RdbFormat target) {
        for (RdbType as = type; as != null; as = as.older()) {
            if (target.knows(as.since())) {
                return new RestoreStamp(as, as.since().version(), null);
            }
        }
        String needed = type.since().isValkey()
                ? "Only " + type.since().servers() + " and later read it"
                : "It needs " + type.since().servers() + " or a later version"
                        + (target.isValkey() ? " of Redis; Valkey does not read it" : "");
        return new RestoreStamp(
                type,
                0,
                type + " cannot be restored: " + needed + "; the target is " + target.servers() + " (form "
                        + target.version() + ").");
    }

    /** What a source of a form may have that cannot cross; empty if everything can. */
    static List<RestoreStamp> refusals(RdbFormat source, RdbFormat target) {
        return Arrays.stream(RdbType.values())
                .filter(type -> source.knows(type.since()))
                .map(type -> of(type, target))
                .filter(stamp -> !stamp.crosses())
                .toList();
    }

    boolean crosses() {
        return refusal == null;
    }
}
