package dev.lockstep.client;

import dev.lockstep.topology.Node;
import dev.lockstep.topology.NodeAddress;
import dev.lockstep.topology.Position;
import dev.lockstep.topology.ReplicationInfo;
import dev.lockstep.topology.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to a shard's primary: one shared connection, and the calls that are held while there is none.
 *
 * <p>Thread-safe. Sends calls in the order they came, also those that were held, given back or repeated.
 */
final class PrimaryLane {
    /* States, all but OPEN under this object's lock:
     *
     *   OPEN        calls go straight to the link            -> SILENT     no answer in the socket timeout
     *                                                        -> RETIRING   another primary, or "I am a replica"
     *                                                        -> ABSENT     connection lost
     *   SILENT      calls are held, the link stays           -> OPEN       it answers
     *                                                        -> RETIRING   another primary; half-open for too long
     *                                                        -> ABSENT     connection lost
     *   RETIRING    calls are held until the old link has    -> ABSENT
     *               answered all, or is closed
     *   ABSENT      calls are held, the next link is made    -> OPEN       role verified, old connections fenced
     *
     * Holding a call instead of writing it to a silent primary costs nothing if the primary was only slow, and turns an
     * unknown outcome into a certain retry if it was dead. What was written and not answered goes back to the head of the
     * queue if that is safe, so that call order survives; if not, its outcome is unknown and the caller is told. */

    private static final Logger log = LoggerFactory.getLogger(PrimaryLane.class);
    static final long HALF_OPEN_AFTER = TimeUnit.SECONDS.toNanos(2);
    private static final long LAST_WORDS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long FIRST_RETRY_MILLIS = 2;
    private static final long LAST_RETRY_MILLIS = 100;

    private enum State {
        OPEN,
        SILENT,
        RETIRING,
        ABSENT
    }

    private final ShardRoute shard;
    private final Fence fence = new Fence();
    private final HeldCalls held;

    private volatile @Nullable NodeLink open;
    private volatile @Nullable PrimaryTenure tenure; // of link

    // Guarded by this.
    private volatile State state = State.ABSENT; // read without the lock for texts only, as are the next two
    private volatile @Nullable NodeAddress target;
    private volatile String problem = "";
    private @Nullable NodeLink link;
    private @Nullable String lastRunId;
    private @Nullable NodeAddress lastAddress;
    private @Nullable ReplicationInfo lastInfo;
    private final List<PrimaryTenure> unsettled = new ArrayList<>();
    private final List<Mark> orphans = new ArrayList<>();
    private final List<Mark> awaited = new ArrayList<>();
    private final List<Call> takenBack = new ArrayList<>();
    private @Nullable NodeAddress openingTo;
    private int openings;
    private int evacuations;
    private boolean closed;
    private long absentSince = System.nanoTime();
    private long retryMillis = FIRST_RETRY_MILLIS;

    PrimaryLane(ShardRoute shard, HeldCalls held) {
        this.shard = shard;
        this.held = held;
    }

    /** Sends the call, or holds it until there is a primary to send it to. */
    void submit(Call call) {
        NodeLink now = open;
        if (now == null || !sendOn(now, call)) {
            hold(call);
        }
    }

    /** False if the link is lost. A step of an iteration fails when the process that began it is not there any more. */
    private boolean sendOn(NodeLink to, Call call) {
        String begunOn = call.boundTo;
        if (begunOn != null && !begunOn.equals(to.identity.runId())) {
            String why = call.name() + " was not sent: its cursor belongs to a former primary and says nothing to the"
                    + " present one, " + to.address + ". Begin the iteration again";
            shard.later(0, () -> call.fail(new NotSentException(why))); // callers' code never runs under the lock
            return true;
        }
        return to.send(new Attempt(call, to));
    }

    private void hold(Call call) {
        String refusal;
        boolean dissolved;
        synchronized (this) {
            NodeLink now = open;
            if (now != null && sendOn(now, call)) {
                return; // it came back meanwhile
            }
            dissolved = closed && !shard.isAllClosed();
            refusal = closed ? "this Lockstep is closed" : held.add(call);
            if (refusal != null && !closed) {
                refusal = "there is no primary, and " + refusal;
            }
        }
        if (dissolved) {
            shard.passOn(call);
        } else if (refusal != null) {
            String why =
                    call.name() + " was not sent: " + refusal + ". Nothing was executed: it is safe to call it again";
            shard.later(0, () -> call.fail(new NotSentException(why))); // perhaps under the lock of a crossing
        } else {
            shard.stats().held.increment();
        }
    }

