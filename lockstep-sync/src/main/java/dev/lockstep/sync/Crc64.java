package dev.lockstep.sync;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The checksum of snapshots and payloads: CRC-64 with the polynomial of Jones, reflected, as Redis computes it. */
final class Crc64 {

    /*
     * Eight bytes are taken at once. A table of its own for each of the eight places says what a byte there contributes
     * to the remainder that it leaves after the bytes behind it; so the eight look-ups do not wait for each other, as they
     * would byte by byte.
     */
    private static final long POLYNOMIAL = 0x95ac9329ac4bc9b5L;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long[] TABLES = tables();

    private Crc64() {}

    private static long[] tables() {
        long[] tables = new long[8 * 256];
        for (int i = 0; i < 256; i++) {
            long crc = i;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) != 0 ? crc >>> 1 ^ POLYNOMIAL : crc >>> 1;
            }
            tables[i] = crc;
        }
        for (int i = 256; i < tables.length; i++) {
            long before = tables[i - 256];
            tables[i] = before >>> 8 ^ tables[(int) before & 0xff];
        }
        return tables;
    }

    /** The checksum of what {@code crc} stands for, 0 at the start, and one more byte. */
    static long update(long crc, int octet) {
        return crc >>> 8 ^ TABLES[(int) (crc ^ octet) & 0xff];
    }

    /** The checksum of what {@code crc} stands for, 0 at the start, and these bytes behind it. */
    static long update(long crc, byte[] data, int from, int length) {
        int at = from;
        int end = from + length;
        for (; end - at >= 8; at += 8) {
            crc = eight(crc ^ (long) LONG.get(data, at));
        }
        for (; at < end; at++) {
            crc = update(crc, data[at]);
        }
        return crc;
    }

    /** The same of what remains in a buffer, which is left as it is. */
    static long update(long crc, ByteBuffer data) {
        if (data.hasArray()) {
            return update(crc, data.array(), data.arrayOffset() + data.position(), data.remaining());
        }
        ByteBuffer words = data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        while (words.remaining() >= 8) {
            crc = eight(crc ^ words.getLong());
        }
        while (words.hasRemaining()) {
            crc = update(crc, words.get());
        }
        return crc;
    }

    private static long eight(long mixed) {
        long[] t = TABLES;
        return t[7 * 256 + ((int) mixed & 0xff)]
                ^ t[6 * 256 + ((int) (mixed >>> 8) & 0xff)]
                ^ t[5 * 256 + ((int) (mixed >>> 16) & 0xff)]
                ^ t[4 * 256 + ((int) (mixed >>> 24) & 0xff)]
                ^ t[3 * 256 + ((int) (mixed >>> 32) & 0xff)]
                ^ t[2 * 256 + ((int) (mixed >>> 40) & 0xff)]
                ^ t[256 + ((int) (mixed >>> 48) & 0xff)]
                ^ t[(int) (mixed >>> 56)];
    }
}
