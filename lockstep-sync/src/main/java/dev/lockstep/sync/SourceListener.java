package dev.lockstep.sync;

import dev.lockstep.topology.NodeAddress;

/** Who is told what a {@link PsyncSource} comes across. On its event loop, which must not be blocked. */
interface SourceListener {

    /**
     * A full copy begins. Its snapshot and what follows it arrive in this generation, which can be read at once.
     *
     * @param why nothing could be continued
     */
    default void copyBegan(Generation generation, NodeAddress node, String why) {}

    /** The snapshot is there as a whole. */
    default void snapshotArrived(Generation generation) {}

    /** The stream goes on from the generation's end, without a gap. */
    default void continued(Generation generation, NodeAddress node) {}

    /** The connection is lost, or was given up. If a snapshot was arriving, its generation is discarded. */
    default void disconnected(String why) {}

    /** A node would not have it. It is tried again; some refusals need somebody to mend their cause first. */
    default void refused(String why) {}

    /** Nothing is received for now, so that nothing is lost: the spool is full, or cannot be written. */
    default void waiting(String why) {}

    /** It has ended, and does not go on by itself. */
    default void stopped(String why) {}
}
