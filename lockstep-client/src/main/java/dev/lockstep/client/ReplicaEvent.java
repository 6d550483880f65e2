package dev.lockstep.client;

import dev.lockstep.topology.NodeAddress;

/**
 * A replica that came or went.
 *
 * @param shard the shard's name
 * @param replica its address
 */
public record ReplicaEvent(String shard, NodeAddress replica) {}
