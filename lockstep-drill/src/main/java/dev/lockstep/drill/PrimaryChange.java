package dev.lockstep.drill;

/**
 * A shard continued on another primary or in another history, as the drill itself saw it by asking the servers.
 *
 * @param before the last time at which the new primary was known not to be primary of this history yet
 * @param after the first time at which it was
 */
record PrimaryChange(int shard, long before, long after, String from, String to) {}
