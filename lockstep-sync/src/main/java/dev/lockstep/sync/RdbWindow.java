package dev.lockstep.sync;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The part of a snapshot that is at hand: a buffer of fixed size that goes forward over it, from which lengths are read and
 * in which values are skipped. Waits for bytes that have not arrived. Not thread-safe.
 */
final class RdbWindow {

    /*
     * Two rules keep a damaged snapshot from doing harm. No byte is interpreted before it is in the buffer: everything is
     * read through need(), and a snapshot that ends too early is told where it is. And nothing is ever allocated by a
     * length that was read: what a length promises is either skipped through this buffer, or bounded by the caller.
     *
     * A pin holds back the bytes behind it while the cursor goes on, so that a small value can be copied from here once
     * its end is known. What outgrows the buffer loses its pin, and is read from the snapshot a second time.
     */
    private static final int SMALLEST = 64;

    private final SnapshotBytes snapshot;
    private final byte[] buffer;
    private final ByteBuffer view;
    private final boolean summing;
    /** Where in the snapshot the buffer begins. */
    private long base;
    /** The cursor, and the end of what is filled, in the buffer. */
    private int at;

    private int limit;
    private int pin = -1;
    /** The checksum of the snapshot up to {@code summed}. */
    private long sum;

    private int summed;

    /** @param summing whether the checksum of all bytes is wanted */
    RdbWindow(SnapshotBytes snapshot, int size, boolean summing) {
        if (size < SMALLEST) {
            throw new IllegalArgumentException("A window has " + SMALLEST + " bytes at least; got " + size);
        }
        this.snapshot = snapshot;
        this.buffer = new byte[size];
        this.view = ByteBuffer.wrap(buffer);
        this.summing = summing;
    }

    /** Where the cursor stands in the snapshot. */
    long position() {
        return base + at;
    }

    /** The buffer, to be read only, and the cursor's place in it. */
    byte[] data() {
        return buffer;
    }

    int index() {
        return at;
    }

    /** Holds the bytes from the cursor on for as long as they fit. */
    void pin() {
        pin = at;
    }

    /** Where the pinned bytes begin in the buffer; -1 if they became too many. */
    int pinned() {
        return pin;
    }

    /** The checksum of everything before the cursor. */
    long sum() {
        sum = Crc64.update(sum, buffer, summed, at - summed);
        summed = at;
        return sum;
    }

    int octet() throws IOException, InterruptedException {
        if (at == limit) {
            fill(1);
        }
        return buffer[at++] & 0xff;
    }

    /** Eight bytes, the lowest first. */
    long eight() throws IOException, InterruptedException {
        need(8);
        at += 8;
        return Long.reverseBytes(view.getLong(at - 8));
    }

    /** Four bytes with a sign, the lowest first. */
    int four() throws IOException, InterruptedException {
        need(4);
        at += 4;
        return Integer.reverseBytes(view.getInt(at - 4));
    }

    /** A number of up to 64 bits in the form of a length. */
    long number() throws IOException, InterruptedException {
        return number(octet());
    }

    private long number(int first) throws IOException, InterruptedException {
        if (first < 0x40) {
            return first;
        } else if (first < 0x80) {
            return (first - 0x40) * 256L + octet();
        } else if (first == 0x80) {
            need(4);
            at += 4;
            return view.getInt(at - 4) & 0xffff_ffffL;
        } else if (first == 0x81) {
            need(8);
            at += 8;
            return view.getLong(at - 8);
        }
        at--;
        throw refuse("a length cannot begin with the byte " + first);
    }

    /** A number that counts something. */
    long count() throws IOException, InterruptedException {
        return counting(number());
    }

    private long counting(long number) {
        if (number < 0) {
            throw refuse("a length or count is " + Long.toUnsignedString(number) + ", more than there can be");
        }
        return number;
    }

    void skip(long bytes) throws IOException, InterruptedException {
        long left = bytes;
        while (left > limit - at) {
            left -= limit - at;
            at = limit;
            fill(1);
        }
        at += (int) left;
    }

    void skipString() throws IOException, InterruptedException {
        skipString(Long.MAX_VALUE);
    }

    /** Skips a string in any of its forms, which takes at most so many bytes here. */
    void skipString(long atMost) throws IOException, InterruptedException {
        int first = octet();
        if (first >>> 6 != 3) {
            skip(bounded(counting(number(first)), atMost));
            return;
        }
        switch (first & 0x3f) {
            case 0 -> skip(1);
            case 1 -> skip(2);
            case 2 -> skip(4);
            case 3 -> {
                long compressed = count();
                count();
                skip(bounded(compressed, atMost));
            }
            default -> {
                at--;
                throw refuse("a string cannot begin with the byte " + first);
            }
        }
    }

    private long bounded(long length, long atMost) {
        if (length > atMost) {
            throw refuse("a string of " + length + " bytes begins where up to " + atMost + " are taken");
        }
        return length;
    }

    private void need(int bytes) throws IOException, InterruptedException {
        if (limit - at < bytes) {
            fill(bytes);
        }
    }

    private void fill(int bytes) throws IOException, InterruptedException {
        makeRoom(bytes);
        while (limit - at < bytes) {
            view.limit(buffer.length).position(limit);
            int read = snapshot.read(base + limit, view);
            view.clear();
            if (read < 0) {
                throw new RdbDamage("the snapshot ends at byte " + (base + limit));
            }
            if (read == 0) {
                throw new IllegalStateException("A snapshot gave no byte and not its end at " + (base + limit));
            }
            limit += read;
        }
    }

    /** Moves what is held to the front, if too little is free behind it. */
    private void makeRoom(int bytes) {
        if (buffer.length - limit >= buffer.length / 2) {
            return;
        }
        if (pin >= 0 && at - pin + bytes > buffer.length) {
            pin = -1;
        }
        int from = pin >= 0 ? pin : at;
        if (from == 0) {
            return;
        }
        if (summing) {
            sum();
        }
        System.arraycopy(buffer, from, buffer, 0, limit - from);
        base += from;
        at -= from;
        limit -= from;
        pin = pin >= 0 ? 0 : -1;
        summed = at;
    }

    private RdbDamage refuse(String what) {
        return new RdbDamage("at byte " + position() + " " + what);
    }
}
