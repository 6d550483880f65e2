package dev.lockstep.drill;

import java.time.Duration;

/**
 * One fault of a schedule.
 *
 * @param lasting from its beginning until it is healed
 * @param pick which of several possible targets, modulo their number
 * @param delay for a slow link by how much each direction is late; zero for other faults
 */
record Fault(FaultKind kind, Duration lasting, int pick, Duration delay) {}
