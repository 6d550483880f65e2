package dev.lockstep.sync;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/** Keys and their strings as the words of an MSET, as they gather. Confined to one thread. */
final class StringPairs {
    /* An array of the heap: what is written here byte by byte, for each key of a snapshot, goes into a buffer as one piece. */

    private static final int MOST_DIGITS = 10;
    private static final int FRAME = 1 + MOST_DIGITS + 4;

    private byte[] data;
    private int length;
    private int count;

    /** @param room for how many bytes at first */
    StringPairs(int room) {
        data = new byte[room];
    }

    void add(RdbString key, RdbString value) {
        add(key);
        add(value);
        count++;
    }

    private void add(RdbString word) {
        int size = word.length();
        int most = length + size + FRAME;
        if (most > data.length) {
            data = Arrays.copyOf(data, Math.max(most, 2 * data.length));
        }
        byte[] to = data;
        int at = length;
        to[at++] = '$';
        at += digits(size);
        int digit = at;
        for (int rest = size; ; rest /= 10) {
            to[--digit] = (byte) ('0' + rest % 10);
            if (rest < 10) {
                break;
            }
        }
        to[at++] = '\r';
        to[at++] = '\n';
        System.arraycopy(word.data(), word.from(), to, at, size);
        at += size;
        to[at++] = '\r';
        to[at++] = '\n';
        length = at;
    }

    private static int digits(int number) {
        int digits = 1;
        for (int rest = number; rest >= 10; rest /= 10) {
            digits++;
        }
        return digits;
    }

    /** How many pairs. */
    int count() {
        return count;
    }

    int bytes() {
        return length;
    }

    /** Appends all of it, and begins anew. */
    void moveTo(ByteBuf out) {
        out.writeBytes(data, 0, length);
        length = 0;
        count = 0;
    }
}
