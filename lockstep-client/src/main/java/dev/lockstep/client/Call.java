package dev.lockstep.client;

import dev.lockstep.topology.NodeAddress;
import dev.lockstep.topology.Position;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.lettuce.core.protocol.RedisCommand;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One command that somebody called: what it may do, until when, and what became of it. Ends exactly once.
 *
 * <p>Handed from thread to thread; whoever ends it wins the race for {@link #claim()}.
 */
final class Call {

    /* UNSENT -> SENT when the event loop is about to write it, SENT -> UNSENT when it is given back, anything -> ENDED once.
     * One variable decides, so that a call which is told "not sent" is never written afterwards. */
    private static final int UNSENT = 0;
    private static final int SENT = 1;
    private static final int ENDED = 2;
    private static final VarHandle STATE;
    private static final VarHandle COUNTED;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Call.class, "state", int.class);
            COUNTED = MethodHandles.lookup().findVarHandle(Call.class, "counted", Floor.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final RedisCommand<?, ?, ?> command;
    final Request request;
    final CommandTraits traits;
    final Policy policy;
    /** The slot of its keys in a Redis Cluster; -1 if it has no key, or the shard's slots do not matter. */
    final int slot;
    /** Where in a session's floor its keys belong. */
    final int bucket;
    /** {@link System#nanoTime()} of the call, and when its time is up. */
    final long invokedAt;

    /** When its time is up; comes closer when a write has a time of its own to be confirmed. */
    volatile long deadline;

    /** Whether its codec is known to decode anything; a reply is decoded where that may fail otherwise. */
    boolean decodesSafely;

    /** Where it is on its way to; null before the first. */
    private volatile @Nullable Way way;
    /** The floor on which it counts as an unanswered write; null if it does not. */
    private volatile @Nullable Floor counted;

    /** Whether its node serves the slot only to those who ask for it, since the slot is being imported there. */
    volatile boolean asking;
    /** How often it was answered by a node that is not responsible. */
    int redirects;

    /** The node that it was last written to; null while it was never written to any. */
    volatile @Nullable NodeAddress sentTo;
    /** Whether a former attempt was written and never answered. */
    volatile boolean maybeApplied;
    /** The process that alone can execute it, as it continues an iteration begun there; null if any primary can. */
    @Nullable
    String boundTo;

    /** What it iterates over, for {@link Scans}. */
    String iteration = "";

    /** The wish that its value be kept; null for nearly all calls, and once nobody will tell of changes. */
    @Nullable
    Fill fill;

    /** How many replicas were asked in vain. */
    int replicasTried;

    /** What a replica must have applied to answer it; null if anything will do. */
    @Nullable
    Position required;

    /** Links the calls that {@link Deadlines} has not met yet. */
    @Nullable
    Call addedBefore;

    /** What becomes of a write that was executed and waits for replicas; null until it does. */
    private volatile @Nullable Function<String, RedisException> unconfirmed;

    private volatile int state;

    /** @param request the command as {@link Request#of} encodes it */
    Call(RedisCommand<?, ?, ?> command, Request request, CommandTraits traits, int slot, Policy policy, long now) {
        this.command = command;
        this.request = request;
        this.traits = traits;
        this.slot = slot;
        this.policy = policy;
        this.bucket = policy.floors().bucketOf(traits, request);
        this.invokedAt = now;
        this.deadline = now + policy.timeoutNanos();
    }

    /** It goes to this shard from now on, or waits at this crossing. */
    void goes(Way to) {
        way = to;
        asking = false;
    }

    /** What its session has seen of the shard that it goes to. */
    Floor floor(ShardRoute shard) {
        return policy.floors().of(shard);
    }

    /** Makes the reads of the same view wait behind this write, on this floor, until it has ended or goes elsewhere. */
    void orderReadsBehindOn(Floor floor) {
        if (counted != floor) {
            floor.writeStarted(bucket);
            uncount((Floor) COUNTED.getAndSet(this, floor));
            if (state == ENDED) {
                uncount((Floor) COUNTED.getAndSet(this, null));
            }
        }
    }

    private void uncount(@Nullable Floor floor) {
        if (floor != null) {
            floor.writeEnded(bucket);
        }
    }

    /** Whether its answer is given to its caller only once replicas hold what it wrote. */
    boolean isDurable() {
        return policy.durability().demand() > 0 && !traits.isRead();
    }

    /** It was executed, and waits for replicas: {@code failure} tells what is known when its time is up, given when that is. */
    void confirming(Function<String, RedisException> failure, long now) {
        unconfirmed = failure;
        long limit = policy.durability().timeoutNanos();
        if (limit < deadline - now) {
            deadline = now + limit;
        }
    }

    /** Whether it has ended, or its caller has cancelled it. */
    boolean isDone() {
        return state == ENDED || command.isDone();
    }

    /** About to be written to {@code node}; false if it must not be, since it has ended. */
    boolean send(NodeAddress node) {
        sentTo = node;
        return !command.isDone() && STATE.compareAndSet(this, UNSENT, SENT);
    }

    /** It was not executed where it was sent, or may be repeated: it can be sent again. */
    void takeBack() {
        sentTo = null;
        STATE.compareAndSet(this, SENT, UNSENT);
    }

    /** True for the one who may end the call. */
    boolean claim() {
        return ended(state != ENDED && (int) STATE.getAndSet(this, ENDED) != ENDED);
    }

    private boolean ended(boolean first) {
        if (first && counted != null) {
            uncount((Floor) COUNTED.getAndSet(this, null));
        }
        return first;
    }

    boolean fail(Throwable why) {
        return claim() && command.completeExceptionally(why);
    }

    /** Ends the call because its time is up. */
    void expire() {
        Way to = way;
        long limit = unconfirmed == null
                ? policy.timeoutNanos()
                : Math.min(policy.timeoutNanos(), policy.durability().timeoutNanos());
        giveUp("within its timeout of " + text(limit), to == null ? "it was not under way yet" : to.trouble());
    }

    /** Ends the call with the exception that says what is known about it: whether it was sent decides at that very moment. */
    void giveUp(String when, String trouble) {
        for (int now = state; now != ENDED; now = state) {
            RedisException why = why(now, when, trouble);
            if (STATE.compareAndSet(this, now, ENDED)) {
                ended(true);
                command.completeExceptionally(why);
                return;
            }
        }
    }

    private RedisException why(int now, String when, String trouble) {
        Function<String, RedisException> executed = unconfirmed;
        if (executed != null) {
            return executed.apply(when);
        }
        return now == SENT || maybeApplied ? unanswered(when) : unsent(when, trouble);
    }

    private RedisException unsent(String when, String trouble) {
        if (policy.consistency().level() == Consistency.Level.BOUNDED && traits.isRead()) {
            return new StaleReadException(name() + " was not answered " + when + ": " + trouble
                    + ", so nothing tells how old the replicas' data is (" + policy.consistency() + ")");
        }
        return new NoPrimaryException(name() + " was not sent: " + trouble + " " + when
                + ". Nothing was executed: it is safe to call it again");
    }

    private RedisException unanswered(String when) {
        NodeAddress node = sentTo;
        String sent = name() + " was sent" + (node == null ? "" : " to " + node) + " and not answered " + when;
        return traits.isRead()
                ? new RedisCommandTimeoutException(sent + ". It changes nothing: it is safe to call it again")
                : new OutcomeUnknownException(sent + ". It may have been executed: read the key before repeating it");
    }

    String name() {
        return command.getType().toString();
    }

    static String text(long nanos) {
        Duration duration = Duration.ofNanos(nanos);
        return duration.toMillis() % 1000 == 0 && duration.toSeconds() > 0
                ? duration.toSeconds() + " s"
                : duration.toMillis() + " ms";
    }
}
