package dev.lockstep.client;

import dev.lockstep.client.lettuce.Dispatcher;
import dev.lockstep.client.lettuce.ObservedCommand;
import dev.lockstep.topology.NodeAddress;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.channel.EventLoop;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The path of the calls on an exclusive connection: straight to it, each with its deadline, none ever repeated. */
final class ExclusivePath implements Dispatcher {

    /** One MULTI with what follows it, until its EXEC or DISCARD. */
    private static final class Transaction {
        final Queue<Call> calls = new ConcurrentLinkedQueue<>();
        volatile boolean mayBeExecuted;
    }

    /**
     * A call and the transaction that it is part of.
     *
     * @param transaction null outside of any; the EXEC itself is outside, as its reply is the outcome
     * @param executes the transaction that an EXEC executes; null for all other commands
     */
    private record Entry(
            Call call,
            @Nullable Transaction transaction,
            @Nullable Transaction executes) {}

    private final NodeAddress address;
    private final LinkOpener.Made made;
    private final EventLoop eventLoop;
    private final ShardRoute shard;
    private final int slot;
    private final Policy policy;
    private final Deadlines deadlines;
    private final Queue<Entry> pending = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean closing = new AtomicBoolean();
    private @Nullable Transaction begun; // of the one thread that uses the connection
    private volatile boolean dead;

    /** @param slot the slot of all its keys; -1 if it may have any */
    ExclusivePath(
            NodeAddress address, LinkOpener.Made made, ShardRoute shard, int slot, Policy policy, Deadlines deadlines) {
        this.address = address;
        this.made = made;
        this.eventLoop = made.connection().eventLoop();
        this.shard = shard;
        this.slot = slot;
        this.policy = policy;
        this.deadlines = deadlines;
        shard.exclusives().add(this);
        onLoop(() -> made.connection().onLoss(this::lost));
    }

    @Override
    public @Nullable RuntimeException refusal(RedisCommand<?, ?, ?> command) {
        if (slot < 0) {
            return null;
        }
        Set<Integer> slots = SlotPath.slots(command.getType(), Request.of(command));
        slots.remove(slot);
        if (slots.isEmpty()) {
            return null;
        }
        slots.add(slot);
        return SlotPath.crossSlot(command.getType(), slots);
    }

    @Override
    public void dispatch(RedisCommand<?, ?, ?> command) {
        Call call = new Call(command, Request.of(command), CommandTraits.of(command), -1, policy, System.nanoTime());
        call.goes(shard);
        if (dead || closing.get()) {
            call.fail(new NotSentException(call.name() + " was not sent: this exclusive connection to " + address
                    + (dead ? " was lost" : " is closed") + ". Open another one with Lockstep.exclusive()"));
            return;
        }
        Transaction open = begun;
        Transaction within = transactionOf(command.getType());
        if (within != null && isWrite(call)) {
            within.calls.add(call);
        }
        Entry entry = new Entry(call, within, command.getType() == CommandType.EXEC ? open : null);
        pending.removeIf(former -> former.call.isDone());
        pending.add(entry);
        deadlines.add(call);
        closeWhenUnanswered(command);
        RedisCommand<?, ?, ?> observed = observed(command, entry);
        onLoop(() -> {
            if (dead) {
                fail(entry);
            } else if (call.send(address)) {
                made.connection().write(observed);
            }
        });
    }

    /** Which transaction the command belongs to, seen in the order of the calls. */
    private @Nullable Transaction transactionOf(ProtocolKeyword type) {
        if (type == CommandType.MULTI) {
            begun = new Transaction();
        }
        Transaction current = begun;
        if (current != null && (type == CommandType.EXEC || type == CommandType.DISCARD)) {
            current.mayBeExecuted = type == CommandType.EXEC;
            begun = null;
            return null;
        }
        return current;
    }

