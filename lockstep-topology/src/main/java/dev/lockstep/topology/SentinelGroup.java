package dev.lockstep.topology;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All sentinels of one primary name: the seeds, and those that they list. Belongs to the watcher's thread. */
final class SentinelGroup {

    private static final Logger LOG = LoggerFactory.getLogger(SentinelGroup.class);

    private final List<NodeAddress> seeds;
    private final Peers peers;
    private final Map<NodeAddress, SentinelProbe> probes = new LinkedHashMap<>();
    private final Membership membership = new Membership();

    SentinelGroup(Peers peers) {
        this.peers = peers;
        this.seeds = peers.deployment().seeds();
        seeds.forEach(this::add);
    }

    private void add(NodeAddress address) {
        probes.computeIfAbsent(address, a -> new SentinelProbe(a, peers, this::pollNow));
    }

    /** Polls what is due and follows the lists. Returns when to call again. */
    long duty(long now, long interval) {
        discover(now);
        long due = Long.MAX_VALUE;
        for (SentinelProbe probe : probes.values()) {
            due = Math.min(due, probe.duty(now, interval));
        }
        return due;
    }

    private void discover(long now) {
        Map<String, NodeAddress> addressOf = new LinkedHashMap<>();
        for (SentinelProbe probe : probes.values()) {
            if (probe.id() != null && probe.reachable()) {
                // a sentinel that is probed under some address is not probed under another one too; seeds come first
                addressOf.putIfAbsent(probe.id(), probe.address());
            }
        }
        Set<NodeAddress> listed = new HashSet<>(seeds);
        listed.addAll(addressOf.values());
        for (SentinelProbe probe : answering()) {
            SentinelAnswer answer = probe.answer();
            if (answer != null) {
                answer.others().forEach((id, address) -> listed.add(addressOf.computeIfAbsent(id, i -> address)));
            }
        }
        Set<NodeAddress> members = membership.update(listed, !answering().isEmpty(), now);
        for (NodeAddress address : listed) {
            if (!probes.containsKey(address)) {
                LOG.debug("Discovered sentinel {}", address);
                add(address);
            }
        }
        probes.values().removeIf(probe -> {
            boolean known = members.contains(probe.address()) && !isAlias(probe, addressOf);
            if (!known) {
                LOG.debug("Forgot sentinel {}", probe.address());
                probe.close();
            }
            return !known;
        });
    }

    private boolean isAlias(SentinelProbe probe, Map<String, NodeAddress> addressOf) {
        NodeAddress main = probe.id() == null ? null : addressOf.get(probe.id());
        return main != null && !main.equals(probe.address()) && !seeds.contains(probe.address());
    }

    private List<SentinelProbe> answering() {
        return probes.values().stream().filter(SentinelProbe::reachable).toList();
    }

    void pollNow() {
        probes.values().forEach(SentinelProbe::pollNow);
    }

    /** The words of those that answer now, one per sentinel. */
    List<PrimaryWord> words() {
        Map<String, PrimaryWord> words = new LinkedHashMap<>();
        for (SentinelProbe probe : answering()) {
            SentinelAnswer answer = probe.answer();
            if (answer != null && probe.id() != null) {
                words.put(probe.id(), answer.word());
            }
        }
        return new ArrayList<>(words.values());
    }

    /** How many sentinels there are: those that answer and those that they list. */
    int known() {
        Set<String> ids = new HashSet<>();
        for (SentinelProbe probe : answering()) {
            SentinelAnswer answer = probe.answer();
            if (answer != null && probe.id() != null) {
                ids.add(probe.id());
                ids.addAll(answer.others().keySet());
            }
        }
        return ids.size();
    }

    /** Whether no sentinel would promote this replica: all that are known answer, and list it with priority 0. */
    boolean bars(NodeAddress replica) {
        List<SentinelProbe> heard = answering();
        return heard.size() >= known()
                && heard.stream().allMatch(probe -> {
                    SentinelAnswer answer = probe.answer();
                    return answer != null && answer.barred().contains(replica);
                });
    }

    /** Every data node that a sentinel that answers lists or names. */
    Set<NodeAddress> dataNodes() {
        Set<NodeAddress> nodes = new HashSet<>();
        for (SentinelProbe probe : answering()) {
            SentinelAnswer answer = probe.answer();
            if (answer != null) {
                nodes.add(answer.word().primary());
                nodes.addAll(answer.replicas());
            }
        }
        return nodes;
    }

    /** Whether every sentinel has answered or failed. */
    boolean allTried() {
        return probes.values().stream().allMatch(SentinelProbe::tried);
    }

    Collection<SentinelProbe> probes() {
        return probes.values();
    }

    List<SentinelView> views() {
        return probes.values().stream()
                .map(SentinelProbe::view)
                .sorted(Comparator.comparing(SentinelView::address))
                .toList();
    }
}
