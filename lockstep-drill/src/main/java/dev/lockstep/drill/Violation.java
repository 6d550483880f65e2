package dev.lockstep.drill;

/**
 * One occurrence of an anomaly, with its evidence.
 *
 * @param atNanos when, since the drill began
 * @param evidence what was seen and what it contradicts, in one sentence
 */
public record Violation(Anomaly anomaly, long atNanos, String evidence) {}
