package dev.lockstep.sync;

import dev.lockstep.topology.NodeAddress;

/**
 * How far a {@link PsyncSource} is.
 *
 * <pre>
 * Connecting → Copying    the server begins a full copy
 *            → Streaming  it goes on from where the spool ends
 * Copying    → Streaming  the snapshot has arrived
 *            → Connecting the connection is lost: the snapshot is given up
 *            → Stopped    the spool cannot take the snapshot
 * Streaming  → Connecting the connection is lost, or given up
 *            → Waiting    the spool is full, or cannot be written
 * Waiting    → Connecting there is room again, or it is time to try again
 * any        → Stopped    it was closed
 * </pre>
 */
sealed interface SourceState {

    /** It looks for a node that accepts it. {@code last} is what the latest attempt came to, for people; empty before. */
    record Connecting(int attempt, String last) implements SourceState {}

    /** A snapshot is being prepared or received. */
    record Copying(NodeAddress node, Generation generation) implements SourceState {}

    /** The stream arrives. */
    record Streaming(NodeAddress node, Generation generation) implements SourceState {}

    /** It receives nothing, on purpose. */
    record Waiting(String why) implements SourceState {}

    /** It does not go on by itself. */
    record Stopped(String why) implements SourceState {}
}
