package dev.lockstep.cli;

import dev.lockstep.sync.Preflight;
import java.util.List;

/**
 * What was seen before a copy. Also its JSON.
 *
 * @param ready whether nothing stands in the way
 */
record PreflightFacts(int schemaVersion, String from, String to, boolean ready, List<FindingFacts> findings) {

    /**
     * One thing.
     *
     * @param weight OK, WARNING or FAILS
     * @param advice empty if there is nothing to do
     */
    record FindingFacts(String weight, String seen, String advice) {}

    static PreflightFacts of(DeploymentPair pair, Preflight preflight) {
        return new PreflightFacts(
                1,
                pair.from().toString(),
                pair.to().toString(),
                preflight.isClear(),
                preflight.findings().stream()
                        .map(finding -> new FindingFacts(
                                finding.weight().name(), Failures.masked(finding.seen()), finding.advice()))
                        .toList());
    }

    void print(Output output) {
        for (FindingFacts finding : findings) {
            String weight = finding.weight().equals("OK")
                    ? "ok       "
                    : finding.weight().equals("FAILS") ? "FAILS    " : "warning  ";
            output.line(weight + finding.seen() + (finding.advice().isEmpty() ? "" : ". " + finding.advice()));
        }
        long obstacles = findings.stream()
                .filter(finding -> finding.weight().equals("FAILS"))
                .count();
        output.line(
                obstacles == 0
                        ? "Nothing stands in the way. Nothing was changed."
                        : obstacles + (obstacles == 1 ? " thing stands" : " things stand")
                                + " in the way. Nothing was changed.");
    }
}
