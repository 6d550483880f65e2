package dev.lockstep.topology;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The probes of all data nodes of a deployment: one per member, made and closed as the lists of members change. */
final class DataNodes {

    private static final Logger LOG = LoggerFactory.getLogger(DataNodes.class);

    private final Peers peers;
    private final Membership membership = new Membership();
    private final Map<NodeAddress, NodeProbe> probes = new LinkedHashMap<>();

    DataNodes(Peers peers) {
        this.peers = peers;
    }

    /** Takes the present lists, as {@link Membership#update}. */
    void follow(Set<NodeAddress> listed, boolean informed, long now) {
        Set<NodeAddress> members = membership.update(listed, informed, now);
        for (NodeAddress member : members) {
            probes.computeIfAbsent(member, address -> {
                LOG.debug("Discovered data node {}", address);
                return new NodeProbe(address, peers);
            });
        }
        probes.values().removeIf(probe -> {
            boolean gone = !members.contains(probe.address());
            if (gone) {
                LOG.debug("Forgot data node {}, nobody lists it", probe.address());
                probe.close();
            }
            return gone;
        });
    }

    @Nullable
    NodeProbe get(@Nullable NodeAddress address) {
        return address == null ? null : probes.get(address);
    }

    Collection<NodeProbe> all() {
        return probes.values();
    }

    /** Whether there are some, and each has answered or failed. */
    boolean allTried() {
        return !probes.isEmpty() && probes.values().stream().allMatch(NodeProbe::tried);
    }
}
