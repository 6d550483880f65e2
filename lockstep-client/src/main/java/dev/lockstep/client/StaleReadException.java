package dev.lockstep.client;

import io.lettuce.core.RedisException;

/**
 * No copy of the data can answer as fresh as promised: a failover took back what the session had seen, or no primary
 * could be asked how old the replicas are.
 */
public final class StaleReadException extends RedisException {

    StaleReadException(String message) {
        super(message);
    }
}
