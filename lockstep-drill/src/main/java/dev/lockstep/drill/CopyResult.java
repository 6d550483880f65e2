package dev.lockstep.drill;

import dev.lockstep.sync.SyncProgress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What happened in one drill of copies, as data. {@link CopyReport} shows it.
 *
 * @param source what was copied from
 * @param target what was copied to
 * @param lengthNanos from the first copier's start until the last write
 * @param servers what runs and what of its settings is not a default, one line each
 * @param struck what was done, in its order
 * @param kills every copier that was killed, in their order
 * @param restarts what copiers said that ended by themselves before they had begun, as when a primary was being replaced
 * @param samples how far the copy was, as time went on
 * @param findings of each judge
 */
public record CopyResult(
        CopyDrillSettings settings,
        CopyDrillSettings.Kind source,
        CopyDrillSettings.Kind target,
        long lengthNanos,
        List<String> servers,
        List<Struck> struck,
        List<Kill> kills,
        List<String> restarts,
        List<Sample> samples,
        Figures figures,
        List<Judged> findings,
        Verdict verdict) {

    /**
     * One fault as it happened. Times are nanoseconds since the first copier was started.
     *
     * @param victim what it was done to
     * @param phase of the copy at that time
     * @param healedNanos when it was healed
     * @param wholeNanos when both deployments were whole again
     */
    public record Struck(
            CopyFault fault,
            String victim,
            SyncProgress.Phase phase,
            long fromNanos,
            long healedNanos,
            long wholeNanos) {}

    /**
     * A copier's end by SIGKILL.
     *
     * @param phase that it had told last
     */
    public record Kill(long atNanos, SyncProgress.Phase phase) {}

    /** How far the copy was at a moment. */
    public record Sample(long atNanos, SyncProgress.Phase phase, long lagBytes, long lagMillis, long writes) {}

    /**
     * What was counted.
     *
     * @param writes how many the source acknowledged
     * @param unknown of how many nobody knows
     * @param refused how many the source refused, such as a RENAME of what is not there
     * @param keys how many the source held at the end
     * @param caughtUpMillis how long it took after the last write until the copy was in step; -1 if it never was
     * @param fullCopies how many were begun, or gone on with
     */
    public record Figures(long writes, long unknown, long refused, long keys, long caughtUpMillis, long fullCopies) {}

    /**
     * What one judge found.
     *
     * @param judged how much it could judge
     * @param found how much of it is wrong
     * @param evidence some of it, in words
     */
    public record Judged(String judge, long judged, long found, List<String> evidence) {
        public Judged {
            evidence = List.copyOf(evidence);
        }
    }

    public CopyResult {
        servers = List.copyOf(servers);
        struck = List.copyOf(struck);
        kills = List.copyOf(kills);
        restarts = List.copyOf(restarts);
        samples = List.copyOf(samples);
        findings = List.copyOf(findings);
    }

    /** How many copiers were killed while a snapshot was carried over. */
    public long killsInFullCopy() {
        return kills.stream()
                .filter(kill -> kill.phase() == SyncProgress.Phase.FULL_COPY)
                .count();
    }

    /** What all judges found together. */
    long wrong() {
        return findings.stream().mapToLong(Judged::found).sum();
    }

    /** The result in one sentence. */
    public String headline() {
        String route = source.id() + " to " + target.id();
        String faults = VerdictTable.number(figures.writes()) + " writes, " + struck.size() + " faults, " + kills.size()
                + " copiers killed, " + killsInFullCopy() + " of them in the full copy";
        return switch (verdict.kind()) {
            case VALID ->
                "The copy from " + route + " is equal: " + VerdictTable.number(figures.keys()) + " keys after " + faults
                        + ".";
            case INVALID -> "The copy from " + route + " is wrong after " + faults + ": " + first() + ".";
            case UNKNOWN -> "The drill did not see enough of the copy from " + route + " to say: " + first() + ".";
        };
    }

    private String first() {
        return verdict.reasons().isEmpty() ? "" : verdict.reasons().get(0).replaceAll("\\s+", " ");
    }

    /** Every fault with the phase in which it struck, such as {@code kill-source@live}, with commas between them. */
    public String faultsInShort() {
        List<String> all = new ArrayList<>();
        struck.forEach(one -> all.add(one.fault().id() + "@" + text(one.phase())));
        long beside = kills.size()
                - struck.stream()
                        .filter(one -> one.fault() == CopyFault.KILL_COPIER)
                        .count();
        if (beside > 0) {
            all.add(beside + "*kill-copier@meanwhile");
        }
        return all.stream().collect(Collectors.joining(","));
    }

    static String text(SyncProgress.Phase phase) {
        return phase.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The result as text, a line for each thing. */
    public String text() {
        StringBuilder text = new StringBuilder(verdict.kind() + "  " + headline() + "\n");
        struck.forEach(one -> text.append(String.format(
                Locale.ROOT,
                "  %7.1f s  %s: %s, while %s%n",
                one.fromNanos() / 1e9,
                one.fault().id(),
                one.victim(),
                text(one.phase()))));
        findings.forEach(one -> {
            text.append("  ").append(one.judge()).append(": ");
            text.append(VerdictTable.number(one.found())).append(" of ").append(VerdictTable.number(one.judged()));
            text.append(one.found() == 0 ? "\n" : " wrong\n");
            one.evidence().forEach(line -> text.append("    ").append(line).append('\n'));
        });
        verdict.reasons().forEach(reason -> text.append("  ").append(reason).append('\n'));
        if (figures.caughtUpMillis() >= 0) {
            text.append("  in step ")
                    .append(DrillSettings.text(Duration.ofMillis(figures.caughtUpMillis())))
                    .append(" after the last write\n");
        }
        return text.toString();
    }
}
