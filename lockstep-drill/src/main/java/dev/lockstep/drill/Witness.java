package dev.lockstep.drill;

import dev.lockstep.topology.ReplicationInfo;
import dev.lockstep.topology.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the drill itself saw of one shard's data nodes: what each was when, and when another one became primary.
 *
 * <p>Made of answers and silences that others report to it ({@link Watch} does); reads no clock. Thread-safe.
 */
final class Witness {
    private static final class Lane {
        final List<NodeLane.Span> spans = new ArrayList<>();
        NodeLane.@Nullable State state;
        long since;

        @Nullable
        ReplicationInfo info;

        /** When it was last asked and known not to be primary of its present history. */
        long before;

        void become(NodeLane.State next, long at) {
            if (state == null) {
                state = NodeLane.State.DOWN;
                since = 0;
            }
            if (next != state) {
                if (at > since) {
                    spans.add(new NodeLane.Span(state, since, at));
                }
                state = next;
                since = Math.max(since, at);
            }
        }
    }

    private final int shard;
    private final Map<String, Lane> lanes = new TreeMap<>();
    private final List<PrimaryChange> changes = new ArrayList<>();

    @Nullable
    private String primary;

    private String history = "";

    Witness(int shard) {
        this.shard = shard;
    }

    private Lane lane(String node) {
        return lanes.computeIfAbsent(node, name -> {
            Lane lane = new Lane();
            lane.become(NodeLane.State.DOWN, 0);
            return lane;
        });
    }

    /** The node answered. */
    synchronized void answered(String node, ReplicationInfo info, long asked, long answered) {
        Lane lane = lane(node);
        lane.info = info;
        if (info.role() == Role.REPLICA) {
            boolean inStep = info.linkUp() && !info.syncInProgress();
            lane.become(inStep ? NodeLane.State.REPLICA : NodeLane.State.CATCHING_UP, answered);
            lane.before = asked;
            return;
        }
        String told = info.position().history();
        if (!node.equals(primary) || !told.equals(history)) {
            if (!takesOver(info)) {
                lane.become(NodeLane.State.OUSTED, answered);
                return;
            }
            if (primary != null) {
                changes.add(new PrimaryChange(shard, lane.before, answered, primary, node));
            }
            primary = node;
            history = told;
        }
        lane.become(NodeLane.State.PRIMARY, answered);
        lane.before = asked;
        // Whoever else still calls itself primary is not any more.
        lanes.forEach((name, other) -> {
            if (!name.equals(node) && other.state == NodeLane.State.PRIMARY) {
                other.become(NodeLane.State.OUSTED, answered);
            }
        });
    }

    /** A node that says it is primary is the primary if it continues the history, or if nobody else is left who does. */
    private boolean takesOver(ReplicationInfo info) {
        Lane known = primary == null ? null : lanes.get(primary);
        return known == null || known.state != NodeLane.State.PRIMARY || history.equals(info.parentHistory());
    }

    /** The node did not answer, and why. */
    synchronized void silent(String node, NodeLane.State state, long at) {
        lane(node).become(state, at);
    }

    /** The present primary, or the last one while there is none; null before the first one was seen. */
    synchronized @Nullable String primary() {
        return primary;
    }

    synchronized boolean isPrimaryUp() {
        Lane lane = primary == null ? null : lanes.get(primary);
        return lane != null && lane.state == NodeLane.State.PRIMARY;
    }

    /** The nodes that are in one state now. */
    synchronized List<String> nodes(NodeLane.State state) {
        return lanes.entrySet().stream()
                .filter(lane -> lane.getValue().state == state)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** One primary, and each of these nodes a replica that follows its port and is in step. */
    synchronized boolean isWhole(Map<String, Integer> nodePorts) {
        Integer port = primary == null ? null : nodePorts.get(primary);
        if (port == null || !isPrimaryUp()) {
            return false;
        }
        for (String node : nodePorts.keySet()) {
            Lane lane = lanes.get(node);
            if (lane == null || lane.info == null) {
                return false;
            }
            boolean follows = lane.state == NodeLane.State.REPLICA && followedBy(node) == port;
            if (!node.equals(primary) && !follows) {
                return false;
            }
        }
        return true;
    }

    /** The port of the primary whom this node followed when it last answered; -1 if it was none's replica. */
    synchronized int followedBy(String node) {
        Lane lane = lanes.get(node);
        ReplicationInfo info = lane == null ? null : lane.info;
        return info == null || info.role() != Role.REPLICA || info.primary() == null
                ? -1
                : info.primary().port();
    }

    synchronized List<PrimaryChange> changes() {
        return List.copyOf(changes);
    }

    /** Every node's lane until a time. */
    synchronized List<NodeLane> lanes(long until) {
        List<NodeLane> all = new ArrayList<>();
        lanes.forEach((name, lane) -> {
            List<NodeLane.Span> spans = new ArrayList<>(lane.spans);
            if (lane.state != null && until > lane.since) {
                spans.add(new NodeLane.Span(lane.state, lane.since, until));
            }
            all.add(new NodeLane(name, spans));
        });
        return all;
    }
}
