package dev.lockstep.sync;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One string of a snapshot as plain bytes, whether it was written raw, as a number or compressed. A flyweight: what it
 * shows is valid until the {@link RdbSplitter} that handed it out goes on. Not thread-safe.
 */
final class RdbString {

    private static final int COMPRESSED = 0xc3;
    /** How many a number of 32 bits has at most, with its sign. */
    private static final int DIGITS = 11;

    private byte[] scratch = new byte[128];
    private byte[] data = scratch;
    private int from;
    private int length;

    /** Where the bytes lie, not to be changed. */
    byte[] data() {
        return data;
    }

    int from() {
        return from;
    }

    int length() {
        return length;
    }

    byte[] copy() {
        return Arrays.copyOfRange(data, from, from + length);
    }

    /** The slot of a cluster, if this is a key. */
    int slot() {
        return Slots.of(data, from, length);
    }

    /** As text, if that is what it is. */
    String text() {
        return new String(data, from, length, StandardCharsets.UTF_8);
    }

    /**
     * Reads a string that lies complete in a buffer, where its end was found before. Raw bytes are shown where they lie.
     *
     * @return false if it has more than {@code atMost} bytes; then it shows nothing
     * @throws RdbDamage if it is compressed, and does not give what it says
     */
    boolean read(byte[] buffer, int at, int end, int atMost) {
        int first = buffer[at] & 0xff;
        if (first == COMPRESSED) {
            return decompress(buffer, at + 1, end, atMost);
        }
        if (first > COMPRESSED) {
            throw new IllegalArgumentException("No string begins with the byte " + first);
        }
        if (first >>> 6 == 3) {
            digits(buffer, at + 1, end);
        } else {
            data = buffer;
            from = at + headLength(first);
            length = end - from;
        }
        return kept(atMost);
    }

    /** The same, but raw bytes are copied, so that the buffer may move on. */
    boolean readCopy(byte[] buffer, int at, int end, int atMost) {
        if (!read(buffer, at, end, atMost)) {
            return false;
        }
        if (data != scratch) {
            byte[] there = data;
            int start = from;
            reserve(length);
            System.arraycopy(there, start, scratch, 0, length);
        }
        return true;
    }

    private boolean kept(int atMost) {
        if (length > atMost) {
            length = 0;
            return false;
        }
        return true;
    }

    private void digits(byte[] buffer, int at, int end) {
        long number = buffer[end - 1];
        for (int i = end - 2; i >= at; i--) {
            number = number * 256 + Byte.toUnsignedInt(buffer[i]);
        }
        reserve(DIGITS);
        int to = DIGITS;
        for (long rest = Math.abs(number); rest > 0 || to == DIGITS; rest /= 10) {
            scratch[--to] = (byte) ('0' + rest % 10);
        }
        if (number < 0) {
            scratch[--to] = '-';
        }
        from = to;
        length = DIGITS - to;
    }

    private boolean decompress(byte[] buffer, int at, int end, int atMost) {
        int lengthAt = at + headLength(buffer[at] & 0xff);
        long plain = number(buffer, lengthAt);
        if (plain < 0 || plain > atMost) {
            length = 0;
            return false;
        }
        reserve((int) plain);
        length = (int) plain;
        int start = lengthAt + headLength(buffer[lengthAt] & 0xff);
        if (!Lzf.decompress(buffer, start, end, scratch, length)) {
            length = 0;
            throw new RdbDamage("a compressed string does not give the " + plain + " bytes that it says");
        }
        return true;
    }

    private void reserve(int bytes) {
        if (scratch.length < bytes) {
            scratch = new byte[Math.max(bytes, 2 * scratch.length)];
        }
        data = scratch;
        from = 0;
    }

    private static int headLength(int first) {
        return switch (first >>> 6) {
            case 0 -> 1;
            case 1 -> 2;
            default -> first == 0x80 ? 5 : 9;
        };
    }

    private static long number(byte[] buffer, int at) {
        int first = buffer[at] & 0xff;
        return switch (headLength(first)) {
            case 1 -> first;
            case 2 -> (first & 0x3f) * 256L + Byte.toUnsignedInt(buffer[at + 1]);
            case 5 -> ByteBuffer.wrap(buffer).getInt(at + 1) & 0xffff_ffffL;
            default -> ByteBuffer.wrap(buffer).getLong(at + 1);
        };
    }
}
