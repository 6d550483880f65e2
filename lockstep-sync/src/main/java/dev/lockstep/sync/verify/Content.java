package dev.lockstep.sync.verify;

import java.util.List;

/** The value of one key, read in pages of a bounded size: what is asked, round after round, until all has been told. */
interface Content {

    /** What to ask next, when all that was asked before has been answered; nothing once everything was read. */
    List<Ask> next();

    /** Whether some element may have been told twice. */
    default boolean isDoubtful() {
        return false;
    }

    /** How many elements, of a string how many bytes, were told so far. */
    long told();

    /** About how much the next answers bring. */
    long expectedBytes();
}
