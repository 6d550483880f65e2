package dev.lockstep.topology;

import io.lettuce.core.RedisException;

/** A deployment could not be found or verified. Its text says what was seen, what was expected and what to do next. */
public final class TopologyException extends RedisException {

    private static final long serialVersionUID = 1L;

    /** What stands in the way. */
    public enum Kind {
        /** Nothing listens, a name does not resolve, or nothing answers in time. */
        UNREACHABLE,
        /** A data node refuses the credentials, or wants some. */
        AUTHENTICATION,
        /** A sentinel refuses the credentials, or wants some. */
        SENTINEL_AUTHENTICATION,
        /** The sentinels do not know the name of the primary. */
        UNKNOWN_NAME,
        /** A sentinel, a data node, a cluster or something else stands where another of them was expected. */
        WRONG_SERVER,
        /** One side speaks TLS and the other does not, or a certificate is not trusted. */
        TLS,
        /** Servers answer, but none is a verified primary at the moment. */
        NO_PRIMARY
    }

    private final Kind kind;

    TopologyException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** What stands in the way. */
    public Kind kind() {
        return kind;
    }
}
