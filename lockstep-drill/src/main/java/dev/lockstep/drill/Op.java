package dev.lockstep.drill;

/** What one call of the workload does. */
enum Op {
    /** SET of a register to the next value of its single writer. */
    WRITE,
    /** GET of a register from the primary. */
    READ_PRIMARY,
    /** GET of a register from whichever copy is fresh enough for the session. */
    READ_SESSION,
    /** GET of a register, preferably from a replica that is fresh enough for the session. */
    READ_REPLICA,
    /** GET of a register that may be older than the newest value, but by no more than the caller's bound. */
    READ_BOUNDED,
    /** What a near cache over a session's view gives for a register. */
    READ_NEAR,
    /** What a near cache gives for a register over a view that is bounded as READ_BOUNDED is. */
    READ_NEAR_BOUNDED,
    /** INCR of a counter that has one caller. */
    INCREMENT,
    /** RPUSH of an element that is pushed once, to a list that has one caller. */
    APPEND,
    /** The same to another such list, which returns only once all replicas of the shard hold the element. */
    APPEND_DURABLE,
    /** The same to another such list, which returns once one replica holds the element. */
    APPEND_TO_ONE;

    boolean isAppend() {
        return this == APPEND || this == APPEND_DURABLE || this == APPEND_TO_ONE;
    }

    boolean isRead() {
        return this == READ_PRIMARY || this == READ_REPLICA || this == READ_SESSION || this == READ_NEAR || isBounded();
    }

    /** Whether the read may be older than the newest value, by the caller's bound. */
    boolean isBounded() {
        return this == READ_BOUNDED || this == READ_NEAR_BOUNDED;
    }

    /** Whether a session promises this read not to fall behind what the session has seen. */
    boolean isSessionRead() {
        return isRead() && !isBounded();
    }
}
