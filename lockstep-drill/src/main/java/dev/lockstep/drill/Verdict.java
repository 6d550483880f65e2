package dev.lockstep.drill;

import java.util.List;

/**
 * What a drill says of one client.
 *
 * @param reasons one sentence each; none if it is valid
 */
public record Verdict(Kind kind, List<String> reasons) {

    /** As with Jepsen, not knowing is not passing. */
    public enum Kind {
        /** Every promise was kept, and the drill saw enough to say so. */
        VALID,
        /** A promise was broken, and there is evidence. */
        INVALID,
        /** No promise was seen broken, but the drill did not see enough. */
        UNKNOWN
    }

    public Verdict {
        reasons = List.copyOf(reasons);
    }
}
