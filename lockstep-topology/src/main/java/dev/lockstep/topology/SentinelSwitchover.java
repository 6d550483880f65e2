package dev.lockstep.topology;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The switchover of a Sentinel group: all but the moment in which nobody takes writes, which is {@link Handover}. */
final class SentinelSwitchover {
    /* In order:
     *
     *   1. Look, and refuse if anything is not as it should be (SwitchoverDecision).
     *   2. Make sure of every right that is needed later, and that nobody else is doing this now.
     *   3. For a given target: set priorities, and wait until every sentinel has seen them.
     *   4. Handover.
     *   5. Put the priorities back, and wait until all have noticed.
     *
     * Whatever ends it, what was changed is put back. */

    private static final Logger LOG = LoggerFactory.getLogger(SentinelSwitchover.class);

    private static final Duration LOOK = Duration.ofMillis(300);
    /** Sentinels ask replicas every 10 s. */
    private static final Duration PRIORITIES_SEEN = Duration.ofSeconds(15);
    /** The leader sees the promotion within a second, the others hear of it within two more; a busy machine takes longer. */
    private static final Duration SETTLED = Duration.ofSeconds(15);

    private static final Duration ALONE = Duration.ofMillis(300);
    /** No primary has this name, for a blank cannot be part of one. It is looked up only after the user's rights. */
    private static final String NOBODY = "no such name";

    private final SwitchoverRun run;
    private final String name;
    private final UnaryOperator<NodeAddress> translation;
    private final Undo undo;
    private final List<String> remarks = new ArrayList<>();

    SentinelSwitchover(SwitchoverRun run) {
        this.run = run;
        Deployment deployment = run.watcher().deployment();
        this.name = Objects.requireNonNull(deployment.primaryName());
        this.translation = deployment.addressTranslation();
        this.undo = new Undo(run);
    }

    Switchover run(@Nullable NodeAddress wanted) {
        try {
            run.tell("Looking at " + name + " ...");
            GroupSight group = look();
            SwitchoverDecision decision = SwitchoverDecision.of(group, wanted);
            checkRights(group, decision);
            checkPassword(group, decision);
            checkAlone(group);
            prefer(decision);
            Switchover done = new Handover(run, group, decision, undo).run();
            remarks.addAll(done.remarks());
            putBack(decision);
            settle(group, decision, done);
            return new Switchover(name, done.from(), done.to(), done.writeGap(), done.cut(), done.history(), remarks);
        } catch (RedisException e) {
            throw undone(e);
        } catch (RuntimeException e) {
            undo.all();
            throw e;
        }
    }

    /** Puts back what was changed, and says what became of it all. */
    private SwitchoverException undone(RedisException failure) {
        List<String> left = undo.all();
        String what = failure instanceof SwitchoverException
                ? String.valueOf(failure.getMessage())
                : "The switchover failed: " + failure.getMessage();
        if (!left.isEmpty()) {
            return new SwitchoverException(true, what + ". To be put back by hand: " + String.join("; ", left));
        }
        return failure instanceof SwitchoverException known
                ? known
                : new SwitchoverException(false, what + ". All is as it was before");
    }

    private GroupSight look() {
        Map<NodeAddress, ReplicationInfo> told = new HashMap<>();
        Map<NodeAddress, String> silent = new HashMap<>();
        List<SentinelSight> sentinels = new ArrayList<>();
        Set<NodeAddress> nodes = new HashSet<>();
        for (SentinelView known : run.watcher().sentinels()) {
            look(known.address(), silent, () -> {
                SentinelSight sight = SentinelSight.ask(run.sentinel(known.address()), name, translation);
                sentinels.add(sight);
                sight.replicas().forEach(replica -> nodes.add(replica.address()));
            });
        }
        Node primary = run.watcher().current().shards().get(0).primary();
        if (primary == null) {
            throw SwitchoverException.refused(name + " has no primary now; try again when it has one");
        }
        nodes.add(primary.address());
        nodes.forEach(node -> look(node, silent, () -> told.put(node, run.replication(node))));
        return new GroupSight(name, primary.address(), told, silent, sentinels);
    }

    /** Tries again for a moment: sentinels cut the connections of those that they have just reconfigured. */
    private void look(NodeAddress server, Map<NodeAddress, String> silent, Runnable question) {
        RedisException failure = run.insist(LOOK, question);
        if (failure != null) {
            silent.put(server, String.valueOf(failure.getMessage()));
        }
    }

    /** Queues what will be needed, and discards it: a right that is missing is told when a command is queued. */
    private void checkRights(GroupSight group, SwitchoverDecision decision) {
        Wire primary = run.dataNode(group.primary());
        primary.ask("MULTI");
        try {
            primary.ask("CLIENT", "PAUSE", "1", "WRITE");
            primary.ask("CLIENT", "UNPAUSE");
            primary.ask("REPLICAOF", "NO", "ONE");
        } finally {
            primary.ask("DISCARD");
        }
        for (String order : new String[] {"FAILOVER", "RESET"}) {
            try {
                run.sentinel(decision.sentinel()).ask("SENTINEL", order, NOBODY);
            } catch (RedisCommandExecutionException e) {
                if (!String.valueOf(e.getMessage()).contains("No such master")) {
                    throw e;
                }
            }
        }
    }

