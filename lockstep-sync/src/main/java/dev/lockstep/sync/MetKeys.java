package dev.lockstep.sync;

import java.nio.ByteBuffer;

/**
 * Keys that have been met, as 128-bit hashes: tells whether a key was among them, and never says yes of one
 * that was not, short of two keys with the same hash, which nobody can bring about who does not know the seed.
 *
 * <p>Takes about 24 to 48 bytes for each key, whatever its length. Confined to one thread.
 */
final class MetKeys {

    private static final int SMALLEST = 1 << 10;

    private final SipHash hash;
    private long[] table = new long[2 * SMALLEST];
    private int size;
    private boolean holdsZero;

    /** @param key of the hash: not to be guessed by who chooses the keys */
    MetKeys(HashKey key) {
        this.hash = key.hash();
    }

    void add(int database, ByteBuffer key) {
        hash(database, key);
        if (isZero(hash.high(), hash.low())) {
            holdsZero = true;
            return;
        }
        if (4L * (size + 1) > 3L * (table.length / 2)) {
            grow();
        }
        size += put(table, hash.high(), hash.low());
    }

    boolean contains(int database, ByteBuffer key) {
        hash(database, key);
        if (isZero(hash.high(), hash.low())) {
            return holdsZero;
        }
        int at = place(table, hash.high(), hash.low());
        return !isZero(table[at], table[at + 1]);
    }

    private void hash(int database, ByteBuffer key) {
        hash.reset();
        hash.add(database);
        hash.add(key);
        hash.finish();
    }

    private static boolean isZero(long high, long low) {
        return (high | low) == 0;
    }

    private void grow() {
        long[] larger = new long[2 * table.length];
        for (int i = 0; i < table.length; i += 2) {
            if (!isZero(table[i], table[i + 1])) {
                put(larger, table[i], table[i + 1]);
            }
        }
        table = larger;
    }

    /** Returns how many were added. */
    private static int put(long[] into, long high, long low) {
        int at = place(into, high, low);
        if (!isZero(into[at], into[at + 1])) {
            return 0;
        }
        into[at] = high;
        into[at + 1] = low;
        return 1;
    }

    /** Where it stands, or may be put. */
    private static int place(long[] in, long high, long low) {
        int mask = in.length - 2;
        int at = (int) (low << 1) & mask;
        while (!isZero(in[at], in[at + 1]) && (in[at] != high || in[at + 1] != low)) {
            at = at + 2 & mask;
        }
        return at;
    }
}
