package dev.lockstep.cli;

import dev.lockstep.drill.Campaign;
import dev.lockstep.drill.ClientResult;
import dev.lockstep.drill.DrillResult;
import dev.lockstep.drill.FaultWindow;
import dev.lockstep.drill.Figures;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The result of a drill as it stands in its JSON. Times of faults count from the first call.
 *
 * @param verdict of the client that the drill is about: VALID, INVALID or UNKNOWN
 * @param command what runs the same drill again
 */
record DrillFacts(
        int schemaVersion,
        String verdict,
        String command,
        String report,
        String topology,
        long seed,
        long lengthMillis,
        int failovers,
        List<String> servers,
        List<FaultFacts> faults,
        List<ClientFacts> clients) {

    /** One fault as it happened. */
    record FaultFacts(String kind, String target, long fromMillis, long healedMillis, long settledMillis) {}

    /**
     * What was found of one client.
     *
     * @param violations how often each promise was broken
     * @param toldThere how many more writes were told to be lost than are
     * @param readsByReplica -1 if nobody counted
     */
    record ClientFacts(
            String name,
            String verdict,
            List<String> reasons,
            Map<String, Integer> violations,
            long calls,
            Map<String, Long> failures,
            long unknownOutcomes,
            long acknowledged,
            long lost,
            long toldThere,
            long readsByReplica,
            long rollbacksReported,
            TimeFacts writes,
            TimeFacts reads) {}

    /** How long successful calls took, and the longest time in which none succeeded. */
    record TimeFacts(long medianMicros, long p99Micros, long longestMillis, long stallMillis) {}

    /** The results of a campaign. */
    record CampaignFacts(int schemaVersion, String folder, List<Campaign.Entry> drills) {}

    static DrillFacts of(DrillResult result, Path report) {
        return new DrillFacts(
                1,
                result.verdict().kind().name(),
                result.settings().command(),
                report.toString(),
                result.settings().topology().id(),
                result.settings().seed(),
                millis(result.lengthNanos()),
                result.failovers(),
                result.servers(),
                result.faults().stream().map(DrillFacts::fault).toList(),
                result.clients().stream().map(DrillFacts::client).toList());
    }

    private static FaultFacts fault(FaultWindow fault) {
        return new FaultFacts(
                fault.kind().id(),
                fault.target(),
                millis(fault.fromNanos()),
                millis(fault.healedNanos()),
                millis(fault.settledNanos()));
    }

    private static ClientFacts client(ClientResult client) {
        Map<String, Integer> violations = new LinkedHashMap<>();
        client.findings()
                .forEach(finding -> violations.put(
                        finding.anomaly().title(), finding.violations().size()));
        Figures figures = client.figures();
        return new ClientFacts(
                client.name(),
                client.verdict().kind().name(),
                client.verdict().reasons(),
                violations,
                figures.calls(),
                figures.failures(),
                figures.unknownOutcomes(),
                figures.acknowledged(),
                figures.lost(),
                figures.toldThere(),
                figures.readsByReplica(),
                figures.told(),
                times(figures.writes()),
                times(figures.reads()));
    }

    private static TimeFacts times(Figures.Times times) {
        return new TimeFacts(
                times.median() / 1_000, times.p99() / 1_000, millis(times.longest()), millis(times.stall()));
    }

    private static long millis(long nanos) {
        return nanos / 1_000_000;
    }
}
