package dev.lockstep.topology;

import java.time.Duration;
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
 * The state of one shard under observation: its probes, and who is believed to be primary.
 *
 * <p>Each duty first observes (sends what is due, judges what is late, follows the lists of members), then decides.
 * Belongs to the watcher's thread and never waits.
 */
final class ShardWatch {

    private static final Logger LOG = LoggerFactory.getLogger(ShardWatch.class);

    /** Between two questions to the replicas while the primary is silent: a promotion is seen when it happens. */
    private static final long URGENT = Duration.ofMillis(15).toNanos();

    /** The same once the primary has been away for a while. */
    private static final long PATIENT = Duration.ofMillis(100).toNanos();

    private static final long URGENT_FOR = Duration.ofSeconds(30).toNanos();
    private static final long POLL = Duration.ofSeconds(1).toNanos();
    private static final long URGENT_POLL = Duration.ofMillis(200).toNanos();

    private final Peers peers;
    private final String name;
    private final @Nullable SentinelGroup sentinels;
    private final Map<NodeAddress, NodeProbe> nodes = new LinkedHashMap<>();
    private final Membership membership = new Membership();
    private final long startedAt;
    private Belief belief = Belief.NONE;

    ShardWatch(Peers peers) {
        this.peers = peers;
        Deployment deployment = peers.deployment();
        this.startedAt = peers.clock().getAsLong();
        this.sentinels = deployment.mode() == Deployment.Mode.SENTINEL ? new SentinelGroup(peers) : null;
        String primaryName = deployment.primaryName();
        this.name =
                primaryName != null ? primaryName : deployment.seeds().get(0).toString();
    }

    /** Observes, then decides. Returns when to call again, in nanoseconds of the clock. */
    long duty(long now) {
        long due = observe(now);
        PrimaryDecision decision = PrimaryDecision.of(belief, evidence(now), now);
        tell(belief, decision);
        boolean turned = !decision.belief().equals(belief)
                && (decision.why() != null || decision.belief().demoted() != belief.demoted());
        belief = decision.belief();
        // What was decided changes whom to ask and how often
        return turned ? now : due;
    }

    private long observe(long now) {
        boolean urgent = urgent();
        long away = now - belief.verifiedAt();
        long heartbeat = peers.deployment().heartbeat().toNanos();
        long interval = urgent ? Math.min(heartbeat, away < URGENT_FOR ? URGENT : PATIENT) : heartbeat;
        long due = Long.MAX_VALUE;
        if (sentinels != null) {
            due = sentinels.duty(now, urgent ? URGENT_POLL : POLL);
        }
        follow(now);
        for (NodeProbe probe : nodes.values()) {
            due = Math.min(due, probe.duty(now, interval));
        }
        return due;
    }

    /** Whether the primary is missing, silent, demoted or suspected. */
    private boolean urgent() {
        NodeAddress primary = belief.usable();
        NodeProbe probe = primary == null ? null : nodes.get(primary);
        return probe == null || probe.suspected() || !probe.sight().answersAsPrimary();
    }

    private void follow(long now) {
        Set<NodeAddress> listed = new HashSet<>();
        boolean informed;
        NodeProbe primary = belief.primary() == null ? null : nodes.get(belief.primary());
        if (sentinels != null) {
            listed.addAll(sentinels.dataNodes());
            informed = !listed.isEmpty();
        } else {
            listed.addAll(peers.deployment().seeds());
            informed = primary != null && primary.sight().answersAsPrimary();
        }
        if (belief.primary() != null) {
            listed.add(belief.primary());
        }
        ReplicationInfo info = primary == null ? null : primary.info();
        if (info != null) {
            info.replicas().forEach(replica -> listed.add(replica.address()));
            if (info.primary() != null) {
                listed.add(info.primary());
            }
        }
        Set<NodeAddress> members = membership.update(listed, informed, now);
        for (NodeAddress member : members) {
            nodes.computeIfAbsent(member, address -> {
                LOG.debug("{}: discovered data node {}", name, address);
                return new NodeProbe(address, peers);
            });
        }
        nodes.values().removeIf(probe -> {
            boolean gone = !members.contains(probe.address());
            if (gone) {
                LOG.debug("{}: forgot data node {}, nobody lists it", name, probe.address());
                probe.close();
            }
            return gone;
        });
    }

    private Evidence evidence(long now) {
        Map<NodeAddress, NodeSight> sights = new HashMap<>();
        nodes.forEach((address, probe) -> sights.put(address, probe.sight()));
        boolean waited = now - startedAt >= peers.connectTimeout();
        boolean nodesTried = !nodes.isEmpty() && nodes.values().stream().allMatch(NodeProbe::tried);
        if (sentinels == null) {
            SentinelWord seed = new SentinelWord(peers.deployment().seeds().get(0), 0);
            return new Evidence(sights, List.of(seed), 1, nodesTried || waited, peers.histories());
        }
        List<SentinelWord> words = sentinels.words();
        boolean enough = words.size() >= peers.deployment().minimumSentinels();
        boolean settled = enough && (waited || (sentinels.allTried() && nodesTried));
        return new Evidence(sights, words, sentinels.known(), settled, peers.histories());
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

    /** Asks a node at once, and everybody if it is the primary. */
    void suspect(NodeAddress address, String why, long now) {
        LOG.debug("{}: {} is suspected: {}", name, address, why);
        NodeProbe probe = nodes.get(address);
        if (probe != null) {
            probe.suspect(now);
        }
        if (address.equals(belief.primary())) {
            nodes.values().forEach(other -> other.suspect(now));
            if (sentinels != null) {
                sentinels.pollNow();
            }
        }
    }

    Shard shard() {
        NodeAddress primary = belief.usable();
        NodeProbe probe = primary == null ? null : nodes.get(primary);
        // One process may be listed under two addresses, a name and an IP: it is one copy of the data
        Set<String> processes = new HashSet<>();
        Node first = probe == null ? null : distinct(probe, processes);
        List<Node> replicas = nodes.values().stream()
                .filter(other -> other != probe)
                .map(other -> distinct(other, processes))
                .filter(Objects::nonNull)
                .sorted(Comparator.comparing(Node::address))
                .toList();
        return new Shard(name, List.of(SlotRange.ALL), belief.epoch(), first, replicas);
    }

    /** The node, or null if it is reachable under another address too, which is among {@code processes}. */
    private static @Nullable Node distinct(NodeProbe probe, Set<String> processes) {
        Node node = probe.node();
        boolean known = node.reachable() && node.runId() != null && !processes.add(node.runId());
        return known ? null : node;
    }

    List<SentinelView> sentinels() {
        return sentinels == null ? List.of() : sentinels.views();
    }

    /** What stands in the way of a verified primary. */
    Diagnosis diagnosis() {
        return new Diagnosis(
                peers.deployment(),
                sentinels == null ? List.of() : List.copyOf(sentinels.probes()),
                List.copyOf(nodes.values()));
    }

    boolean verified() {
        return belief.usable() != null;
    }
}
