package dev.lockstep.topology;

/**
 * The word of one node of a Redis Cluster that answers now.
 *
 * @param asked the address under which it was asked
 * @param askedAt when, in nanoseconds of the watcher's clock
 */
record ClusterWord(NodeAddress asked, ClusterNodes said, long askedAt) {}
