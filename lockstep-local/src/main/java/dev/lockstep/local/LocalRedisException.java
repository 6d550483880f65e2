package dev.lockstep.local;

/** A local deployment could not do what it was asked; the message says what was seen and what to do next. */
public final class LocalRedisException extends RuntimeException {
    public LocalRedisException(String message) {
        super(message);
    }

    public LocalRedisException(String message, Throwable cause) {
        super(message, cause);
    }
}
