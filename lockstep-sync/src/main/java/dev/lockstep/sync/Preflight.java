package dev.lockstep.sync;

import java.util.List;

/**
 * What was seen of a source and a target before anything is copied, and what is to be expected. Immutable.
 *
 * @param findings of the source first, then of the target, then of both
 */
public record Preflight(List<Finding> findings) {

    /** What a finding means for the copy. */
    public enum Weight {
        /** All is well. */
        OK,
        /** It may do harm, or be a surprise. */
        WARNING,
        /** The copy cannot begin, or cannot be what it shall be. */
        FAILS
    }

    /**
     * One thing.
     *
     * @param seen what there is, and why it matters
     * @param advice what to do; empty if nothing has to be done
     */
    public record Finding(Weight weight, String seen, String advice) {

        /** Both, for people. */
        @Override
        public String toString() {
            return advice.isEmpty() ? seen : seen + ". " + advice;
        }
    }

    public Preflight {
        findings = List.copyOf(findings);
    }

    /** Whether nothing stands in the way. */
    public boolean isClear() {
        return obstacles().isEmpty();
    }

    /** What stands in the way. */
    public List<Finding> obstacles() {
        return findings.stream()
                .filter(finding -> finding.weight() == Weight.FAILS)
                .toList();
    }
}
