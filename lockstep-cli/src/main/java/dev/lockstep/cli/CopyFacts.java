package dev.lockstep.cli;

import dev.lockstep.drill.CopyResult;
import java.nio.file.Path;
import java.util.List;

/**
 * The result of a drill of copies as it stands in its JSON. Times count from the start of the first copier.
 *
 * @param verdict VALID, INVALID or UNKNOWN
 * @param reasons why, if it is not VALID
 * @param command what runs the same drill again
 * @param killsInFullCopy how many copiers were killed while a snapshot was carried over
 * @param caughtUpMillis from the last write until the copy was in step; -1 if it never was
 */
record CopyFacts(
        int schemaVersion,
        String verdict,
        List<String> reasons,
        String command,
        String report,
        String source,
        String target,
        long seed,
        long lengthMillis,
        long keys,
        long writes,
        int kills,
        long killsInFullCopy,
        long caughtUpMillis,
        List<FaultFacts> faults,
        List<CopyResult.Judged> findings) {

    /**
     * One fault as it happened.
     *
     * @param phase of the copy at that time
     */
    record FaultFacts(
            String kind, String target, String phase, long fromMillis, long healedMillis, long settledMillis) {}

    static CopyFacts of(CopyResult result, Path report) {
        return new CopyFacts(
                1,
                result.verdict().kind().name(),
                result.verdict().reasons(),
                result.settings().command(),
                report.toString(),
                result.source().id(),
                result.target().id(),
                result.settings().seed(),
                millis(result.lengthNanos()),
                result.figures().keys(),
                result.figures().writes(),
                result.kills().size(),
                result.killsInFullCopy(),
                result.figures().caughtUpMillis(),
                result.struck().stream().map(CopyFacts::fault).toList(),
                result.findings());
    }

    private static FaultFacts fault(CopyResult.Struck one) {
        return new FaultFacts(
                one.fault().id(),
                one.victim(),
                one.phase().name(),
                millis(one.fromNanos()),
                millis(one.healedNanos()),
                millis(one.wholeNanos()));
    }

    private static long millis(long nanos) {
        return nanos / 1_000_000;
    }
}
