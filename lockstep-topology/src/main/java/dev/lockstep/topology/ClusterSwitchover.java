package dev.lockstep.topology;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The switchover of one shard of a Redis Cluster: the servers do it among themselves, when the replica is asked to. */
final class ClusterSwitchover {
    /* CLUSTER FAILOVER, without FORCE or TAKEOVER: the replica has its primary hold writes back, waits until it has applied
     * everything, and has the other primaries vote for it. If it cannot, it gives up after 5 s, and the old primary goes on.
     * It takes over the slots that it believes to be its primary's, so it is asked before (SlotCheck). */

    private static final Logger LOG = LoggerFactory.getLogger(ClusterSwitchover.class);
    private static final Duration GIVEN_UP = Duration.ofSeconds(7);
    private static final Duration SETTLED = Duration.ofSeconds(10);
    private static final Duration NEWS_OF_SLOTS = Duration.ofSeconds(10);

    private static final String MAYBE_LATER =
            "A replica that was only frozen may still take over by itself, without loss; see its log";
    private static final String VOTES = "For replicas of the same primary the others vote once in twice the"
            + " cluster-node-timeout: if that was the reason, try again later. ";

    private final SwitchoverRun run;

    ClusterSwitchover(SwitchoverRun run) {
        this.run = run;
    }

    Switchover run(@Nullable NodeAddress wanted) {
        try {
            run.tell("Looking at the cluster ...");
            Topology topology = run.watcher().current();
            checkMajority(topology);
            Shard shard = shard(topology, wanted);
            Node primary = shard.primary();
            if (primary == null || !primary.reachable()) {
                throw SwitchoverException.refused("the primary of shard " + shard.name()
                        + " does not answer; this is for a failover, not for a switchover");
            }
            return handOver(shard, primary.address(), wanted == null ? foremost(shard) : wanted);
        } catch (SwitchoverException e) {
            throw e;
        } catch (RedisException e) {
            throw new SwitchoverException(
                    false, "The switchover failed: " + e.getMessage() + ". All is as it was before");
        }
    }

    private static void checkMajority(Topology topology) {
        List<Shard> voters = topology.shards().stream()
                .filter(shard -> !shard.slots().isEmpty())
                .toList();
        long present = voters.stream()
                .filter(shard -> shard.primary() != null && shard.primary().reachable())
                .count();
        if (present * 2 <= voters.size()) {
            throw SwitchoverException.refused("only " + present + " of " + voters.size()
                    + " primaries answer, and a majority has to vote; bring them back");
        }
    }

    private static Shard shard(Topology topology, @Nullable NodeAddress wanted) {
        List<Shard> shards = topology.shards();
        if (wanted == null) {
            if (shards.size() == 1) {
                return shards.get(0);
            }
            throw SwitchoverException.refused("the cluster has " + shards.size()
                    + " shards; say which replica shall be primary: " + replicas(shards));
        }
        for (Shard shard : shards) {
            if (shard.primary() != null && shard.primary().address().equals(wanted)) {
                throw SwitchoverException.refused(wanted + " is the primary of its shard already");
            }
            if (shard.replicas().stream().anyMatch(replica -> replica.address().equals(wanted))) {
                return shard;
            }
        }
        throw SwitchoverException.refused(
                wanted + " is no replica of the cluster; its replicas are " + replicas(shards));
    }

    private static String replicas(List<Shard> shards) {
        return shards.stream()
                .flatMap(shard -> shard.replicas().stream())
                .map(replica -> replica.address().toString())
                .collect(Collectors.joining(", "));
    }

    /** Of the replicas that answer the one that is furthest. */
    private NodeAddress foremost(Shard shard) {
        Map<NodeAddress, Long> offsets = new HashMap<>();
        for (Node replica : shard.replicas()) {
            try {
                offsets.put(
                        replica.address(),
                        run.replication(replica.address()).position().offset());
            } catch (RedisException e) {
                LOG.info("{}", e.getMessage());
            }
        }
        return offsets.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElseThrow(() -> SwitchoverException.refused(
                        "shard " + shard.name() + " has no replica that answers; add one, or bring it back"));
    }

