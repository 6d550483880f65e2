package dev.lockstep.drill;

import java.util.List;

/**
 * What a drill found out about one client.
 *
 * @param name such as {@code Lockstep}
 * @param settings what of it is not a default, one line each
 * @param findings one for each {@link Anomaly}, in their order
 */
public record ClientResult(
        String name,
        List<String> settings,
        Verdict verdict,
        List<Finding> findings,
        Figures figures,
        Throughput throughput) {

    public ClientResult {
        settings = List.copyOf(settings);
        findings = List.copyOf(findings);
    }

    /** All broken promises. */
    public long violations() {
        return findings.stream()
                .mapToLong(finding -> finding.violations().size())
                .sum();
    }
}
