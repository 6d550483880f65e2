package dev.lockstep.sync;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A small set of Redis 7.2, one listpack, rewritten as a count and strings, which every server reads. Not thread-safe. */
final class PlainSet {

    /*
     * A listpack: its size in 4 bytes, the number of its entries in 2, the entries, and the byte 255. An entry begins with
     * a byte that says what it is, and ends with its length, so that it can be read backwards.
     */
    private static final int HEAD = 6;

    private static final int END = 255;
    /** What compression makes of one byte at most. */
    private static final int MOST_PER_BYTE = 100;
    /** No count that is known beforehand takes more. */
    private static final int COUNT_ROOM = 5;

    private final RdbString listpack = new RdbString();
    private byte[] packed = {};
    private int at;
    private int end;
    private byte[] out = new byte[256];
    private int to;

    /** The rewritten value, from its first byte on. */
    byte[] data() {
        return out;
    }

    int length() {
        return to;
    }

    /**
     * Rewrites a value that lies complete in a buffer.
     *
     * @throws RdbDamage if it is not a listpack
     */
    void rewrite(byte[] buffer, int from, int until) {
        int largest = (int) Math.min((long) MOST_PER_BYTE * (until - from), Integer.MAX_VALUE / 2);
        if (!listpack.read(buffer, from, until, largest)) {
            throw new RdbDamage("a small set says that it is large");
        }
        packed = listpack.data();
        at = listpack.from() + HEAD;
        end = listpack.from() + listpack.length();
        to = COUNT_ROOM;
        int entries = 0;
        while (octet() != END) {
            at--;
            entry();
            entries++;
        }
        if (at != end) {
            throw damage();
        }
        count(entries);
    }

    /** Puts the count before the entries. */
    private void count(int entries) {
        byte[] strings = Arrays.copyOfRange(out, COUNT_ROOM, to);
        to = 0;
        length(entries);
        bytes(strings, 0, strings.length);
    }

    private void entry() {
        int from = at;
        int first = octet();
        if (first < 0x80) {
            number(first);
        } else if (first < 0xc0) {
            string(first & 0x3f);
        } else if (first < 0xe0) {
            number(((first & 0x1f) * 256 + octet()) << 19 >> 19);
        } else if (first < 0xf0) {
            string((first & 0x0f) * 256 + octet());
        } else {
            switch (first) {
                case 0xf0 -> {
                    long length = little(4) & 0xffff_ffffL;
                    string(length > end - at ? -1 : (int) length);
                }
                case 0xf1 -> number(little(2));
                case 0xf2 -> number(little(3));
                case 0xf3 -> number(little(4));
                case 0xf4 -> number(little(8));
                default -> throw damage();
            }
        }
        int length = at - from;
        at += length < 128 ? 1 : length < 16_383 ? 2 : length < 2_097_151 ? 3 : length < 268_435_455 ? 4 : 5;
    }

    private int octet() {
        if (at >= end) {
            throw damage();
        }
        return Byte.toUnsignedInt(packed[at++]);
    }

    /** A number with a sign, the lowest byte first. */
    private long little(int bytes) {
        long number = 0;
        for (int shift = 0; shift < 8 * bytes; shift += 8) {
            number |= (long) octet() << shift;
        }
        int unused = 64 - 8 * bytes;
        return number << unused >> unused;
    }

    private void number(long number) {
        byte[] digits = Long.toString(number).getBytes(StandardCharsets.US_ASCII);
        length(digits.length);
        bytes(digits, 0, digits.length);
    }

    private void string(int length) {
        if (length < 0 || length > end - at) {
            throw damage();
        }
        length(length);
        bytes(packed, at, length);
        at += length;
    }

    private void length(int number) {
        if (number < 64) {
            reserve(1);
            out[to++] = (byte) number;
        } else {
            reserve(COUNT_ROOM);
            out[to++] = (byte) 0x80;
            for (int shift = 24; shift >= 0; shift -= 8) {
                out[to++] = (byte) (number >>> shift);
            }
        }
    }

    private void bytes(byte[] data, int from, int length) {
        reserve(length);
        System.arraycopy(data, from, out, to, length);
        to += length;
    }

    private void reserve(int more) {
        if (out.length - to < more) {
            out = Arrays.copyOf(out, Math.max(2 * out.length, to + more));
        }
    }

    private static RdbDamage damage() {
        return new RdbDamage("a small set is not one");
    }
}
