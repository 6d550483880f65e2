package dev.lockstep.client;

/**
 * Told of what happens behind the calls. All methods are called from internal threads, which must not be blocked; what
 * they throw is logged.
 */
public interface LockstepListener {

    /** Another node has become the primary, and calls flow to it. After the rollbacks that it caused. */
    default void onFailover(Failover failover) {}

    /** A failover took back what a session had seen. Before any answer of the new primary reaches the session. */
    default void onRollback(Rollback rollback) {}

    /**
     * A failover or a restart took acknowledged writes back, or nothing shows that it did not. Before any answer of the new
     * primary.
     */
    default void onWritesLost(LostWrites lost) {}

    /**
     * A server has a setting with which it may tell that it holds what it does not hold. Soon after the first connection to
     * it.
     */
    default void onUnsafeSetting(UnsafeSetting setting) {}

    /** A replica can be read from: a new one, or one that came back. */
    default void onReplicaUp(ReplicaEvent replica) {}

    /** A replica cannot be read from any more. */
    default void onReplicaDown(ReplicaEvent replica) {}
}
