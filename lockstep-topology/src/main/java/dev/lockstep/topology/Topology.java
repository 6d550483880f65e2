package dev.lockstep.topology;

import java.util.List;

/**
 * A deployment as one list of shards, at one moment. Immutable.
 *
 * @param version grows by one with each change of structure (a primary, a replica, a link, a history); offsets may
 *     differ between two topologies of one version
 * @param shards one for a single server or a Sentinel group
 */
public record Topology(long version, List<Shard> shards) {

    public Topology {
        shards = List.copyOf(shards);
    }

    /** One line for people: the version, then per shard its primary and replicas, each with where it stands. */
    @Override
    public String toString() {
        return "Topology " + version + " " + shards;
    }
}
