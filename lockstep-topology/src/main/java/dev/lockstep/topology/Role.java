package dev.lockstep.topology;

/** What a data node says of itself in {@code INFO replication}. */
public enum Role {
    PRIMARY,
    REPLICA
}