    /** Without its own masterauth the old primary could not follow a primary that asks for a password. */
    private void checkPassword(GroupSight group, SwitchoverDecision decision) {
        for (NodeAddress candidate : decision.candidates()) {
            if (Boolean.TRUE.equals(hasSet(candidate, "requirepass"))
                    && Boolean.FALSE.equals(hasSet(group.primary(), "masterauth"))) {
                throw SwitchoverException.refused("the primary " + group.primary()
                        + " has no masterauth, so it could not follow " + candidate
                        + ", which asks for a password; set it (CONFIG SET masterauth ...)");
            }
        }
    }

    /** Null if this user may not know. */
    private @Nullable Boolean hasSet(NodeAddress node, String setting) {
        try {
            return !run.dataNode(node)
                    .askForMap("CONFIG", "GET", setting)
                    .getOrDefault(setting, "")
                    .isEmpty();
        } catch (RedisCommandExecutionException e) {
            return null;
        }
    }

    /** Two at once would let go of each other's writers. Who ends leaves the list a moment later. */
    private void checkAlone(GroupSight group) {
        Wire primary = run.dataNode(group.primary());
        boolean alone = run.await(
                ALONE,
                () -> primary.ask("CLIENT", "LIST")
                                .lines()
                                .filter(client -> client.contains(" name=" + Wire.NAME + " "))
                                .count()
                        == 1);
        if (!alone) {
            throw SwitchoverException.refused("another switchover is under way: " + group.primary()
                    + " has several connections named " + Wire.NAME + " (CLIENT LIST); wait until it has ended");
        }
    }

    /** Has every sentinel see the target as the best choice. */
    private void prefer(SwitchoverDecision decision) {
        run.orStop();
        if (decision.target() == null) {
            return;
        }
        Map<NodeAddress, Integer> before = decision.priorities();
        Map<NodeAddress, Integer> wanted = new TreeMap<>(before);
        wanted.putAll(decision.changes());
        decision.changes().forEach((replica, priority) -> {
            String old = String.valueOf(before.get(replica));
            undo.remember("CONFIG SET replica-priority " + old + " at " + replica, () -> setPriority(replica, old));
            setPriority(replica, priority.toString());
            run.tell("replica-priority of " + replica + " is " + priority + " for the moment, before: " + old);
        });
        run.tell("Waiting until every sentinel has seen the priorities (up to 10 s) ...");
        boolean seen = run.await(PRIORITIES_SEEN, () -> {
            run.orStop();
            return run.sentinels().stream().allMatch(sentinel -> shows(sentinel, decision, wanted));
        });
        if (!seen) {
            throw new RedisException("not every sentinel has seen the replica-priorities " + wanted + " within "
                    + PRIORITIES_SEEN.toSeconds() + " s");
        }
    }

    /** A sentinel that does not answer now is not asked to act either. */
    private boolean shows(Wire sentinel, SwitchoverDecision decision, Map<NodeAddress, Integer> wanted) {
        try {
            Map<NodeAddress, Integer> shown = new HashMap<>();
            SentinelSight.replicas(sentinel, name, translation)
                    .forEach(replica -> shown.put(replica.address(), replica.priority()));
            return shown.entrySet().containsAll(wanted.entrySet());
        } catch (RedisException e) {
            return !sentinel.address().equals(decision.sentinel());
        }
    }

    private void setPriority(NodeAddress replica, String priority) {
        run.dataNode(replica).ask("CONFIG", "SET", "replica-priority", priority);
    }

    /** The sentinels rewrote the files of those that they reconfigured, priorities included. */
    private void putBack(SwitchoverDecision decision) {
        remarks.addAll(undo.all().stream()
                .map(step -> "To be put back by hand: " + step)
                .toList());
        for (NodeAddress replica : decision.changes().keySet()) {
            try {
                run.dataNode(replica).ask("CONFIG", "REWRITE");
            } catch (RedisException e) {
                LOG.info(
                        "The configuration file of {} may have another replica-priority now: {}",
                        replica,
                        e.getMessage());
            }
        }
    }

    /** Waits until all have noticed, but not for ever. */
    private void settle(GroupSight group, SwitchoverDecision decision, Switchover done) {
        run.tell("Waiting until every sentinel names it, and the others follow it ...");
        Set<NodeAddress> copies = new TreeSet<>(decision.candidates());
        copies.add(done.from());
        copies.remove(done.to());
        List<String> missing = new ArrayList<>();
        boolean settled = run.await(SETTLED, () -> {
            missing.clear();
            for (SentinelSight sentinel : group.sentinels()) {
                if (!names(run.sentinel(sentinel.address()), done.to())) {
                    missing.add("sentinel " + sentinel.address() + " does not name it yet");
                }
            }
            for (NodeAddress copy : copies) {
                if (!follows(copy, done.to())) {
                    missing.add(copy + " does not follow it yet");
                }
            }
            return missing.isEmpty() && run.believes(done.to());
        });
        if (!settled) {
            remarks.add("After " + SETTLED.toSeconds() + " s not all have noticed: " + String.join("; ", missing));
        }
    }

    private boolean names(Wire sentinel, NodeAddress primary) {
        try {
            SentinelSight sight = SentinelSight.ask(sentinel, name, translation);
            return sight.primary().equals(primary) && sight.flags().equals(Set.of("master"));
        } catch (RedisException e) {
            return false;
        }
    }

    private boolean follows(NodeAddress old, NodeAddress primary) {
        try {
            ReplicationInfo info = run.replication(old);
            return info.role() == Role.REPLICA && info.linkUp() && primary.equals(info.primary());
        } catch (RedisException e) {
            return false;
        }
    }
}
