package dev.lockstep.client.lettuce;

import io.lettuce.core.protocol.CommandWrapper;
import io.lettuce.core.protocol.RedisCommand;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A command that runs an action before its caller learns that it is complete, and whose failure with the socket is not
 * told to its caller: whoever sent it does that, and says more.
 *
 * @param <K> key type
 * @param <V> value type
 * @param <T> result type
 */
public final class ObservedCommand<K, V, T> extends CommandWrapper<K, V, T> {

    private final Supplier<@Nullable RuntimeException> beforeCompletion;

    /** @param beforeCompletion run first; if it returns an exception, the caller gets that instead of the reply */
    public ObservedCommand(RedisCommand<K, V, T> command, Supplier<@Nullable RuntimeException> beforeCompletion) {
        super(command);
        this.beforeCompletion = beforeCompletion;
    }

    @Override
    public void complete() {
        RuntimeException instead = beforeCompletion.get();
        if (instead == null) {
            super.complete();
        } else {
            super.completeExceptionally(instead);
        }
    }

    @Override
    public boolean completeExceptionally(Throwable failure) {
        return false;
    }
}