    /** Why calls are held, for the text of an exception. */
    String trouble() {
        String name = "shard " + shard.name();
        NodeAddress primary = target;
        return switch (state) {
            case OPEN -> "the primary of " + name + " (" + primary + ") was busy";
            case SILENT -> "the primary of " + name + " (" + primary + ") did not answer";
            case RETIRING, ABSENT ->
                primary == null
                        ? name + " had no primary"
                        : "no connection to a primary of " + name + " could be made (last known: " + primary + problem
                                + ")";
        };
    }

    /**
     * A mark that covers everything that the process {@code runId} has executed until now, over whatever connection; null if
     * another process is the primary.
     */
    @Nullable
    synchronized Mark nowOn(String runId) {
        NodeLink to = link;
        PrimaryTenure of = tenure;
        if (to != null && of != null) {
            return to.identity.runId().equals(runId) ? of.now(to) : null;
        }
        if (!runId.equals(lastRunId)) {
            return null;
        }
        Mark orphan = between();
        orphans.add(orphan);
        return orphan;
    }

    /** A mark that covers everything that the primary has executed until now; without one, what the next one begins with. */
    synchronized Mark now() {
        NodeLink to = link;
        PrimaryTenure of = tenure;
        if (to != null && of != null) {
            return of.now(to);
        }
        Mark mark = between();
        awaited.add(mark);
        return mark;
    }

    /** Between two connections: after every mark of the last one, before every mark of the next. */
    private Mark between() {
        return new Mark(openingTo == null ? openings : openings - 1, Long.MAX_VALUE);
    }

    /** Slots leave: a silent link is not waited for as long as it pleases. */
    synchronized void evacuating(int more) {
        evacuations += more;
    }

    /** Takes what is held of some slots out, in order, if nothing that was sent before can still come back; else null. */
    synchronized @Nullable List<Call> takeHeld(Predicate<Call> which) {
        return link == null ? held.remove(which) : null;
    }

    /** The link, if all that comes back from it comes back call by call; null while it is to be replaced, or there is none. */
    @Nullable
    synchronized NodeLink steady() {
        return state == State.OPEN && takenBack.isEmpty() ? link : null;
    }

    /** Has positions told at once for a while. */
    void demand() {
        onTenure(PrimaryTenure::demand);
    }

    /** Has the primary's position told now. */
    void sample() {
        onTenure(PrimaryTenure::sample);
    }

    private void onTenure(BiConsumer<PrimaryTenure, NodeLink> what) {
        NodeLink to = open;
        PrimaryTenure of = tenure;
        if (to != null && of != null) {
            what.accept(of, to);
        }
    }

    /** The primary's address if it can be spoken to now. */
    @Nullable
    NodeAddress address() {
        NodeLink to = open;
        return to == null ? null : to.address;
    }

    /** Whom the topology names as the primary; null before the first. */
    @Nullable
    NodeAddress target() {
        return target;
    }

    /** The topology names this node as the primary. */
    void primaryIs(Node node) {
        synchronized (this) {
            if (closed) {
                return;
            }
            boolean moved = !node.address().equals(target)
                    || (link != null
                            && node.runId() != null
                            && !link.identity.runId().equals(node.runId()));
            target = node.address();
            NodeLink old = link;
            if (old == null) {
                retryMillis = FIRST_RETRY_MILLIS;
                connect();
            } else if (moved) {
                retire(old);
            }
        }
    }

    /**
     * A former primary that lives may hold writes back, as it does in a planned switchover, and is about to turn them away: it
     * is given the time to say so, since what it does not answer has an unknown outcome; and how far it had come.
     */
    private void retire(NodeLink old) {
        boolean speaks = shard.answersProbes(old.address);
        PrimaryTenure of = tenure;
        if (speaks && of != null) {
            of.lastWord(old);
        }
        retire(old, speaks ? LAST_WORDS : 0);
    }

    private void retire(NodeLink old, long graceNanos) {
        setState(State.RETIRING);
        if (!old.isDead()) {
            old.retire(graceNanos);
        }
    }

    /** Whether a server error says that the call was not executed and belongs elsewhere. */
    boolean isMisplaced(@Nullable String error) {
        return error != null
                && (error.startsWith("READONLY") || error.startsWith("MASTERDOWN") || error.startsWith("LOADING"));
    }

    /** The call was answered by a node that is no primary, or not yet: it goes back to the head of the queue. */
    void takeBack(Call call, @Nullable String error, NodeLink from) {
        synchronized (this) {
            call.takeBack();
            takenBack.add(call);
            if (from == link && state != State.RETIRING) {
                retire(from);
            }
        }
        shard.stats().retried.increment();
        shard.suspect(from.address, error == null ? "it says that it is a replica" : error);
    }

