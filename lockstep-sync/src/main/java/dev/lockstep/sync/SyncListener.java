package dev.lockstep.sync;

/**
 * Who is told what happens to a copy. Called on the copy's threads, by several at once, and waited for: it has to return soon. What
 * it throws is logged and has no effect.
 */
public interface SyncListener {

    /** Is told nothing. */
    SyncListener NONE = new SyncListener() {};

    /** A shard of the source has come to another phase: the last one is {@link SyncProgress.Phase#LIVE}, again and again perhaps. */
    default void phase(String shard, SyncProgress.Phase phase) {}

    /** A shard of the source does not go on, for a reason that may pass; told anew only if the reason is another one. */
    default void hindered(String shard, String why) {}

    /** A shard of the source is not copied any more, though nobody has stopped it. What ends it does not pass by itself. */
    default void ended(String shard, RuntimeException why) {}
}
