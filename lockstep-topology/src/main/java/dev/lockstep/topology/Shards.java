package dev.lockstep.topology;

import java.util.List;
import java.util.Map;

/**
 * All shards of a deployment under observation, by whoever tells of its shards: {@link OneShard} by sentinels or by its
 * only seed, {@link ClusterShards} by the maps of a Redis Cluster. Belongs to the watcher's thread and never waits.
 */
sealed interface Shards permits OneShard, ClusterShards {

    static Shards of(Peers peers) {
        return peers.cluster() ? new ClusterShards(peers) : new OneShard(peers);
    }

    /** Observes, then decides. Returns when to call again, in nanoseconds of the clock. */
    long duty(long now);

    /** Asks a node at once, and everybody of its shard if it is the primary. */
    void suspect(NodeAddress address, String why, long now);

    /** What is known now, in the order in which it is published. */
    List<Shard> shards();

    /** Whether enough is verified for a first topology. */
    boolean verified(long now);

    /** What stands in the way of that. */
    Diagnosis diagnosis();

    List<SentinelView> sentinels();

    /** The addresses of nodes by the names that they announce beside them. */
    Map<NodeAddress, NodeAddress> aliases();
}
