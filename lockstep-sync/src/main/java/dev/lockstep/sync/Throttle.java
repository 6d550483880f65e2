package dev.lockstep.sync;

/**
 * How fast a target is written to at the most: all source shards together. Thread-safe.
 *
 * @param keys of the snapshot, later commands of the stream
 * @param bytes that are sent
 */
record Throttle(RateLimit keys, RateLimit bytes) {}
