package dev.lockstep.topology;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which servers belong to the deployment: those that somebody who should know lists, and for a grace those that
 * somebody listed until recently.
 */
final class Membership {
    /* The grace is there because lists have holes: a sentinel that has just switched its primary, or a primary that has
     * just been promoted, lists its replicas again only as they report. */

    static final long GRACE = Duration.ofSeconds(3).toNanos();

    private final Map<NodeAddress, Long> listedAt = new HashMap<>();

    /**
     * Takes the present lists.
     *
     * @param listed everybody who is on some list now
     * @param informed whether somebody who should know was heard; if not, nobody is forgotten
     * @return the members, which include all that are listed
     */
    Set<NodeAddress> update(Set<NodeAddress> listed, boolean informed, long now) {
        if (!informed) {
            listedAt.replaceAll((address, at) -> now);
        }
        for (NodeAddress address : listed) {
            listedAt.put(address, now);
        }
        listedAt.values().removeIf(at -> now - at > GRACE);
        return new HashSet<>(listedAt.keySet());
    }
}
