package dev.lockstep.client;

import io.lettuce.core.RedisException;

/**
 * The call was certainly not executed by any server: it is safe to make it again. Lockstep already kept trying within the
 * call's time.
 */
public class NotSentException extends RedisException {

    NotSentException(String message) {
        super(message);
    }

    NotSentException(String message, Throwable cause) {
        super(message, cause);
    }
}
