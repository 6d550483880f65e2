package dev.lockstep.topology;

import org.jspecify.annotations.Nullable;

/**
 * One sentinel and its word, as it was last heard.
 *
 * @param address where this process reaches it
 * @param reachable whether it answered its last poll in time
 * @param problem why its word does not count, for people; null if it does
 * @param primary the address that it names, after address translation; null until it has named one
 * @param configEpoch the epoch of that configuration, greater for newer ones; -1 until it has named one
 * @param flags its opinion of the primary such as {@code master,s_down}; empty until it has named one
 * @param replicas how many replicas it knows
 * @param otherSentinels how many other sentinels it knows
 */
public record SentinelView(
        NodeAddress address,
        boolean reachable,
        @Nullable String problem,
        @Nullable NodeAddress primary,
        long configEpoch,
        String flags,
        int replicas,
        int otherSentinels) {}
