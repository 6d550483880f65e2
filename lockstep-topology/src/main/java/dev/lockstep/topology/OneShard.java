package dev.lockstep.topology;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The only shard of a Sentinel group or of a single server: it owns every slot. */
final class OneShard implements Shards {

    private static final long POLL = Duration.ofSeconds(1).toNanos();
    private static final long URGENT_POLL = Duration.ofMillis(200).toNanos();

    private final Peers peers;
    private final @Nullable SentinelGroup sentinels;
    private final DataNodes nodes;
    private final ShardWatch watch;

    OneShard(Peers peers) {
        this.peers = peers;
        this.nodes = new DataNodes(peers);
        Deployment deployment = peers.deployment();
        this.sentinels = deployment.mode() == Deployment.Mode.SENTINEL ? new SentinelGroup(peers) : null;
        String name = deployment.primaryName();
        this.watch =
                new ShardWatch(name != null ? name : deployment.seeds().get(0).toString(), peers);
    }

    @Override
    public long duty(long now) {
        long due = sentinels == null ? Long.MAX_VALUE : sentinels.duty(now, watch.urgent() ? URGENT_POLL : POLL);
        follow(now);
        watch.members(nodes.all());
        due = Math.min(due, watch.observe(now));
        return watch.decide(words(), witnesses(), settled(now), now) ? now : due;
    }

    private void follow(long now) {
        Set<NodeAddress> listed = new HashSet<>();
        boolean informed;
        NodeProbe primary = nodes.get(watch.believed());
        if (sentinels != null) {
            listed.addAll(sentinels.dataNodes());
            informed = !listed.isEmpty();
        } else {
            listed.addAll(peers.deployment().seeds());
            informed = primary != null && primary.sight().answersAsPrimary();
        }
        if (watch.believed() != null) {
            listed.add(watch.believed());
        }
        ReplicationInfo info = primary == null ? null : primary.info();
        if (info != null) {
            info.replicas().forEach(replica -> listed.add(replica.address()));
            if (info.primary() != null) {
                listed.add(info.primary());
            }
        }
        nodes.follow(listed, informed, now);
        Set<NodeAddress> named = sentinels == null ? Set.of() : sentinels.dataNodes();
        for (NodeProbe probe : nodes.all()) {
            boolean barred = sentinels != null && sentinels.bars(probe.address());
            boolean server = named.contains(probe.address()) || probe.info() != null;
            probe.promotable(!barred && server);
        }
    }

    private List<PrimaryWord> words() {
        return sentinels == null
                ? List.of(new PrimaryWord(peers.deployment().seeds().get(0), 0))
                : sentinels.words();
    }

    private int witnesses() {
        return sentinels == null ? 1 : sentinels.known();
    }

    private boolean settled(long now) {
        boolean waited = watch.waited(now);
        if (sentinels == null) {
            return waited || nodes.allTried();
        }
        boolean enough = sentinels.words().size() >= peers.deployment().minimumSentinels();
        return enough && (waited || (sentinels.allTried() && nodes.allTried()));
    }

    @Override
    public void suspect(NodeAddress address, String why, long now) {
        watch.suspect(address, why, now);
        if (sentinels != null && address.equals(watch.believed())) {
            sentinels.pollNow();
        }
    }

    @Override
    public List<Shard> shards() {
        return List.of(watch.shard(List.of(SlotRange.ALL)));
    }

    @Override
    public boolean verified(long now) {
        return watch.verified();
    }

    @Override
    public Diagnosis diagnosis() {
        return new Diagnosis(
                peers.deployment(),
                sentinels == null ? List.of() : List.copyOf(sentinels.probes()),
                List.copyOf(nodes.all()));
    }

    @Override
    public Map<NodeAddress, NodeAddress> aliases() {
        return Map.of();
    }

    @Override
    public List<SentinelView> sentinels() {
        return sentinels == null ? List.of() : sentinels.views();
    }
}
