package dev.lockstep.topology;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state of one shard under observation: the probes of its members, and who is believed to be primary.
 *
 * <p>Who its members are, and who is said to be its primary, it is told; it decides how often they are asked, and whom to
 * believe. Belongs to the watcher's thread and never waits.
 */
final class ShardWatch {

    private static final Logger LOG = LoggerFactory.getLogger(ShardWatch.class);

    /** Between two questions to the replicas while the primary is silent: a promotion is seen when it happens. */
    private static final long URGENT = Duration.ofMillis(15).toNanos();

    /** The same once the primary has been away for a while. */
    private static final long PATIENT = Duration.ofMillis(100).toNanos();

    private static final long URGENT_FOR = Duration.ofSeconds(30).toNanos();

    private final String name;
    private final Peers peers;
    private final Map<NodeAddress, NodeProbe> members = new LinkedHashMap<>();
    private final long startedAt;
    private Belief belief = Belief.NONE;

    ShardWatch(String name, Peers peers) {
        this.name = name;
        this.peers = peers;
        this.startedAt = peers.clock().getAsLong();
    }

    /** Takes who belongs to the shard now. */
    void members(Collection<NodeProbe> probes) {
        members.clear();
        probes.forEach(probe -> members.put(probe.address(), probe));
    }

    Collection<NodeProbe> members() {
        return members.values();
    }

    /** Sends what is due, judges what is late. Returns when to call again, in nanoseconds of the clock. */
    long observe(long now) {
        boolean urgent = urgent();
        long away = now - (belief.primary() == null ? startedAt : belief.verifiedAt());
        long heartbeat = peers.deployment().heartbeat().toNanos();
        long interval = urgent ? Math.min(heartbeat, away < URGENT_FOR ? URGENT : PATIENT) : heartbeat;
        long due = Long.MAX_VALUE;
        for (NodeProbe probe : members.values()) {
            due = Math.min(due, probe.duty(now, interval, urgent));
        }
        return due;
    }

    /** Whether the primary is missing, silent, demoted or suspected. */
    boolean urgent() {
        NodeAddress primary = belief.usable();
        NodeProbe probe = primary == null ? null : members.get(primary);
        return probe == null || probe.suspected() || !probe.sight().answersAsPrimary();
    }

    /** Decides on what was observed and is told; see {@link Evidence}. Returns whether whom to ask, and how often, changed. */
    boolean decide(List<PrimaryWord> words, int witnesses, boolean settled, long now) {
        Map<NodeAddress, NodeSight> sights = new HashMap<>();
        members.forEach((address, probe) -> sights.put(address, probe.sight()));
        Belief before = belief;
        PrimaryDecision decision =
                PrimaryDecision.of(before, new Evidence(sights, words, witnesses, settled, peers.histories()), now);
        tell(before, decision);
        belief = decision.belief();
        return !belief.equals(before) && (decision.why() != null || belief.demoted() != before.demoted());
    }

    private void tell(Belief before, PrimaryDecision decision) {
        Belief after = decision.belief();
        if (decision.why() != null) {
            LOG.info("{}: primary is {}, before {}: {}", name, after.primary(), before.primary(), decision.why());
        } else if (after.demoted() && !before.demoted()) {
            LOG.info("{}: {} says that it is a replica now; no primary is known", name, after.primary());
        } else if (!after.history().equals(before.history())) {
            LOG.info("{}: primary {} has a new history {}", name, after.primary(), after.history());
        }
    }

    /** Asks a member at once, and everybody if it is the primary. */
    void suspect(NodeAddress address, String why, long now) {
        LOG.debug("{}: {} is suspected: {}", name, address, why);
        NodeProbe probe = members.get(address);
        if (probe != null) {
            probe.suspect(now);
        }
        if (address.equals(belief.primary())) {
            members.values().forEach(other -> other.suspect(now));
        }
    }

    /** Whether everybody had the time to connect once. */
    boolean waited(long now) {
        return now - startedAt >= peers.connectTimeout();
    }

    /** Who was verified last, demoted or not; null before the first. */
    @Nullable
    NodeAddress believed() {
        return belief.primary();
    }

    boolean verified() {
        return belief.usable() != null;
    }

    Shard shard(List<SlotRange> slots) {
        NodeAddress primary = belief.usable();
        NodeProbe probe = primary == null ? null : members.get(primary);
        // One process may be listed under two addresses, a name and an IP: it is one copy of the data
        Set<String> processes = new HashSet<>();
        Node first = probe == null ? null : distinct(probe, processes);
        List<Node> replicas = members.values().stream()
                .filter(other -> other != probe)
                .map(other -> distinct(other, processes))
                .filter(Objects::nonNull)
                .sorted(Comparator.comparing(Node::address))
                .toList();
        return new Shard(name, slots, belief.epoch(), first, replicas);
    }

    /** The node, or null if it is reachable under another address too, which is among {@code processes}. */
    private static @Nullable Node distinct(NodeProbe probe, Set<String> processes) {
        Node node = probe.node();
        boolean known = node.reachable() && node.runId() != null && !processes.add(node.runId());
        return known ? null : node;
    }
}
