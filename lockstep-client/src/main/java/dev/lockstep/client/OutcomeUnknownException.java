package dev.lockstep.client;

import io.lettuce.core.RedisException;

/**
 * The write was sent and not answered: it may have been executed, or may not. Lockstep does not repeat it, because
 * executing it twice would not be the same as executing it once.
 */
public final class OutcomeUnknownException extends RedisException {

    OutcomeUnknownException(String message) {
        super(message);
    }
}
