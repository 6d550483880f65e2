package dev.lockstep.topology;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The moment of a switchover under Sentinel in which nobody takes writes: from the old primary's last to the new one's first. */
final class Handover {
    /* SENTINEL FAILOVER alone loses what the old primary acknowledges until it is demoted, 10 to 11 s later. So:
     *
     *   1. Hold writes back at the old primary, then read its offset: nothing acknowledged lies beyond.
     *   2. Wait until every replica that may be chosen has applied that much.
     *   3. Order the failover, and wait until a replica says that it is a primary.
     *   4. Make the old primary its replica, and only then let go of the writers: they are told READONLY, never executed.
     *
     * If it ends before 3, writes are let go, and all is as it was. If nobody is promoted in 3, a frozen sentinel or replica
     * may still carry the order out when it thaws, and the old primary will have taken writes by then. So the order is called
     * off first (SENTINEL RESET): on the connection on which it went out, so that even a frozen sentinel reads the two
     * together. A replica that promotes itself after that finds no sentinel that follows it; they make it a replica again.
     *
     * If this process dies, the pause ends by itself, but not before the sentinels have demoted the old primary in case they
     * were told to. */

    private static final Logger LOG = LoggerFactory.getLogger(Handover.class);

    /** Longer than what may go before the order, a promotion, and the demotion by sentinels (11.3 s) take together. */
    private static final Duration PAUSE = Duration.ofSeconds(20);

    private static final Duration CATCH_UP = Duration.ofMillis(800);
    /** Later than this the order is not given any more: too little would be left of the pause. */
    private static final Duration LATEST_ORDER = Duration.ofSeconds(2);

    private static final Duration PROMOTION = Duration.ofSeconds(5);
    private static final Duration ORDER_ANSWERED = Duration.ofSeconds(1);
    private static final Duration LAST_LOOK = Duration.ofMillis(300);
    private static final Duration DEMOTION = Duration.ofSeconds(3);

    private final SwitchoverRun run;
    private final GroupSight group;
    private final SwitchoverDecision decision;
    private final Undo undo;
    private final Wire old;
    private final Wire sentinel;
    private final List<String> remarks = new ArrayList<>();

    Handover(SwitchoverRun run, GroupSight group, SwitchoverDecision decision, Undo undo) {
        this.run = run;
        this.group = group;
        this.decision = decision;
        this.undo = undo;
        this.old = run.dataNode(group.primary());
        this.sentinel = run.sentinel(decision.sentinel());
    }

    /** Returns when the new primary takes writes and the old one turns them away. */
    Switchover run() {
        List<NodeAddress> candidates = decision.candidates();
        candidates.forEach(run::replication); // connects, and finds out who is slow, before anybody waits for it
        run.orStop();
        long pausedAt = run.now();
        Position last = pause();
        NodePoll poll = new NodePoll(run, candidates);
        if (!poll.await(CATCH_UP, told -> candidates.stream().allMatch(copy -> has(told.get(copy), last)))) {
            throw failed("not every replica had applied everything " + CATCH_UP.toMillis()
                    + " ms after writes were held back: " + standing(poll.told(), last)
                    + "; try again when they lag less");
        }
        run.tell("Writes are held back at " + last.brief()
                + ", which every replica has applied. Ordering the failover ...");
        run.orStop();
        if (run.now() - pausedAt > LATEST_ORDER.toNanos()) {
            throw failed("this process stood still for a while; try again");
        }
        Map.Entry<NodeAddress, ReplicationInfo> next = promoted(last);
        demote(next.getKey());
        Duration gap = Duration.ofNanos(run.now() - pausedAt);
        run.tell(next.getKey() + " is the primary; nobody took writes for " + gap.toMillis() + " ms");
        return done(next.getKey(), next.getValue(), last, gap);
    }

    /** Returns where the old primary stands when it takes no more writes. */
    private Position pause() {
        undo.remember("CLIENT UNPAUSE at " + old, () -> old.ask("CLIENT", "UNPAUSE"));
        old.ask("CLIENT", "PAUSE", Long.toString(PAUSE.toMillis()), "WRITE");
        ReplicationInfo info = run.replication(old.address());
        if (info.role() != Role.PRIMARY) {
            throw failed(old + " is no primary any more; a failover came first");
        }
        return info.position();
    }

    private static boolean has(@Nullable ReplicationInfo copy, Position last) {
        return copy != null
                && copy.position().history().equals(last.history())
                && copy.position().offset() >= last.offset();
    }

    private String standing(Map<NodeAddress, ReplicationInfo> told, Position last) {
        List<String> each = new ArrayList<>();
        for (NodeAddress candidate : decision.candidates()) {
            ReplicationInfo info = told.get(candidate);
            each.add(candidate + " is at "
                    + (info == null ? "an unknown place" : info.position().brief()));
        }
        return "the primary is at " + last.brief() + ", " + String.join(", ", each);
    }

