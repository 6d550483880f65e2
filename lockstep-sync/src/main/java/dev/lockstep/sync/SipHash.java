package dev.lockstep.sync;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** SipHash-2-4 with 128 bits: a hash under a key, which who does not know the key cannot make collide. Not thread-safe. */
public final class SipHash {

    private final long key0;
    private final long key1;

    private long v0;
    private long v1;
    private long v2;
    private long v3;
    private long tail;
    private int tailBytes;
    private long length;
    private long high;
    private long low;

    public SipHash(long key0, long key1) {
        this.key0 = key0;
        this.key1 = key1;
        reset();
    }

    /** Begins anew, with nothing hashed. */
    public void reset() {
        v0 = key0 ^ 0x736f6d6570736575L;
        v1 = key1 ^ 0x646f72616e646f6dL ^ 0xee;
        v2 = key0 ^ 0x6c7967656e657261L;
        v3 = key1 ^ 0x7465646279746573L;
        tail = 0;
        tailBytes = 0;
        length = 0;
    }

    /** Hashes eight bytes, the lowest first. */
    public void add(long word) {
        length += 8;
        if (tailBytes == 0) {
            compress(word);
            return;
        }
        int shift = 8 * tailBytes;
        compress(tail | word << shift);
        tail = word >>> (64 - shift);
    }

    /** Hashes what remains in a buffer, whose position stays as it is. */
    public void add(ByteBuffer bytes) {
        ByteBuffer data = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        while (data.remaining() >= 8) {
            add(data.getLong());
        }
        while (data.hasRemaining()) {
            add(data.get());
        }
    }

    private void add(byte next) {
        length++;
        tail |= (next & 0xffL) << (8 * tailBytes);
        if (++tailBytes == 8) {
            compress(tail);
            tail = 0;
            tailBytes = 0;
        }
    }

    /** Ends the hash: {@link #high} and {@link #low} are of all that was added. */
    public void finish() {
        compress(tail | length << 56);
        v2 ^= 0xee;
        rounds(4);
        low = v0 ^ v1 ^ v2 ^ v3;
        v1 ^= 0xdd;
        rounds(4);
        high = v0 ^ v1 ^ v2 ^ v3;
    }

    /** The last eight bytes of the hash. */
    public long high() {
        return high;
    }

    /** The first eight bytes of the hash. */
    public long low() {
        return low;
    }

    private void compress(long word) {
        v3 ^= word;
        rounds(2);
        v0 ^= word;
    }

    private void rounds(int count) {
        for (int i = 0; i < count; i++) {
            v0 += v1;
            v2 += v3;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v1;
            v0 += v3;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 = Long.rotateLeft(v2, 32);
        }
    }
}
