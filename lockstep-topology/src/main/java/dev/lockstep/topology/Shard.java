package dev.lockstep.topology;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One primary and its replicas, owners of the same slots. Immutable.
 *
 * @param name stable for the life of the watcher: the Sentinel name such as {@code mymaster}; in a Redis Cluster the first
 *     eight digits of the id of the node that was its primary when it was first seen
 * @param slots the slots it owns, as ordered, disjoint ranges; none for a primary of a Redis Cluster that owns none yet
 * @param epoch the configuration epoch in which its primary claims the slots; that of the sentinels for a Sentinel group
 * @param primary the verified primary (its own answer said so). It stays here, not reachable, while it is silent
 *     and nothing has replaced it; null only before the first one was found or after a known demotion without successor
 * @param replicas the other known data nodes of the shard, ordered by address, reachable or not
 */
public record Shard(
        String name,
        List<SlotRange> slots,
        long epoch,
        @Nullable Node primary,
        List<Node> replicas) {

    public Shard {
        slots = List.copyOf(slots);
        replicas = List.copyOf(replicas);
    }

    /** {@code name: primary <- replicas}, for people. */
    @Override
    public String toString() {
        return name + ": " + (primary == null ? "no primary" : primary) + " <- " + replicas;
    }
}
