package dev.lockstep.drill;

/**
 * The moment at which a client told a session that writes which it had seen are gone.
 *
 * @param session the session told, or {@link Actor#SHARED}
 */
record Told(long at, int session, int shard) {}
