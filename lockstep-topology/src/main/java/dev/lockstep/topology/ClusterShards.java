package dev.lockstep.topology;

import java.time.Duration;
import java.util.ArrayList;
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
 * The shards of a Redis Cluster, as the maps of its nodes tell them.
 *
 * <p>Each duty reads the maps that came in (who owns what, who belongs to which shard, whom to probe), then lets every shard
 * observe and decide who is its primary. The map is the witness of that decision, as sentinels are elsewhere.
 */
final class ClusterShards implements Shards {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterShards.class);

    /** How many primaries of other shards are asked more often for their maps while a shard has lost its primary. */
    private static final int WITNESSES = 3;

    private static final long URGENT_MAP = Duration.ofMillis(200).toNanos();

    private final Peers peers;
    private final DataNodes nodes;
    private final Map<String, ShardWatch> watches = new LinkedHashMap<>();
    private final Set<NodeAddress> candidates = new HashSet<>();

    /** When the first map was read; meaningless before. */
    private long mappedAt;

    private List<ClusterNodes> read = List.of();
    private SlotDecision decision = SlotDecision.NONE;
    private ShardRoster roster = ShardRoster.NONE;
    private Map<NodeAddress, NodeAddress> aliases = Map.of();

    ClusterShards(Peers peers) {
        this.peers = peers;
        this.nodes = new DataNodes(peers);
    }

    @Override
    public long duty(long now) {
        read(now);
        follow(now);
        seat();
        long due = observe(now);
        boolean turned = false;
        for (ShardRoster.Seat seat : roster.seats()) {
            ShardWatch watch = watch(seat);
            boolean settled = watch.waited(now) || watch.members().stream().allMatch(NodeProbe::tried);
            turned |= watch.decide(words(seat), 1, settled, now);
        }
        return turned ? now : due;
    }

    /** Decides anew who owns what if a map says something else than before, or comes from somebody else. */
    private void read(long now) {
        List<ClusterWord> words = new ArrayList<>();
        for (NodeProbe probe : nodes.all()) {
            ClusterWord word = probe.word();
            if (word != null) {
                words.add(word);
            }
        }
        List<ClusterNodes> said = words.stream().map(ClusterWord::said).toList();
        if (said.equals(read)) {
            return;
        }
        mappedAt = read.isEmpty() && roster.seats().isEmpty() ? now : mappedAt;
        read = said;
        SlotDecision before = decision;
        decision = SlotDecision.of(before, words);
        if (!decision.equals(before)) {
            aliases = named(decision);
            roster = ShardRoster.of(roster, decision);
            if (!decision.slots().equals(before.slots())) {
                LOG.debug("{}", roster);
            }
        }
    }

    private static Map<NodeAddress, NodeAddress> named(SlotDecision decision) {
        Map<NodeAddress, NodeAddress> aliases = new HashMap<>();
        for (ClusterNode node : decision.nodes().values()) {
            if (node.alias() != null && node.address() != null) {
                aliases.put(node.alias(), node.address());
            }
        }
        return Map.copyOf(aliases);
    }

    private void follow(long now) {
        Set<NodeAddress> listed = new HashSet<>();
        for (ClusterNode node : decision.nodes().values()) {
            if (node.address() != null) {
                listed.add(node.address());
            }
        }
        boolean anybody = listed.stream().anyMatch(address -> answers(nodes.get(address)));
        if (!anybody) {
            listed.addAll(peers.deployment().seeds());
        }
        for (ShardWatch watch : watches.values()) {
            if (watch.believed() != null) {
                listed.add(watch.believed());
            }
        }
        listed.addAll(candidates);
        candidates.clear();
        nodes.follow(listed, decision.informed(), now);
    }

    private static boolean answers(@Nullable NodeProbe probe) {
        return probe != null && probe.reachable();
    }

    /** Gives each shard the probes of its members. */
    private void seat() {
        Set<String> names = new HashSet<>();
        for (ShardRoster.Seat seat : roster.seats()) {
            names.add(seat.name());
            watch(seat)
                    .members(seat.members().stream()
                            .map(this::probe)
                            .filter(Objects::nonNull)
                            .sorted(Comparator.comparing(NodeProbe::address))
                            .toList());
        }
        watches.keySet().retainAll(names);
    }

    private ShardWatch watch(ShardRoster.Seat seat) {
        return watches.computeIfAbsent(seat.name(), name -> new ShardWatch(name, peers));
    }

    /** The probe of a member; null if there is none, or another node answers at its address. */
    private @Nullable NodeProbe probe(String id) {
        ClusterNode node = decision.nodes().get(id);
        NodeProbe probe = node == null ? null : nodes.get(node.address());
        ClusterNodes map = probe == null ? null : probe.map();
        if (probe == null || node == null || (map != null && !map.myself().id().equals(id))) {
            return null;
        }
        probe.promotable(!node.barred());
        return probe;
    }

    private long observe(long now) {
        long heartbeat = peers.deployment().heartbeat().toNanos();
        long due = Long.MAX_VALUE;
        Set<NodeProbe> asked = new HashSet<>();
        if (watches.values().stream().anyMatch(ShardWatch::urgent)) {
            for (NodeProbe probe : witnesses()) {
                due = Math.min(due, probe.duty(now, Math.min(heartbeat, URGENT_MAP), true));
                asked.add(probe);
            }
        }
        for (ShardWatch watch : watches.values()) {
            due = Math.min(due, watch.observe(now));
            asked.addAll(watch.members());
        }
        for (NodeProbe probe : nodes.all()) {
            if (!asked.contains(probe)) {
                due = Math.min(due, probe.duty(now, heartbeat, false));
            }
        }
        return due;
    }

    private List<NodeProbe> witnesses() {
        List<NodeProbe> witnesses = new ArrayList<>();
        for (ShardWatch watch : watches.values()) {
            NodeProbe primary = watch.urgent() ? null : nodes.get(watch.believed());
            if (primary != null && witnesses.size() < WITNESSES) {
                witnesses.add(primary);
            }
        }
        return witnesses;
    }

    /** The map names the one that claims the slots, if it is known where that is. */
    private List<PrimaryWord> words(ShardRoster.Seat seat) {
        ClusterNode claimant = decision.nodes().get(seat.claimant());
        NodeAddress address = claimant == null ? null : claimant.address();
        return address == null ? List.of() : List.of(new PrimaryWord(address, seat.epoch()));
    }

    @Override
    public void suspect(NodeAddress address, String why, long now) {
        NodeAddress known = nodes.get(address) == null ? aliases.getOrDefault(address, address) : address;
        NodeProbe probe = nodes.get(known);
        if (probe == null) {
            LOG.debug("{} is not known yet and is asked: {}", address, why);
            candidates.add(address);
            return;
        }
        probe.suspect(now);
        for (ShardWatch watch : watches.values()) {
            if (watch.members().contains(probe)) {
                watch.suspect(probe.address(), why, now);
            }
        }
    }

    @Override
    public Map<NodeAddress, NodeAddress> aliases() {
        return aliases;
    }

    @Override
    public List<Shard> shards() {
        record Placed(Shard shard, int first, String address) {}
        return roster.seats().stream()
                .map(seat -> {
                    Shard shard = watch(seat).shard(seat.slots());
                    ClusterNode claimant = decision.nodes().get(seat.claimant());
                    int first = seat.slots().isEmpty()
                            ? SlotMap.SLOTS
                            : seat.slots().get(0).first();
                    return new Placed(shard, first, claimant == null ? "" : String.valueOf(claimant.address()));
                })
                .sorted(Comparator.comparingInt(Placed::first).thenComparing(Placed::address))
                .map(Placed::shard)
                .toList();
    }

    @Override
    public boolean verified(long now) {
        boolean waited = now - mappedAt >= peers.connectTimeout();
        boolean some = false;
        boolean all = !decision.slots().claims().isEmpty() && nodes.allTried();
        for (ShardRoster.Seat seat : roster.seats()) {
            boolean verified = watch(seat).verified();
            some |= verified;
            all &= verified || seat.slots().isEmpty();
        }
        return some && (all || waited);
    }

    @Override
    public Diagnosis diagnosis() {
        return new Diagnosis(peers.deployment(), List.of(), List.copyOf(nodes.all()));
    }

    @Override
    public List<SentinelView> sentinels() {
        return List.of();
    }
}
