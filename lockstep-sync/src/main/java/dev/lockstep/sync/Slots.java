package dev.lockstep.sync;

import dev.lockstep.topology.SlotRange;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** The rule by which a Redis Cluster spreads keys over its slots: CRC16 of the key, or of what stands in its first braces. */
public final class Slots {

    public static final int COUNT = 16384;

    private static final int[] CRC = table();

    private Slots() {}

    private static int[] table() {
        int[] table = new int[256];
        for (int i = 0; i < 256; i++) {
            int crc = i << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) != 0 ? crc << 1 ^ 0x1021 : crc << 1;
            }
            table[i] = crc & 0xffff;
        }
        return table;
    }

    public static int of(byte[] key) {
        return of(key, 0, key.length);
    }

    static int of(byte[] data, int from, int length) {
        int end = from + length;
        int open = indexOf(data, from, end, '{');
        int close = open < 0 ? -1 : indexOf(data, open + 1, end, '}');
        return close > open + 1 ? crc(data, open + 1, close) % COUNT : crc(data, from, end) % COUNT;
    }

    /** Of a key in an array. */
    static int of(ByteBuffer key) {
        return of(key.array(), key.arrayOffset() + key.position(), key.remaining());
    }

    /** Every slot. */
    static BitSet all() {
        BitSet all = new BitSet(COUNT);
        all.set(0, COUNT);
        return all;
    }

    static BitSet bits(List<SlotRange> ranges) {
        BitSet bits = new BitSet(COUNT);
        ranges.forEach(range -> bits.set(range.first(), range.last() + 1));
        return bits;
    }

    static List<SlotRange> ranges(BitSet bits) {
        List<SlotRange> ranges = new ArrayList<>();
        for (int first = bits.nextSetBit(0); first >= 0; ) {
            int end = bits.nextClearBit(first);
            ranges.add(new SlotRange(first, end - 1));
            first = bits.nextSetBit(end);
        }
        return ranges;
    }

    private static int indexOf(byte[] data, int from, int end, char wanted) {
        for (int i = from; i < end; i++) {
            if (data[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    private static int crc(byte[] data, int from, int end) {
        int crc = 0;
        for (int i = from; i < end; i++) {
            crc = (crc << 8 ^ CRC[(crc >>> 8 ^ data[i]) & 0xff]) & 0xffff;
        }
        return crc;
    }
}
