package dev.lockstep.sync;

import java.util.Set;

/** What an error reply of the target means for a copy: a pure function of its text. */
final class Refusal {
    /* Passing: the command was not executed, and the same may succeed later, at the same node or another one. Everything else
     * is the same whenever it is tried, and nothing may be left out: the copy stops there. */

    private static final Set<String> PASSING = Set.of(
            "MOVED",
            "ASK",
            "TRYAGAIN",
            "CLUSTERDOWN",
            "LOADING",
            "READONLY",
            "MASTERDOWN",
            "BUSY",
            "NOREPLICAS",
            "OOM",
            "MISCONF");

    /** What is said before the reason, if that came up only when the transaction was to be executed. */
    private static final String ABORTED = "EXECABORT Transaction discarded because of: ";

    private Refusal() {}

    /** Whether it may be tried again. */
    static boolean isPassing(Reply.Failure failure) {
        String text = failure.text().startsWith(ABORTED) ? failure.text().substring(ABORTED.length()) : failure.text();
        int space = text.indexOf(' ');
        return PASSING.contains(space < 0 ? text : text.substring(0, space));
    }
}
