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
    /** INCR of a counter that has one caller. */
    INCREMENT,
    /** RPUSH of an element that is pushed once, to a list that has one caller. */
    APPEND,
    /** The same to another such list, which returns only once all replicas of the shard hold the element. */
    APPEND_DURABLE;

    boolean isAppend() {
        return this == APPEND || this == APPEND_DURABLE;
    }

    boolean isRead() {
        return this == READ_PRIMARY || this == READ_SESSION || this == READ_REPLICA || this == READ_BOUNDED;
    }

    /** Whether a session promises this read not to fall behind what the session has seen. */
    boolean isSessionRead() {
        return isRead() && this != READ_BOUNDED;
    }
}
