package dev.lockstep.topology;

import org.jspecify.annotations.Nullable;

/**
 * One data node as it was last observed.
 *
 * @param address where clients reach it, after address translation
 * @param runId the id of its process, new at each start; null until it has answered once
 * @param info its last answer; null until it has answered once
 * @param reachable whether it answered its last probe in time
 * @param problem why it is not reachable, for people; null while it is
 * @param version the server's name and version such as {@code redis 7.0.15}; null until it has answered once
 * @param promotable whether it may become the primary of its shard, as far as known. Not so: a replica of a Sentinel group
 *     whose priority is 0 for every sentinel, one of a Redis Cluster that says {@code nofailover}, and whoever receives the
 *     replication stream without being a server that answers
 */
public record Node(
        NodeAddress address,
        @Nullable String runId,
        @Nullable ReplicationInfo info,
        boolean reachable,
        @Nullable String problem,
        @Nullable String version,
        boolean promotable) {

    /** Its history and applied offset when it last answered; null until then. */
    public @Nullable Position position() {
        return info == null ? null : info.position();
    }

    /** Its address, role, position and what is wrong with it, for people. */
    @Override
    public String toString() {
        String told = info == null
                ? ""
                : " " + info.role() + " " + info.position().brief() + (info.linkUp() ? "" : " link down");
        return address + told + (problem == null ? "" : " (" + problem + ")");
    }
}
