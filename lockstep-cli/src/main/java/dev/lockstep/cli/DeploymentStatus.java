package dev.lockstep.cli;

import dev.lockstep.topology.Deployment;
import dev.lockstep.topology.Node;
import dev.lockstep.topology.NodeAddress;
import dev.lockstep.topology.Position;
import dev.lockstep.topology.ReplicationInfo;
import dev.lockstep.topology.Role;
import dev.lockstep.topology.SentinelView;
import dev.lockstep.topology.Shard;
import dev.lockstep.topology.SlotRange;
import dev.lockstep.topology.Topology;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What {@code status} shows, as it stands in its JSON: keys never change their meaning within one {@code schemaVersion},
 * and null means that nobody knows.
 *
 * @param uri the deployment, passwords masked
 * @param kind standalone, sentinel or cluster
 * @param topologyVersion grows with each change of structure; meaningful within one run
 * @param coveredSlots how many of the 16384 slots some shard owns
 * @param uncoveredSlots the others, as ranges such as 0-5460, or 7 alone
 */
record DeploymentStatus(
        int schemaVersion,
        Instant observedAt,
        String uri,
        String kind,
        long topologyVersion,
        int coveredSlots,
        List<String> uncoveredSlots,
        List<ShardStatus> shards,
        List<SentinelStatus> sentinels) {

    static final int SLOTS = SlotRange.ALL.last() + 1;

    /**
     * One shard.
     *
     * @param slots what it owns, as ordered ranges such as 0-5460, or 7 alone
     * @param slotCount how many these are
     * @param epoch in which its primary claims them; that of the sentinels for a Sentinel group
     */
    record ShardStatus(
            String name,
            List<String> slots,
            int slotCount,
            long epoch,
            @Nullable NodeStatus primary,
            List<NodeStatus> replicas) {}

    /**
     * One data node as it was last observed.
     *
     * @param link of a replica to its primary: up, down or syncing (a full copy is on its way)
     * @param lagBytes of a replica: what it lacks of its primary's stream; null in another history
     * @param lagSeconds of a replica: since it last acknowledged to its primary
     */
    record NodeStatus(
            String address,
            @Nullable String role,
            boolean reachable,
            @Nullable String problem,
            @Nullable String version,
            @Nullable String runId,
            @Nullable String history,
            @Nullable Long offsetBytes,
            @Nullable String link,
            @Nullable Long linkDownSeconds,
            @Nullable Long lagBytes,
            @Nullable Long lagSeconds) {}

    /** One sentinel and its word. */
    record SentinelStatus(
            String address,
            boolean reachable,
            @Nullable String problem,
            @Nullable String primary,
            @Nullable Long configEpoch,
            String flags,
            int replicas,
            int otherSentinels) {}

    static DeploymentStatus of(Deployment deployment, Topology topology, List<SentinelView> sentinels, Instant now) {
        BitSet uncovered = uncovered(topology);
        return new DeploymentStatus(
                1,
                now.truncatedTo(ChronoUnit.MILLIS),
                deployment.toString(),
                deployment.mode().name().toLowerCase(Locale.ROOT),
                topology.version(),
                SLOTS - uncovered.cardinality(),
                ranges(uncovered),
                topology.shards().stream().map(DeploymentStatus::shard).toList(),
                sentinels.stream().map(DeploymentStatus::sentinel).toList());
    }

    private static BitSet uncovered(Topology topology) {
        BitSet slots = new BitSet(SLOTS);
        slots.set(0, SLOTS);
        topology.shards().forEach(shard -> slots.andNot(slots(shard)));
        return slots;
    }

    private static BitSet slots(Shard shard) {
        BitSet slots = new BitSet(SLOTS);
        shard.slots().forEach(range -> slots.set(range.first(), range.last() + 1));
        return slots;
    }

    private static List<String> ranges(BitSet slots) {
        List<String> ranges = new ArrayList<>();
        for (int first = slots.nextSetBit(0); first >= 0; ) {
            int end = slots.nextClearBit(first);
            ranges.add(end - first == 1 ? "" + first : first + "-" + (end - 1));
            first = slots.nextSetBit(end);
        }
        return ranges;
    }

    private static ShardStatus shard(Shard shard) {
        Node primary = shard.primary();
        BitSet slots = slots(shard);
        return new ShardStatus(
                shard.name(),
                ranges(slots),
                slots.cardinality(),
                shard.epoch(),
                primary == null ? null : node(primary, null),
                shard.replicas().stream().map(replica -> node(replica, primary)).toList());
    }

    private static NodeStatus node(Node node, @Nullable Node primary) {
        ReplicationInfo info = node.info();
        if (info == null) {
            return new NodeStatus(
                    node.address().toString(),
                    null,
                    node.reachable(),
                    node.problem(),
                    node.version(),
                    node.runId(),
                    null,
                    null,
                    null,
                    null,
                    null,
                    null);
        }
        boolean replica = info.role() == Role.REPLICA;
        return new NodeStatus(
                node.address().toString(),
                info.role().name().toLowerCase(Locale.ROOT),
                node.reachable(),
                node.problem(),
                node.version(),
                node.runId(),
                info.position().history(),
                info.position().offset(),
                replica ? link(info) : null,
                replica && info.linkDownSeconds() >= 0 ? info.linkDownSeconds() : null,
                primary == null ? null : lagBytes(info.position(), primary.position()),
                primary == null ? null : lagSeconds(node.address(), primary.info()));
    }

    private static String link(ReplicationInfo info) {
        return info.linkUp() ? "up" : info.syncInProgress() ? "syncing" : "down";
    }

    /** The two were asked at different moments, so a replica may seem ahead: that is no lag. */
    private static @Nullable Long lagBytes(Position replica, @Nullable Position primary) {
        return primary == null || !replica.history().equals(primary.history())
                ? null
                : Math.max(0, primary.offset() - replica.offset());
    }

    private static @Nullable Long lagSeconds(NodeAddress replica, @Nullable ReplicationInfo primary) {
        return primary == null
                ? null
                : primary.replicas().stream()
                        .filter(attached -> attached.address().equals(replica) && attached.lagSeconds() >= 0)
                        .map(ReplicationInfo.AttachedReplica::lagSeconds)
                        .findFirst()
                        .orElse(null);
    }

    private static SentinelStatus sentinel(SentinelView view) {
        return new SentinelStatus(
                view.address().toString(),
                view.reachable(),
                view.problem(),
                view.primary() == null ? null : view.primary().toString(),
                view.configEpoch() < 0 ? null : view.configEpoch(),
                view.flags(),
                view.replicas(),
                view.otherSentinels());
    }
}
