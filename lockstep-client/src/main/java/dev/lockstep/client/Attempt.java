package dev.lockstep.client;

import dev.lockstep.client.lettuce.Recording;
import dev.lockstep.topology.Position;
import io.lettuce.core.output.BooleanOutput;
import io.lettuce.core.output.ByteArrayOutput;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.output.DoubleOutput;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.output.KeyOutput;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.output.ValueOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.DecoderException;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * One sending of one command on one connection. What the user holds is never given to Lettuce, so a call can be sent
 * again, and a late reply of an earlier sending changes nothing.
 *
 * <p>Confined to its connection's event loop once written.
 */
final class Attempt implements RedisCommand<Object, Object, Object> {

    /** Outputs that take a reply in one step: a reply that breaks off leaves no trace in them. */
    private static final Set<Class<?>> ONE_STEP = Set.of(
            ValueOutput.class,
            StatusOutput.class,
            IntegerOutput.class,
            BooleanOutput.class,
            DoubleOutput.class,
            ByteArrayOutput.class,
            KeyOutput.class);

    /** The user's call; null for what the client sends on its own behalf. */
    final @Nullable Call call;

    private final RedisCommand<?, ?, ?> command;
    private final NodeLink link;
    private final @Nullable Recording recording;
    private CommandOutput<Object, Object, Object> output;
    private @Nullable Own own;
    private boolean settled;
    private boolean encoded;

    /** Links the attempts in the {@link Outbox}. */
    @Nullable
    Attempt before;

    /** {@link System#nanoTime()} when it was written. */
    long sentAt;
    /** The moment on the primary that its answer belongs to; set when written. */
    @Nullable
    Mark mark;
    /** What a replica had applied at most when it answered; set when judged. */
    @Nullable
    Position seen;
    /** Run when the caller's output is filled and before the caller sees it; null for nothing. */
    @Nullable
    Runnable beforeDelivery;
    /** The batch of reads that it was written with on a replica. */
    @Nullable
    ReadBatch batch;

    Attempt(Call call, NodeLink link) {
        this(call, call.command, link, outputFor(call));
    }

    /** An attempt of the client's own, whose reply or loss {@code own} is told. */
    Attempt(RedisCommand<?, ?, ?> command, NodeLink link, Own own) {
        this(null, command, link, command.getOutput());
        this.own = own;
    }

    /** Who sent something on the client's own behalf. Called on the event loop, one of the two, once. */
    interface Own {
        void answered(Attempt attempt, NodeLink link);

        void lost();
    }

    /** Nobody wants to know what became of it. */
    static final Own NOBODY = new Own() {
        @Override
        public void answered(Attempt attempt, NodeLink link) {}

        @Override
        public void lost() {}
    };

    @SuppressWarnings("unchecked") // Lettuce decodes into the output without looking at its type parameters
    private Attempt(@Nullable Call call, RedisCommand<?, ?, ?> command, NodeLink link, CommandOutput<?, ?, ?> output) {
        this.call = call;
        this.command = command;
        this.link = link;
        this.output = (CommandOutput<Object, Object, Object>) output;
        this.recording = output instanceof Recording taken ? taken : null;
    }

    private static CommandOutput<?, ?, ?> outputFor(Call call) {
        @Nullable CommandOutput<?, ?, ?> output = call.command.getOutput();
        if (output == null || !call.decodesSafely || !ONE_STEP.contains(output.getClass())) {
            return new Recording();
        }
        if (output.hasError()) {
            clearError(output);
        }
        return output;
    }

    @SuppressWarnings("NullAway") // the only way to take an earlier attempt's error back
    private static void clearError(CommandOutput<?, ?, ?> output) {
        output.setError((String) null);
    }

    /** Who is told instead of the traffic; null for a user's call. */
    @Nullable
    Own own() {
        return own;
    }

    /** The server's error line, or null if it answered otherwise. */
    @Nullable
    String error() {
        return output.getError();
    }

    /** How many bytes it takes on the wire; of the client's own, which are all short, not counted. */
    int length() {
        return call == null ? 0 : call.request.length();
    }

    /** Whether any of it may have reached the server. False is certain. */
    boolean mayHaveBeenSent() {
        return encoded;
    }

    /** Gives its reply to the caller, who sees it only now. */
    void deliver() {
        if (call != null && call.claim()) {
            @Nullable CommandOutput<?, ?, ?> target = command.getOutput();
            if (recording != null && target != null) {
                try {
                    if (target instanceof Recording same) {
                        same.take(recording);
                    } else {
                        recording.replay(target);
                    }
                } catch (RuntimeException e) {
                    // The codec's failure is its caller's; thrown on, it would cost all others their connection.
                    command.completeExceptionally(new DecoderException(
                            "The reply to " + command.getType() + " arrived, but its codec cannot decode it", e));
                    return;
                }
            }
            if (beforeDelivery != null) {
                beforeDelivery.run();
            }
            command.complete();
        }
    }

    /** Whether a key that does not exist, or one of them, would have got the same answer. */
    boolean isBare() {
        if (recording != null) {
            return recording.isBare()
                    || (isA(CommandType.MGET) && recording.hasGap())
                    || (isA(CommandType.TYPE) && recording.startsWith("none"))
                    || (isA(CommandType.BITPOS) && recording.numbers().contains(-1L));
        }
        @Nullable Object value = output.get();
        return output.hasError()
                || value == null
                || value.equals(0L)
                || value.equals(-2L) // TTL and its like
                || (value.equals(-1L) && isA(CommandType.BITPOS))
                || value.equals(false)
                || value.equals("")
                || (value instanceof byte[] bytes && bytes.length == 0)
                || (isA(CommandType.TYPE) && value.equals("none"));
    }

    private boolean isA(CommandType type) {
        return command.getType().toString().equalsIgnoreCase(type.toString());
    }

    /** Lets go of the call: whatever is still answered goes nowhere. */
    void abandon() {
        settled = true;
        output = nowhere();
    }

    @SuppressWarnings("unchecked")
    private static CommandOutput<Object, Object, Object> nowhere() {
        return (CommandOutput<Object, Object, Object>) (CommandOutput<?, ?, ?>) new Recording();
    }

    @Override
    public CommandOutput<Object, Object, Object> getOutput() {
        return output;
    }

    @Override
    public void complete() {
        boolean first = !settled;
        settled = true;
        link.replied(this, first);
    }

    @Override
    public boolean completeExceptionally(Throwable cause) {
        if (settled) {
            return false;
        }
        settled = true;
        link.failed(this);
        return true;
    }

    @Override
    public void cancel() {
        completeExceptionally(new CancellationException());
    }

    @Override
    public void encode(ByteBuf buffer) {
        encoded = true;
        if (call != null) {
            call.request.writeTo(buffer);
        } else {
            command.encode(buffer);
        }
    }

    @Override
    @SuppressWarnings("unchecked")
    public CommandArgs<Object, Object> getArgs() {
        return (CommandArgs<Object, Object>) command.getArgs();
    }

    @Override
    public ProtocolKeyword getType() {
        return command.getType();
    }

    @Override
    public boolean isCancelled() {
        return false;
    }

    @Override
    public boolean isDone() {
        return settled;
    }

    @Override
    public void setOutput(CommandOutput<Object, Object, Object> ignored) {
        throw new UnsupportedOperationException("An attempt keeps the output that it was made with");
    }

    @Override
    public String toString() {
        return "Attempt[" + command.getType() + "]";
    }
}