    /** Has the sentinel promote a replica. Returns what that one says of itself as a primary. */
    private Map.Entry<NodeAddress, ReplicationInfo> promoted(Position last) {
        NodePoll poll = new NodePoll(run, decision.candidates());
        long orderedAt = run.now();
        CompletableFuture<String> order = sentinel.send("SENTINEL", "FAILOVER", group.name());
        poll.await(
                PROMOTION,
                told -> successor(told, last) != null
                        || order.isCompletedExceptionally()
                        || (!order.isDone() && run.now() - orderedAt > ORDER_ANSWERED.toNanos()));
        Map.Entry<NodeAddress, ReplicationInfo> next = successor(poll.told(), last);
        if (next != null) {
            return next;
        }
        RedisException refusal = refusal(order);
        if (refusal instanceof RedisCommandExecutionException) {
            throw failed(String.valueOf(refusal.getMessage()));
        }
        String why = refusal != null
                ? String.valueOf(refusal.getMessage())
                : order.isDone()
                        ? "no replica became primary within " + PROMOTION.toSeconds() + " s after " + sentinel
                                + " had agreed to promote one"
                        : sentinel + " did not answer SENTINEL FAILOVER within " + ORDER_ANSWERED.toMillis() + " ms";
        checkNobodyIsNamed(why);
        callOff();
        takeBack(poll, last);
        throw failed(why + ". The order was called off (SENTINEL RESET " + group.name()
                + ", after which that sentinel needs some seconds to find the others again); see the sentinels' logs");
    }

    private static Map.@Nullable Entry<NodeAddress, ReplicationInfo> successor(
            Map<NodeAddress, ReplicationInfo> told, Position last) {
        for (Map.Entry<NodeAddress, ReplicationInfo> each : told.entrySet()) {
            boolean continues = last.history().equals(each.getValue().parentHistory());
            if (each.getValue().role() == Role.PRIMARY && continues) {
                return Map.entry(each.getKey(), each.getValue());
            }
        }
        return null;
    }

    private @Nullable RedisException refusal(CompletableFuture<String> order) {
        return order.isCompletedExceptionally()
                ? sentinel.explained(order.handle((reply, why) -> why).join(), "SENTINEL", "FAILOVER")
                : null;
    }

    /** A sentinel may see a promotion that this process cannot see. Then it is too late to call it off. */
    private void checkNobodyIsNamed(String why) {
        Map<Wire, CompletableFuture<NodeAddress>> named = new LinkedHashMap<>();
        for (Wire each : run.sentinels()) {
            named.put(each, SentinelSight.named(each, group.name()).thenApply(run::reached));
        }
        run.await(sentinel.patience(), () -> named.values().stream().allMatch(CompletableFuture::isDone));
        named.forEach((each, answer) -> {
            NodeAddress primary = answer.isDone() && !answer.isCompletedExceptionally() ? answer.join() : old.address();
            if (!primary.equals(old.address())) {
                throw unfinished(why + ", but " + each + " names " + primary + " as the primary");
            }
        });
    }

    /** If the old primary took writes now, they would be lost: they stay held back. */
    private SwitchoverException unfinished(String why) {
        undo.forgetLast();
        return new SwitchoverException(
                true,
                "The switchover was left unfinished: " + why + ". Writes stay held back at " + old + " for up to "
                        + PAUSE.toSeconds() + " s, within which the sentinels make it a replica");
    }

    private void callOff() {
        CompletableFuture<String> reset = sentinel.send("SENTINEL", "RESET", group.name());
        run.await(ORDER_ANSWERED, reset::isDone);
    }

    /** Who has promoted itself meanwhile has taken no write, since no client was sent there: it follows the old one again. */
    private void takeBack(NodePoll poll, Position last) {
        if (poll.await(LAST_LOOK, told -> successor(told, last) != null)) {
            NodeAddress stray =
                    Objects.requireNonNull(successor(poll.told(), last)).getKey();
            NodeAddress leader = group.announced(old.address());
            run.insist(DEMOTION, () -> follow(run.dataNode(stray), leader));
        }
    }

    private static void follow(Wire node, NodeAddress leader) {
        node.ask("REPLICAOF", leader.host(), Integer.toString(leader.port()));
    }

    private void demote(NodeAddress next) {
        NodeAddress announced = group.announced(next);
        RedisException failure = run.insist(DEMOTION, () -> follow(old, announced));
        if (failure != null) {
            throw unfinished(next + " is the primary, but the old one could not be told: " + failure.getMessage());
        }
        undo.forgetLast();
        failure = run.insist(DEMOTION, () -> old.ask("CLIENT", "UNPAUSE"));
        if (failure != null) {
            remarks.add("Writers that had begun to wait at the old primary wait there for up to " + PAUSE.toSeconds()
                    + " s before they are turned away: " + failure.getMessage());
        }
    }

    private Switchover done(NodeAddress to, ReplicationInfo info, Position last, Duration gap) {
        rewrite();
        Position cut = new Position(last.history(), info.parentCut());
        if (cut.offset() < last.offset()) {
            throw new SwitchoverException(
                    true,
                    "The switchover lost writes: " + to + " is the primary, and its history left the old one at "
                            + cut.brief() + ", but writes were acknowledged up to " + last.brief()
                            + ". It must have come back with less than it had when it was looked at");
        }
        if (decision.target() != null && !decision.target().equals(to)) {
            remarks.add("The sentinels chose " + to + " instead of " + decision.target() + "; it had all data as well");
        }
        return new Switchover(
                group.name(), old.address(), to, gap, cut, info.position().history(), remarks);
    }

    /** So that the old primary is a replica even if it is restarted, as sentinels do it too. */
    private void rewrite() {
        try {
            old.ask("CONFIG", "REWRITE");
        } catch (RedisException e) {
            LOG.info("The configuration file of {} still says that it is a primary: {}", old, e.getMessage());
        }
    }

    private static RedisException failed(String why) {
        return new RedisException(why);
    }
}
