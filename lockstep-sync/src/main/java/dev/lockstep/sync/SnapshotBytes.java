package dev.lockstep.sync;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The bytes of a snapshot as far as they have arrived, to be read from any place. Thread-safe. */
interface SnapshotBytes {

    /**
     * Reads what is there from a position on, at least one byte; waits until one has arrived.
     *
     * @return how many were read; -1 if the snapshot ends before the position
     * @throws IOException if the bytes cannot be had, or will never arrive
     */
    int read(long position, ByteBuffer into) throws IOException, InterruptedException;
}