    /** After a call whose answer may still come, nothing else on the connection could be told apart from its effects. */
    private void closeWhenUnanswered(RedisCommand<?, ?, ?> command) {
        if (command instanceof CompletableFuture<?> future) {
            future.whenComplete((result, failure) -> {
                if (failure instanceof RedisCommandTimeoutException
                        || failure instanceof OutcomeUnknownException
                        || failure instanceof CancellationException) {
                    close();
                }
            });
        }
    }

    private <K, V, T> RedisCommand<K, V, T> observed(RedisCommand<K, V, T> command, Entry entry) {
        return new ObservedCommand<>(command, reply -> answered(entry, reply));
    }

    /** On the event loop, before the caller learns of the answer: what it wrote must be seen by session reads. */
    private void answered(Entry entry, ObservedCommand<?, ?, ?> reply) {
        Call call = entry.call;
        String error = call.command.getOutput().getError();
        Redirect redirect = shard.redirect(error, address);
        if (redirect != null) {
            shard.moved(slot, redirect);
            call.fail(new NotSentException(
                    call.name() + " was not executed: its slot is not served by " + address + " now (" + redirect.text()
                            + "). Close this exclusive connection and begin again on another one"));
            return;
        }
        if (entry.transaction != null) {
            reply.deliver(); // queued; the EXEC's answer counts
            return;
        }
        Mark mark = shard.primary().nowOn(made.identity().runId());
        if (mark == null) {
            call.floor(shard).lose(shard); // it was executed by a node that is not the primary any more
        } else {
            Floor floor = call.floor(shard);
            floor.raise(floor.allKeys(), mark, shard);
        }
        if (error == null) {
            wrote(entry, mark);
        }
        if (call.isDurable() && error == null && (isWrite(call) || entry.executes != null)) {
            pending.remove(entry); // it is executed: what becomes of the connection does not matter to it
            shard.primary().demand();
            shard.commit().await(call, mark, reply::deliver);
        } else {
            reply.deliver();
        }
    }

    private void wrote(Entry entry, @Nullable Mark mark) {
        @Nullable Object result = entry.call.command.getOutput().get();
        boolean discarded = result instanceof TransactionResult of && of.wasDiscarded();
        if (entry.executes != null && !discarded) {
            entry.executes.calls.forEach(call -> shard.losses().wrote(call, mark));
        } else if (isWrite(entry.call)) {
            shard.losses().wrote(entry.call, mark);
        }
    }

    /** The commands that have no place on a shared view change a connection, not data. */
    private static boolean isWrite(Call call) {
        return !call.traits.isRead() && call.traits.refusal() == null;
    }

    private void lost() {
        dead = true;
        shard.exclusives().remove(this);
        boolean unanswered = false;
        for (Entry entry = pending.poll(); entry != null; entry = pending.poll()) {
            unanswered |= !entry.call.traits.isRead() && !entry.call.command.isDone();
            fail(entry);
        }
        if (unanswered) {
            shard.primary().distrust(made.identity());
        }
        if (!closing.get()) {
            shard.suspect(address, "exclusive connection lost");
        }
    }

    private void fail(Entry entry) {
        if (entry.transaction != null && !entry.transaction.mayBeExecuted) {
            entry.call.fail(new NotSentException("The transaction on the exclusive connection to " + address
                    + " was not executed: the connection was lost before EXEC. It is safe to begin it again"));
        } else {
            entry.call.giveUp("before the connection was lost", "the exclusive connection to " + address + " was lost");
        }
    }

    private void onLoop(Runnable action) {
        try {
            eventLoop.execute(action);
        } catch (RejectedExecutionException clientIsClosed) {
            dead = true;
        }
    }

    /** Another process has become the primary: this connection's writes would be lost. */
    void movedTo(String runId) {
        if (!made.identity().runId().equals(runId)) {
            close();
        }
    }

    @Override
    public void close() {
        if (closing.compareAndSet(false, true)) {
            made.connection().drop();
        }
    }
}
