package dev.lockstep.sync;

import java.time.Duration;

/**
 * How a cut-over has ended. Immutable.
 *
 * @param done whether the target holds everything, and is no copy any more; if not, it is one as before, and the source takes
 *     writes again
 * @param paused for how long the source had taken no writes by then
 * @param held for how much longer it takes none; zero if it is not done
 */
public record CutOver(boolean done, Duration paused, Duration held) {}
