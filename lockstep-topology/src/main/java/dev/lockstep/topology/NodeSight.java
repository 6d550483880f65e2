package dev.lockstep.topology;

import org.jspecify.annotations.Nullable;

/**
 * What is known of one data node at the moment of a decision.
 *
 * @param info its last answer, in addresses that this process can reach; null until it has answered once
 * @param reachable whether its last probe was answered in time
 * @param askedAt when the question of {@code info} was sent, in nanoseconds of the watcher's clock
 * @param primarySince when it was first seen as a primary of its present history; meaningless on a replica
 */
record NodeSight(
        NodeAddress address, @Nullable ReplicationInfo info, boolean reachable, long askedAt, long primarySince) {

    /** Whether it answers, and says that it is a primary. */
    boolean answersAsPrimary() {
        return reachable && saysPrimary();
    }

    /** Whether it answers, and says that it is a replica. */
    boolean answersAsReplica() {
        return reachable && info != null && info.role() == Role.REPLICA;
    }

    boolean saysPrimary() {
        return info != null && info.role() == Role.PRIMARY;
    }

    @Nullable
    String history() {
        return info == null ? null : info.position().history();
    }
}