    private Switchover handOver(Shard shard, NodeAddress old, NodeAddress target) {
        ReplicationInfo leads = run.replication(old);
        ReplicationInfo copy = run.replication(target);
        String objection = CopyCheck.objection(old, leads, copy);
        if (leads.role() != Role.PRIMARY || objection != null) {
            throw SwitchoverException.refused(
                    objection != null ? "replica " + target + " " + objection : old + " says that it is a replica");
        }
        checkSlots(old, target);
        run.orStop();
        long orderedAt = run.now();
        order(old, target);
        run.tell("Replica " + target + " was told to take over from " + old + " ...");
        NodePoll poll = new NodePoll(run, List.of(target, old));
        boolean done =
                poll.await(GIVEN_UP, told -> is(Role.PRIMARY, told.get(target)) && is(Role.REPLICA, told.get(old)));
        Duration gap = Duration.ofNanos(run.now() - orderedAt);
        ReplicationInfo promoted = poll.told().get(target);
        if (!is(Role.PRIMARY, promoted) || promoted == null) {
            throw failed(old, target, poll.told());
        }
        List<String> remarks = new ArrayList<>();
        if (!done) {
            remarks.add(old + " has not yet said that it is a replica");
        }
        run.tell(target + " is the primary; nobody took writes for " + gap.toMillis() + " ms at most");
        if (!run.await(SETTLED, () -> run.believes(target))) {
            remarks.add("After " + SETTLED.toSeconds()
                    + " s the nodes of the cluster do not agree yet that it is the primary");
        }
        Position cut = new Position(leads.position().history(), promoted.parentCut());
        return new Switchover(
                shard.name(), old, target, gap, cut, promoted.position().history(), remarks);
    }

    /** Waits until the replica knows which slots it is to take over. */
    private void checkSlots(NodeAddress old, NodeAddress target) {
        String[] objection = {null};
        boolean agree = run.await(NEWS_OF_SLOTS, () -> {
            String primary = run.dataNode(old).ask("CLUSTER", "NODES");
            if (SlotCheck.isMoving(primary)) {
                throw SwitchoverException.refused("slots are being moved to or from " + old
                        + "; finish that first (redis-cli --cluster fix, if it was broken off)");
            }
            String replica = run.dataNode(target).ask("CLUSTER", "NODES");
            objection[0] = SlotCheck.objection(ClusterNodes.parse(primary), ClusterNodes.parse(replica));
            return objection[0] == null;
        });
        if (!agree) {
            throw SwitchoverException.refused("replica " + target + " " + objection[0] + ", within "
                    + NEWS_OF_SLOTS.toSeconds() + " s; is it cut off from other nodes?");
        }
    }

    private void order(NodeAddress old, NodeAddress target) {
        try {
            run.dataNode(target).ask("CLUSTER", "FAILOVER");
        } catch (RedisCommandExecutionException e) {
            throw e;
        } catch (RedisException e) {
            throw new SwitchoverException(
                    false,
                    "The switchover failed: " + e.getMessage() + ". " + old + " goes on as the primary. "
                            + MAYBE_LATER);
        }
    }

    private static boolean is(Role role, @Nullable ReplicationInfo told) {
        return told != null && told.role() == role;
    }

    private static SwitchoverException failed(
            NodeAddress old, NodeAddress target, Map<NodeAddress, ReplicationInfo> told) {
        boolean goesOn = is(Role.PRIMARY, told.get(old));
        String why = "The switchover failed: " + target + " has not become primary within " + GIVEN_UP.toSeconds()
                + " s after CLUSTER FAILOVER, though it had accepted it; ";
        return goesOn
                ? new SwitchoverException(
                        false, why + old + " goes on as the primary, and nothing was lost. " + VOTES + MAYBE_LATER)
                : new SwitchoverException(
                        true, why + "and " + old + " does not say that it is the primary; see both logs");
    }
}
