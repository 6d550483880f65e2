package dev.lockstep.drill;

import java.util.ArrayList;
import java.util.List;

/** The result of a drill in two sentences. */
final class Headline {

    private Headline() {}

    /** What the verdict says of the client that the drill is about. */
    static String of(DrillResult result) {
        ClientResult client = result.clients().get(0);
        String faults = count(result.faults().size(), "fault");
        String calls = VerdictTable.number(client.figures().calls());
        return switch (result.verdict().kind()) {
            case VALID ->
                client.name() + " kept every promise: " + calls + " calls through " + faults + failovers(result) + ".";
            case INVALID ->
                client.name() + " broke " + count(client.violations(), "promise") + " in " + calls + " calls through "
                        + faults + failovers(result) + ".";
            case UNKNOWN -> "The drill did not see enough of " + client.name() + " to say.";
        };
    }

    /** What the controls met meanwhile, and why nothing can be said if so. */
    static String lead(DrillResult result) {
        List<String> sentences = new ArrayList<>();
        if (result.verdict().kind() == Verdict.Kind.UNKNOWN) {
            sentences.addAll(
                    result.verdict().reasons().stream().map(r -> r + ".").toList());
        }
        sentences.add(controls(result));
        return String.join(" ", sentences).strip();
    }

    /** What the controls met, in a sentence each; empty if there was none. */
    static String controls(DrillResult result) {
        List<String> sentences = new ArrayList<>();
        for (ClientResult control : result.clients().subList(1, result.clients().size())) {
            List<String> met = new ArrayList<>();
            for (Finding finding : control.findings()) {
                if (!finding.violations().isEmpty()) {
                    met.add(VerdictTable.number(finding.violations().size()) + " × "
                            + finding.anomaly().title());
                }
            }
            met.add(count(control.figures().failed(), "failed call"));
            met.add(VerdictTable.millis(control.figures().writes().stall()) + " without a write");
            sentences.add(control.name() + ", at the same time on the same servers: " + String.join(", ", met) + ".");
        }
        return String.join(" ", sentences);
    }

    private static String failovers(DrillResult result) {
        return result.failovers() == 0 ? "" : " and " + count(result.failovers(), "failover");
    }

    private static String count(long number, String noun) {
        return VerdictTable.number(number) + " " + noun + (number == 1 ? "" : "s");
    }
}
