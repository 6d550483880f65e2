package dev.lockstep.sync;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The bytes of a replication stream as far as they have arrived, by their offsets in the source's history. Thread-safe. */
interface StreamBytes {

    /**
     * Reads what is there from an offset on: the byte that makes the source's offset one more than {@code offset} is the
     * first. Waits until one has arrived.
     *
     * @return how many were read, at least one; 0 if the time is up before
     * @throws IOException if the bytes are not kept any more, or cannot be had
     */
    int read(long offset, ByteBuffer into, long waitNanos) throws IOException, InterruptedException;
}
