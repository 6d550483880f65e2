package dev.lockstep.client.lettuce;

import io.lettuce.core.protocol.CommandWrapper;
import io.lettuce.core.protocol.RedisCommand;
import java.util.function.Consumer;

/**
 * A command whose sender decides when and how its caller learns that it is complete, and whose failure with the socket is
 * not told to its caller: whoever sent it does that, and says more.
 *
 * @param <K> key type
 * @param <V> value type
 * @param <T> result type
 */
public final class ObservedCommand<K, V, T> extends CommandWrapper<K, V, T> {

    private final Consumer<ObservedCommand<?, ?, ?>> answered;

    /** @param answered run when the reply is there; calls {@link #deliver} now or later, or tells the caller itself */
    public ObservedCommand(RedisCommand<K, V, T> command, Consumer<ObservedCommand<?, ?, ?>> answered) {
        super(command);
        this.answered = answered;
    }

    @Override
    public void complete() {
        answered.accept(this);
    }

    /** Gives the reply to the caller. */
    public void deliver() {
        super.complete();
    }

    @Override
    public boolean completeExceptionally(Throwable failure) {
        return false;
    }
}
