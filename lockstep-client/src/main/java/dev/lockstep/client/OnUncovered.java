package dev.lockstep.client;

/** What becomes of a call to a slot of a Redis Cluster that no shard owns. */
public enum OnUncovered {
    /** It waits within its timeout until a shard owns the slot, and fails with {@link NoPrimaryException} if none does. */
    WAIT,
    /** It fails at once with {@link NotSentException}. */
    FAIL
}
