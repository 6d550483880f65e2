package dev.lockstep.client;

import dev.lockstep.topology.Node;
import dev.lockstep.topology.NodeAddress;
import dev.lockstep.topology.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The replicas of a shard, and the search for one that may answer a read.
 *
 * <p>Thread-safe.
 */
final class Replicas {
    /* A read of a session needs a copy that has applied all that the session has seen. A replica known to be that far
     * answers at once. One that is not known to be may still be: it is asked, together with its offset, and the answer is
     * thrown away if it was behind. Then replica() asks again until one has caught up, and session() asks the primary.
     *
     * A replica cannot catch up while its link is down, while it stands in a history that is none of ours (a former primary
     * before it follows the new one), or when it has not moved since a read waited for it in vain. Such a one is not waited
     * for, only probed, until it has moved. */

    private static final long FIRST_PAUSE_MICROS = 250;
    private static final long LAST_PAUSE_MICROS = 10_000;

    private final ShardRoute shard;
    private final AtomicInteger turn = new AtomicInteger();
    private volatile List<ReplicaLane> lanes = List.of();
    private volatile List<Node> nodes = List.of();
    private final Map<NodeAddress, ReplicaLane> byAddress = new HashMap<>(); // guarded by this
    private final long patienceNanos;

    Replicas(ShardRoute shard, long patienceNanos) {
        this.shard = shard;
        this.patienceNanos = patienceNanos;
    }

    /** The topology names these replicas. Those that are not reachable are kept only if they already were. */
    void are(List<Node> now) {
        List<ReplicaLane> gone = new ArrayList<>();
        synchronized (this) {
            Map<NodeAddress, ReplicaLane> former = new HashMap<>(byAddress);
            byAddress.clear();
            for (Node node : now) {
                ReplicaLane lane = former.remove(node.address());
                if (lane == null && node.reachable()) {
                    lane = new ReplicaLane(node.address(), shard, this);
                }
                if (lane != null) {
                    byAddress.put(node.address(), lane);
                    lane.connect();
                }
            }
            gone.addAll(former.values());
            lanes = List.copyOf(byAddress.values());
            nodes = List.copyOf(now);
        }
        gone.forEach(ReplicaLane::close);
    }

    synchronized boolean has(NodeAddress node) {
        return byAddress.containsKey(node);
    }

    /**
     * One replica, and how far it has told that it is.
     *
     * @param counts whether it may be promoted, so that it counts for durability
     * @param applied the offset up to which it is known to hold everything, in the present lineage; -1 if that is not known,
     *     and of every copy while another node is about to be followed as the primary
     * @param problem what is wrong with it, for people; empty if nothing is known
     * @param ask has it tell how far it is; does nothing if it cannot be asked
     */
    record Copy(NodeAddress address, boolean counts, long applied, String problem, Runnable ask) {}

    /** All replicas of the shard, also those that are down. */
    List<Copy> copies() {
        List<ReplicaLane> reached = lanes;
        List<Node> those = nodes;
        Lineage lineage = shard.isLed() ? shard.lineage() : null;
        List<Copy> copies = new ArrayList<>();
        for (Node node : those) {
            ReplicaLane its = null;
            for (ReplicaLane lane : reached) {
                its = lane.address.equals(node.address()) ? lane : its;
            }
            String problem = node.problem();
            long applied = its == null || lineage == null ? -1 : its.applied(lineage);
            copies.add(new Copy(
                    node.address(),
                    node.promotable(),
                    applied,
                    problem != null ? problem : its == null ? "" : its.trouble(),
                    its == null ? () -> {} : its::pursue));
        }
        return copies;
    }

    /** Finds a copy for the read. */
    void submit(Call call) {
        switch (call.policy.consistency().level()) {
            case ANY -> askAny(call);
            case BOUNDED -> bounded(call);
            default -> session(call);
        }
    }

    private void session(Call call) {
        Floor floor = call.floor(shard);
        Mark unknown = floor.unknown(call.bucket);
        if (unknown != null) {
            unknownYet(call, unknown);
        } else {
            require(call, floor.known(call.bucket, shard.lineage()));
        }
    }

    /** The copy must have applied what the policy asks for, and everything that came with the slots it has. */
    private void require(Call call, @Nullable Position required) {
        Mark arrival = shard.arrival();
        if (arrival == null) {
            call.required = required;
            ask(call);
        } else if (arrival.position() == null) {
            unknownYet(call, arrival);
        } else {
            call.required = Floor.further(required, arrival.position(), shard.lineage());
            ask(call);
        }
    }