    /** The primary said where it stands. */
    void seen(NodeLink from, ReplicationInfo info, long askedAt) {
        shard.learnt(from.address, info);
        ReplicationInfo previous;
        synchronized (this) {
            previous = lastInfo;
            if (from != link) {
                return;
            }
            if (info.role() == Role.PRIMARY) {
                lastInfo = info;
            } else if (state == State.OPEN || state == State.SILENT) {
                log.info("{} of shard {} is no longer a primary", from.address, shard.name());
                retire(from);
            }
        }
        if (info.role() == Role.PRIMARY) {
            shard.follow(previous, info);
            shard.samples().add(askedAt, info.position());
        }
    }

    void silent(NodeLink from, long forNanos) {
        synchronized (this) {
            if (from != link || state != State.OPEN) {
                if (from == link
                        && state == State.SILENT
                        && forNanos > HALF_OPEN_AFTER
                        && (evacuations > 0 || shard.answersProbes(from.address))) {
                    log.info("{} does not answer since {}: giving this connection up", from, Call.text(forNanos));
                    retire(from, 0);
                }
                return;
            }
            setState(State.SILENT);
        }
        shard.suspect(from.address, "no answer for " + Call.text(forNanos));
    }

    void answering(NodeLink from) {
        synchronized (this) {
            if (from == link && state == State.SILENT) {
                fence.close(from); // before what is now sent
                reopen(from);
            }
        }
    }

    /** A connection of its own to the primary ended with a write unanswered: nothing may follow it before it is dead. */
    void distrust(LinkIdentity other) {
        fence.unanswered(other);
        NodeLink to = open;
        if (to != null) {
            fence.close(to);
        }
    }

    /** Sends what was held, in order, and lets new calls pass. */
    private void reopen(NodeLink to) {
        held.drain(call -> sendOn(to, call));
        if (!to.isDead()) {
            setState(State.OPEN);
            open = to;
        }
    }

    /** Under the lock. Every state but OPEN holds calls. */
    private void setState(State next) {
        if (state == State.OPEN && next != State.OPEN) {
            absentSince = System.nanoTime();
        }
        state = next;
        if (next != State.OPEN) {
            open = null;
        }
    }

    void lost(NodeLink from, PrimaryTenure of, List<Attempt> unanswered, List<Attempt> unsent) {
        List<Runnable> afterwards = new ArrayList<>();
        synchronized (this) {
            if (from == link) {
                unsettled.add(of);
            }
            List<Call> again = new ArrayList<>(takenBack);
            takenBack.clear();
            for (Attempt attempt : unanswered) {
                Call call = attempt.call;
                if (call == null) {
                    continue;
                }
                if (attempt.mayHaveBeenSent() && !call.traits.isRead()) {
                    fence.unanswered(from.identity);
                    if (!call.isDone() && !call.traits.isRepeatable(call.request)) {
                        String how = "before the connection to its primary was lost";
                        afterwards.add(() -> call.giveUp(how, ""));
                        continue;
                    }
                    call.maybeApplied = true;
                }
                again.add(call);
            }
            for (Attempt attempt : unsent) {
                if (attempt.call != null) {
                    again.add(attempt.call);
                }
            }
            again.removeIf(Call::isDone);
            again.forEach(Call::takeBack);
            shard.stats().retried.add(again.size());
            if (closed && !shard.isAllClosed()) {
                again.forEach(shard::passOn);
            } else if (closed) {
                afterwards.add(() -> again.forEach(call -> call.giveUp("before Lockstep was closed", "it was held")));
            } else {
                held.addFirst(again);
            }
            if (from == link) {
                setState(State.ABSENT);
                link = null;
                tenure = null;
                retryMillis = FIRST_RETRY_MILLIS;
                connect();
            }
        }
        afterwards.forEach(Runnable::run);
        shard.suspect(from.address, "connection lost");
    }

    /** Under the lock. Makes the next link, unless one is there or in the making. */
    private void connect() {
        NodeAddress to = target;
        if (closed || link != null || to == null || to.equals(openingTo)) {
            return;
        }
        openingTo = to;
        int number = ++openings;
        PrimaryTenure next = new PrimaryTenure(this, shard, number);
        shard.opener()
                .open(to, next)
                .thenCompose(this::fenced)
                .whenComplete((made, failure) -> opened(number, to, next, made, failure));
    }

    /** Waits until no unanswered write of ours can reach the process any more. */
    private CompletableFuture<NodeLink> fenced(NodeLink made) {
        if (made.greeting.role() != Role.PRIMARY) {
            return CompletableFuture.completedFuture(made);
        }
        return fence.close(made)
                .thenApply(allDead -> {
                    if (!allDead) {
                        failWhatMustNotBeRepeated();
                    }
                    return made;
                })
                .whenComplete((same, failure) -> {
                    if (failure != null) {
                        made.close();
                    }
                });
    }

