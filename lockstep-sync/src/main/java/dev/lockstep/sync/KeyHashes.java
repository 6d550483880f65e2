package dev.lockstep.sync;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Keys as 128-bit hashes: tells whether a key was among them, and never says yes of one that was not, short of two keys with the
 * same hash, which nobody can bring about who does not know the seed.
 *
 * <p>Takes about 24 to 48 bytes for each key, whatever its length, up to a bound if there is one. Confined to one thread.
 */
final class KeyHashes {
    /* If there are more keys than the bound allows, only those of a part of all hashes are kept, half of them, then a quarter,
     * and so on. Then one part after the other is gone through, and for each all keys are added once more. So it costs time to
     * have little memory, and nothing has to be written. */

    private static final int SMALLEST = 1 << 10;

    private final SipHash hash;
    private long[] table = new long[2 * SMALLEST];
    private final int most;
    private int size;
    private boolean holdsZero;
    /** How many parts there are, a power of two, and which one is held. */
    private int parts = 1;

    private int part;

    /**
     * Without a bound.
     *
     * @param key of the hash: not to be guessed by who chooses the keys
     */
    KeyHashes(HashKey key) {
        this(key, Integer.MAX_VALUE);
    }

    /**
     * @param key of the hash: not to be guessed by who chooses the keys
     * @param most how many keys are held at a time, about
     */
    KeyHashes(HashKey key, int most) {
        this.hash = key.hash();
        this.most = most;
    }

    /** How many keys may be held in a memory of so many bytes, if a sixteenth of it is for them, and as much while they move. */
    static int most(long memory) {
        long places = Long.highestOneBit(Math.max(SMALLEST, memory / 16 / 16));
        return (int) (Math.min(1 << 27, places) / 10 * 7);
    }

    /** Adds a key, if it belongs to the present part. */
    void add(int database, ByteBuffer key) {
        hash(database, key);
        if (!isOfPart(hash.high())) {
            return;
        }
        if (isZero(hash.high(), hash.low())) {
            holdsZero = true;
            return;
        }
        if (4L * (size + 1) > 3L * (table.length / 2)) {
            grow();
        }
        size += put(table, hash.high(), hash.low());
        if (size > most && part == 0) {
            parts *= 2;
            refill(table.length);
        }
    }

    private boolean isOfPart(long high) {
        return (high & (parts - 1)) == part;
    }

    /** Goes on to the next part, to which all keys are to be added again; false if that was the last. */
    boolean nextPart() {
        part++;
        size = 0;
        holdsZero = false;
        Arrays.fill(table, 0);
        return part < parts;
    }

    /** Whether it is known that a key was not among them: it is of the present part, and was not added. */
    boolean lacks(int database, ByteBuffer key) {
        hash(database, key);
        return isOfPart(hash.high()) && !containsHash();
    }

    boolean contains(int database, ByteBuffer key) {
        hash(database, key);
        return containsHash();
    }

    private boolean containsHash() {
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

    int size() {
        return size + (holdsZero ? 1 : 0);
    }

    private void grow() {
        refill(2 * table.length);
    }

    /** Moves those of the present part to another table. */
    private void refill(int length) {
        long[] other = new long[length];
        int moved = 0;
        for (int i = 0; i < table.length; i += 2) {
            if (!isZero(table[i], table[i + 1]) && isOfPart(table[i])) {
                moved += put(other, table[i], table[i + 1]);
            }
        }
        table = other;
        size = moved;
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
