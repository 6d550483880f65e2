package dev.lockstep.client.lettuce;

import io.lettuce.core.protocol.RedisCommand;

/** Where the commands of a {@link Facade} go. Called on the caller's thread; must not block. */
@FunctionalInterface
public interface Dispatcher {

    /** Takes a command over; its future is completed later, exactly once. An exception fails it at once. */
    void dispatch(RedisCommand<?, ?, ?> command);

    /** Releases what belongs to this facade alone; a view over shared connections has nothing to release. */
    default void close() {}
}
