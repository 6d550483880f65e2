package dev.lockstep.sync.verify;

import java.time.Duration;
import java.util.List;

/**
 * What came out of a comparison. Immutable.
 *
 * @param keys how many keys of the source were compared
 * @param differing how many keys differ
 * @param unsettled how many keys could not be judged
 * @param differences keys that differ, as many as were to be named, in no particular order
 * @param unsettledKeys keys that could not be judged, as many as were to be named, and what differed last
 * @param functions what differs between the functions of both sides, in words
 * @param doubts why keys may have been overlooked, in words; usually none
 * @param elapsed how long it took
 */
public record VerifyResult(
        long keys,
        long differing,
        long unsettled,
        List<Difference> differences,
        List<Difference> unsettledKeys,
        List<String> functions,
        List<String> doubts,
        Duration elapsed) {

    /** What to think of the target. */
    public enum Verdict {
        /** It holds exactly what the source holds. */
        EQUAL,
        /** It does not. */
        DIFFERENT,
        /** Nothing was found that surely differs, but not everything could be judged. */
        UNSETTLED
    }

    public VerifyResult {
        differences = List.copyOf(differences);
        unsettledKeys = List.copyOf(unsettledKeys);
        functions = List.copyOf(functions);
        doubts = List.copyOf(doubts);
    }

    /** What to think of the target. */
    public Verdict verdict() {
        if (differing > 0 || !functions.isEmpty()) {
            return Verdict.DIFFERENT;
        }
        return unsettled > 0 || !doubts.isEmpty() ? Verdict.UNSETTLED : Verdict.EQUAL;
    }
}
