package dev.lockstep.client;

import dev.lockstep.topology.NodeAddress;
import java.time.Duration;

/**
 * A change of a shard's primary.
 *
 * @param shard the shard's name such as {@code mymaster}
 * @param from the former primary
 * @param to the new one; the same address if it was restarted in place
 * @param outage from the moment when calls began to be held to the moment when they flow again
 */
public record Failover(String shard, NodeAddress from, NodeAddress to, Duration outage) {}
