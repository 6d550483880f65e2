package dev.lockstep.topology;

/**
 * Who somebody that should know calls the primary of a shard, and in which configuration epoch: one sentinel, or the map
 * of a Redis Cluster, which names the node that claims the shard's slots.
 */
record PrimaryWord(NodeAddress primary, long epoch) {}
