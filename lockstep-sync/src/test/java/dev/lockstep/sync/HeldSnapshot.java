package dev.lockstep.sync;

import java.nio.ByteBuffer;
import java.util.Random;

/** A snapshot in memory that hands out its bytes in pieces, as a network would. */
final class HeldSnapshot implements SnapshotBytes {

    private final byte[] data;
    private final Random random;
    private final int most;

    /** @param most each read gives between one byte and so many, drawn from the seed */
    HeldSnapshot(byte[] data, long seed, int most) {
        this.data = data;
        this.random = new Random(seed);
        this.most = most;
    }

    HeldSnapshot(byte[] data) {
        this(data, 0, Integer.MAX_VALUE);
    }

    @Override
    public synchronized int read(long position, ByteBuffer into) {
        if (position >= data.length) {
            return -1;
        }
        int there = Math.min(into.remaining(), data.length - (int) position);
        int piece = most == Integer.MAX_VALUE ? there : Math.min(there, 1 + random.nextInt(most));
        into.put(data, (int) position, piece);
        return piece;
    }
}