    private void unknownYet(Call call, Mark mark) {
        if (mark.isSettled()) {
            askPrimary(call); // the server does not tell its offsets
            return;
        }
        shard.primary().demand();
        if (call.policy.waitForReplica() && shard.primary().address() != null) {
            mark.whenSettled(() -> {
                if (mark.position() == null) {
                    askPrimary(call);
                } else {
                    submit(call);
                }
            });
        } else {
            askPrimary(call);
        }
    }

    private void bounded(Call call) {
        long time = call.invokedAt - call.policy.consistency().boundNanos();
        shard.sampler().wanted(call.policy.consistency().boundNanos());
        Position covering = shard.samples().covering(time);
        if (covering != null) {
            require(call, covering);
        } else if (call.policy.waitForReplica() && shard.primary().address() != null) {
            shard.samples().whenNext(() -> {
                if (!call.isDone()) {
                    bounded(call);
                }
            });
        } else {
            askPrimary(call); // whose answer also brings a sample for the next
        }
    }

    /** Sends the read to a replica that is known to be fresh, or else to one that may be. */
    private void ask(Call call) {
        List<ReplicaLane> now = lanes;
        Lineage lineage = shard.lineage();
        int start = now.isEmpty() ? 0 : Math.floorMod(turn.getAndIncrement(), now.size());
        boolean keepsAsking = call.policy.waitForReplica() || call.replicasTried == 0;
        ReplicaLane maybe = null;
        ReplicaLane hardly = null;
        for (int i = 0; i < now.size() && lineage != null; i++) {
            ReplicaLane lane = now.get((start + i) % now.size());
            if (lane.isFresh(call.required, lineage) && lane.send(call)) {
                return;
            }
            if (call.replicasTried == 0 && lane.isUsable()) {
                hardly = lane;
            }
            // Who waits asks them in turn; who asks only once does not ask the one that was too old the last time.
            if (lane.mayCatchUp(lineage)
                    && (maybe == null || (!call.policy.waitForReplica() && maybe.wasBehind() && !lane.wasBehind()))) {
                maybe = lane;
            }
        }
        if (maybe == null) {
            maybe = hardly; // it may have recovered since it was heard of last: asking once tells
        }
        if (maybe == null) {
            fallBack(call);
        } else if (!keepsAsking) {
            askPrimary(call);
        } else if (!maybe.send(call)) {
            again(call);
        }
    }

    /** A replica was asked in vain. */
    void again(Call call) {
        if (call.isDone()) {
            return;
        }
        call.takeBack();
        call.replicasTried++;
        if (call.policy.consistency().level() == Consistency.Level.ANY) {
            askAny(call);
        } else if (!call.policy.waitForReplica() || call.replicasTried < lanes.size()) {
            submit(call);
        } else if (System.nanoTime() - call.invokedAt > patienceNanos) {
            giveUpOn(call);
        } else {
            int doublings = Math.min(6, call.replicasTried - lanes.size());
            shard.laterMicros(Math.min(LAST_PAUSE_MICROS, FIRST_PAUSE_MICROS << doublings), () -> submit(call));
        }
    }

    /** No replica reached what the read requires in all that time: later reads need not wait for the same ones. */
    private void giveUpOn(Call call) {
        Lineage lineage = shard.lineage();
        for (ReplicaLane lane : lanes) {
            if (lineage != null && !lane.isFresh(call.required, lineage)) {
                lane.giveUp();
            }
        }
        fallBack(call);
    }

    private void askAny(Call call) {
        List<ReplicaLane> now = lanes;
        int start = now.isEmpty() ? 0 : Math.floorMod(turn.getAndIncrement(), now.size());
        for (int i = 0; i < now.size(); i++) {
            if (now.get((start + i) % now.size()).send(call)) {
                return;
            }
        }
        fallBack(call);
    }

    private void fallBack(Call call) {
        shard.stats().fallbacks.increment();
        askPrimary(call);
    }

    void askPrimary(Call call) {
        if (shard.isLeftBy(call)) {
            shard.passOn(call);
        } else if (!call.isDone()) {
            shard.stats().primaryReads.increment();
            shard.primary().submit(call);
        }
    }

    void close() {
        List<ReplicaLane> all;
        synchronized (this) {
            all = List.copyOf(byAddress.values());
            byAddress.clear();
            lanes = List.of();
        }
        all.forEach(ReplicaLane::close);
    }
}