    private void failWhatMustNotBeRepeated() {
        List<Call> unsafe;
        synchronized (this) {
            unsafe = held.removeMaybeApplied();
        }
        String when =
                "before its connection was lost; the server does not allow CLIENT KILL, which would make repeating"
                        + " it safe";
        unsafe.forEach(call -> call.giveUp(when, ""));
    }

    private void opened(
            int number, NodeAddress to, PrimaryTenure next, @Nullable NodeLink made, @Nullable Throwable failure) {
        boolean usable = made != null && made.greeting.role() == Role.PRIMARY && !made.isDead();
        synchronized (this) {
            if (number != openings || closed) {
                if (made != null) {
                    made.close(); // the topology named another primary meanwhile
                }
                return;
            }
            openingTo = null;
            if (usable) {
                link = made;
                tenure = next;
            } else {
                retryLater();
            }
        }
        if (made == null || !usable) {
            if (made != null) {
                made.close();
            }
            String why = made != null ? "it says that it is a replica" : LinkOpener.rootOf(failure);
            synchronized (this) {
                problem = ": " + why;
            }
            log.debug("No connection to a primary at {}: {}", to, why);
            shard.suspect(to, "no primary there");
            return;
        }
        try {
            install(made, next);
        } catch (Throwable e) { // a bug, but it must not leave the lane without a primary for ever
            log.error("The connection to the new primary {} could not be taken into use", made, e);
            made.close();
        }
    }

    private void retryLater() {
        shard.later(retryMillis, () -> {
            synchronized (this) {
                connect();
            }
        });
        retryMillis = Math.min(LAST_RETRY_MILLIS, retryMillis * 2);
    }

    /** The new link becomes the shard's primary: sessions learn what was lost before any call is answered by it. */
    private void install(NodeLink made, PrimaryTenure next) {
        ReplicationInfo info = made.greeting;
        List<PrimaryTenure> former;
        List<Mark> unowned;
        List<Mark> wanted;
        NodeAddress before;
        ReplicationInfo previous;
        long outage;
        synchronized (this) {
            boolean sameProcess = made.identity.runId().equals(lastRunId);
            former = List.copyOf(unsettled);
            unsettled.clear();
            unowned = List.copyOf(orphans);
            orphans.clear();
            wanted = List.copyOf(awaited);
            awaited.clear();
            before = sameProcess ? null : lastAddress;
            previous = sameProcess ? lastInfo : null;
            outage = System.nanoTime() - absentSince;
            lastRunId = made.identity.runId();
            lastAddress = made.address;
            lastInfo = info;
            problem = "";
        }
        // The same process still holds all that it executed; of another one, what was not told before is not known.
        Position covers = previous == null ? null : info.position();
        former.forEach(old -> old.settleAll(covers));
        // What was executed on another connection meanwhile may be later than the greeting, but not than the next INFO.
        Mark afterwards = next.now(made);
        unowned.forEach(orphan -> settleLike(afterwards, orphan, previous != null));
        wanted.forEach(mark -> settleLike(afterwards, mark, true));
        shard.learnt(made.address, info);
        shard.follow(previous, info);
        shard.movedTo(made, afterwards);
        if (before != null) {
            shard.failedOver(before, made.address, outage);
        }
        shard.scripts().load(made);
        shard.check(made);
        next.sample(made);
        synchronized (this) {
            if (link == made && state == State.ABSENT) {
                shard.repairOn(made);
                reopen(made);
                fence.close(made); // what was distrusted since the connection was made
            }
        }
    }

    private static void settleLike(Mark told, Mark orphan, boolean sameProcess) {
        if (sameProcess) {
            told.whenSettled(() -> orphan.settle(told.position()));
        } else {
            orphan.settle(null);
        }
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /** Closes the connection; fails what is held, or passes it on if only the shard is no more. */
    void close() {
        List<Call> left;
        NodeLink last;
        synchronized (this) {
            closed = true;
            left = held.removeAll();
            last = link;
            open = null;
        }
        boolean dissolved = !shard.isAllClosed();
        for (Call call : left) {
            if (dissolved) {
                shard.passOn(call);
            } else {
                call.giveUp("before Lockstep was closed", "it was held");
            }
        }
        if (last != null && dissolved) {
            last.retire();
        } else if (last != null) {
            last.close();
        }
    }

    /** Forgets held calls that have ended, so that they do not count any longer. */
    synchronized void sweep() {
        held.removeDone();
    }
}
