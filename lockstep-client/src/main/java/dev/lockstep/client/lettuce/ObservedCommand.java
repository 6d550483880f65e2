package dev.lockstep.client.lettuce;

import io.lettuce.core.protocol.CommandWrapper;
import io.lettuce.core.protocol.RedisCommand;

/**
 * A command that runs an action before its caller learns that it is complete, and whose failure with the socket is not
 * told to its caller: whoever sent it does that, and says more.
 *
 * @param <K> key type
 * @param <V> value type
 * @param <T> result type
 */
public final class ObservedCommand<K, V, T> extends CommandWrapper<K, V, T> {

    private final Runnable beforeCompletion;

    public ObservedCommand(RedisCommand<K, V, T> command, Runnable beforeCompletion) {
        super(command);
        this.beforeCompletion = beforeCompletion;
    }

    @Override
    public void complete() {
        beforeCompletion.run();
        super.complete();
    }

    @Override
    public boolean completeExceptionally(Throwable failure) {
        return false;
    }
}
