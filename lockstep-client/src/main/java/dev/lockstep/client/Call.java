package dev.lockstep.client;

import dev.lockstep.topology.NodeAddress;
import dev.lockstep.topology.Position;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.lettuce.core.protocol.RedisCommand;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One command that somebody called: what it may do, until when, and what became of it. Ends exactly once.
 *
 * <p>Handed from thread to thread; whoever ends it wins the race for {@link #claim()}.
 */
final class Call {

    private static final VarHandle ENDED;

    static {
        try {
            ENDED = MethodHandles.lookup().findVarHandle(Call.class, "ended", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final RedisCommand<?, ?, ?> command;
    final Request request;
    final CommandTraits traits;
    final Policy policy;
    final ShardRoute shard;
    /** What its session has seen of the shard, and where in it the call's keys belong. */
    final Floor floor;

    final int bucket;
    /** {@link System#nanoTime()} of the call, and when its time is up. */
    final long invokedAt;

    final long deadline;

    /** Whether its codec is known to decode anything; a reply is decoded where that may fail otherwise. */
    boolean decodesSafely;

    /** The node that it was last written to; null while it was never written to any. */
    volatile @Nullable NodeAddress sentTo;
    /** Whether a former attempt was written and never answered. */
    volatile boolean maybeApplied;
    /** The process that alone can execute it, as it continues an iteration begun there; null if any primary can. */
    @Nullable
    String boundTo;

    /** What it iterates over, for {@link Scans}. */
    String iteration = "";

    /** Whether its script was already loaded again for it. */
    boolean scriptReloaded;

    /** How many replicas were asked in vain. */
    int replicasTried;

    /** What a replica must have applied to answer it; null if anything will do. */
    @Nullable
    Position required;

    /** Links the calls that {@link Deadlines} has not met yet. */
    @Nullable
    Call addedBefore;

    private boolean countsAsWrite;
    private volatile boolean ended;

    /** @throws NotSentException if the command cannot be encoded */
    Call(RedisCommand<?, ?, ?> command, CommandTraits traits, Policy policy, ShardRoute shard, long now) {
        this.command = command;
        this.request = Request.of(command);
        this.traits = traits;
        this.policy = policy;
        this.shard = shard;
        this.floor = policy.floors().of(shard);
        this.bucket = floor.bucketOf(traits, request);
        this.invokedAt = now;
        this.deadline = now + policy.timeoutNanos();
    }

    /** Makes the reads of the same view wait behind this write until it has ended. */
    void orderReadsBehind() {
        countsAsWrite = true;
        floor.writeStarted(bucket);
    }

    /** Whether it has ended, or its caller has cancelled it. */
    boolean isDone() {
        return ended || command.isDone();
    }

    /** True for the one who may end the call. */
    boolean claim() {
        if (!ENDED.compareAndSet(this, false, true)) {
            return false;
        }
        if (countsAsWrite) {
            floor.writeEnded(bucket);
        }
        return true;
    }

    boolean fail(Throwable why) {
        return claim() && command.completeExceptionally(why);
    }

    /** Ends the call because its time is up, saying what is known about it. */
    void expire() {
        String when = "within its timeout of " + text(policy.timeoutNanos());
        String trouble = shard.primary().trouble();
        if (policy.consistency().level() == Consistency.Level.BOUNDED && traits.isRead() && sentTo == null) {
            fail(new StaleReadException(name() + " was not answered " + when + ": " + trouble
                    + ", so nothing tells how old" + " the replicas' data is (" + policy.consistency() + ")"));
        } else {
            fail(whatIsKnown(when, trouble));
        }
    }

    /** The exception that says what became of a call which ends unanswered. */
    RedisException whatIsKnown(String when, String primary) {
        NodeAddress node = sentTo;
        if (traits.isRead() && node != null) {
            return new RedisCommandTimeoutException(name() + " was sent to " + node + " and not answered " + when
                    + ". It changes nothing: it is safe to call it again");
        }
        if (node == null && !maybeApplied) {
            return new NoPrimaryException(name() + " was not sent: " + primary + " " + when
                    + ". Nothing was executed: it is safe to call it again");
        }
        return new OutcomeUnknownException(name() + " was sent" + (node == null ? "" : " to " + node)
                + " and not answered " + when + ". It may have been executed: read the key before repeating it");
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
