package dev.lockstep.client;

import dev.lockstep.client.lettuce.Dispatcher;
import dev.lockstep.client.lettuce.ObservedCommand;
import dev.lockstep.topology.NodeAddress;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.channel.EventLoop;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/** The path of the calls on an exclusive connection: straight to it, each with its deadline, none ever repeated. */
final class ExclusivePath implements Dispatcher {

    private final NodeAddress address;
    private final LinkOpener.Made made;
    private final EventLoop eventLoop;
    private final ShardRoute shard;
    private final Policy policy;
    private final Deadlines deadlines;
    private final Queue<Call> pending = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean closing = new AtomicBoolean();
    private volatile boolean inTransaction;
    private volatile boolean executing;
    private volatile boolean dead;

    ExclusivePath(NodeAddress address, LinkOpener.Made made, ShardRoute shard, Policy policy, Deadlines deadlines) {
        this.address = address;
        this.made = made;
        this.eventLoop = made.connection().eventLoop();
        this.shard = shard;
        this.policy = policy;
        this.deadlines = deadlines;
        onLoop(() -> made.connection().onLoss(this::lost));
    }

    @Override
    public void dispatch(RedisCommand<?, ?, ?> command) {
        Call call = new Call(command, CommandTraits.of(command), policy, shard, System.nanoTime());
        if (dead || closing.get()) {
            call.fail(new NotSentException(call.name() + " was not sent: this exclusive connection to " + address
                    + (dead ? " was lost" : " is closed") + ". Open another one with Lockstep.exclusive()"));
            return;
        }
        track(command.getType());
        pending.removeIf(Call::isDone);
        pending.add(call);
        deadlines.add(call);
        if (command instanceof CompletableFuture<?> future) {
            future.whenComplete((result, failure) -> {
                if (failure instanceof RedisCommandTimeoutException
                        || failure instanceof OutcomeUnknownException
                        || failure instanceof CancellationException) {
                    close(); // what else is answered on it could not be told apart from a late answer's effects
                }
            });
        }
        call.sentTo = address;
        RedisCommand<?, ?, ?> observed = observed(command);
        onLoop(() -> {
            if (dead) {
                fail(call);
            } else {
                made.connection().write(observed);
            }
        });
    }

    private <K, V, T> RedisCommand<K, V, T> observed(RedisCommand<K, V, T> command) {
        return new ObservedCommand<>(command, this::answered);
    }

    private void track(ProtocolKeyword type) {
        if (type == CommandType.MULTI) {
            inTransaction = true;
        } else if (type == CommandType.EXEC) {
            executing = true;
        } else if (type == CommandType.DISCARD) {
            inTransaction = false;
        }
    }

    /** On the event loop, before the caller learns of the answer: what it wrote must be seen by session reads. */
    private void answered() {
        if (executing) {
            executing = false;
            inTransaction = false;
        }
        if (inTransaction) {
            return;
        }
        Floor floor = policy.floors().of(shard);
        Mark mark = shard.primary().nowOn(made.identity().runId());
        Lineage lineage = shard.lineage();
        if (mark != null) {
            floor.raise(floor.allKeys(), mark, shard);
        } else if (lineage != null) {
            shard.rolledBack(floor, null, lineage); // written on a node that is not the primary any more
        }
    }

    private void lost() {
        dead = true;
        boolean unanswered = false;
        for (Call call = pending.poll(); call != null; call = pending.poll()) {
            unanswered |= !call.traits.isRead();
            fail(call);
        }
        if (unanswered) {
            shard.primary().distrust(made.identity());
        }
        if (!closing.get()) {
            shard.suspect(address, "exclusive connection lost");
        }
    }

    private void fail(Call call) {
        if (inTransaction && !executing) {
            call.fail(new NotSentException("The transaction on the exclusive connection to " + address
                    + " was not executed: the connection was lost before EXEC. It is safe to begin it again"));
        } else {
            call.fail(call.whatIsKnown("before the connection was lost", ""));
        }
    }

    private void onLoop(Runnable action) {
        try {
            eventLoop.execute(action);
        } catch (RejectedExecutionException clientIsClosed) {
            dead = true;
        }
    }

    @Override
    public void close() {
        if (closing.compareAndSet(false, true)) {
            made.connection().drop();
        }
    }
}
