package dev.lockstep.client;

import dev.lockstep.client.lettuce.Recording;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One shard's or slot's part of a command that concerns several: a command like any other to those who send it, whose end
 * is told to the {@link Gathering} of all parts.
 */
final class Part implements RedisCommand<Object, Object, Object> {

    final ProtocolKeyword type;
    final Request request;
    /** Which of the whole command's keys it has; empty if it has none. */
    final List<Integer> keys;
    /** What it is about, for people: its keys, or its shard. */
    final Supplier<String> about;

    private final Gathering whole;
    private final Recording reply = new Recording();
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile @Nullable Throwable failure;

    Part(ProtocolKeyword type, Request request, List<Integer> keys, Supplier<String> about, Gathering whole) {
        this.type = type;
        this.request = request;
        this.keys = keys;
        this.about = about;
        this.whole = whole;
    }

    Recording reply() {
        return reply;
    }

    @Nullable
    Throwable failure() {
        return failure;
    }

    @Override
    public void complete() {
        if (ended.compareAndSet(false, true)) {
            whole.ended();
        }
    }

    @Override
    public boolean completeExceptionally(Throwable why) {
        if (!ended.compareAndSet(false, true)) {
            return false;
        }
        failure = why;
        whole.ended();
        return true;
    }

    @Override
    public void cancel() {
        completeExceptionally(new CancellationException());
    }

    @Override
    public boolean isDone() {
        return ended.get();
    }

    @Override
    public boolean isCancelled() {
        return false;
    }

    @Override
    public void encode(ByteBuf buffer) {
        request.writeTo(buffer);
    }

    @Override
    @SuppressWarnings("unchecked") // whoever decodes into it does not look at its type parameters
    public CommandOutput<Object, Object, Object> getOutput() {
        return (CommandOutput<Object, Object, Object>) (CommandOutput<?, ?, ?>) reply;
    }

    @Override
    @SuppressWarnings("NullAway") // as Lettuce's own commands without arguments have it
    public CommandArgs<Object, Object> getArgs() {
        return null;
    }

    @Override
    public ProtocolKeyword getType() {
        return type;
    }

    @Override
    public void setOutput(CommandOutput<Object, Object, Object> ignored) {
        throw new UnsupportedOperationException("A part keeps the output that it was made with");
    }

    @Override
    public String toString() {
        return "Part[" + type + " of " + about.get() + "]";
    }
}
