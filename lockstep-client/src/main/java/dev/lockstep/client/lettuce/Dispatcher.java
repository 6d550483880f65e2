package dev.lockstep.client.lettuce;

import io.lettuce.core.protocol.RedisCommand;
import org.jspecify.annotations.Nullable;

/** Where the commands of a {@link Facade} go. Called on the caller's thread; must not block. */
@FunctionalInterface
public interface Dispatcher {

    /** Why a command has no place here; null if it has. Asked before Lettuce keeps any state of it, such as a MULTI. */
    default @Nullable RuntimeException refusal(RedisCommand<?, ?, ?> command) {
        return null;
    }

    /** Takes a command over; its future is completed later, exactly once. An exception fails it at once. */
    void dispatch(RedisCommand<?, ?, ?> command);

    /** Releases what belongs to this facade alone; a view over shared connections has nothing to release. */
    default void close() {}
}
