package dev.lockstep.sync;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One value as RESTORE takes it: its type byte, the bytes as they stand in the snapshot, a version and a checksum. What does
 * not fit into memory is written chunk by chunk, as it is read from the snapshot. Not thread-safe; needs nothing of the
 * {@link RdbSplitter} that found the value, which may go on meanwhile.
 */
final class RestorePayload {

    /** Version and checksum. */
    static final int FOOTER = 2 + Long.BYTES;

    private static final int CUT = 8;

    private final SnapshotBytes snapshot;
    private final RestoreStamp stamp;
    private final long from;
    private final long to;
    private final long[] cuts;
    private int cut;
    private long at;
    private long crc;
    private boolean begun;
    private boolean done;

    /**
     * @param from where the value begins in the snapshot
     * @param to where it ends
     * @param cuts where in between 8 bytes are left out, ascending
     */
    RestorePayload(SnapshotBytes snapshot, RestoreStamp stamp, long from, long to, long[] cuts) {
        this.snapshot = snapshot;
        this.stamp = stamp;
        this.from = from;
        this.to = to;
        this.cuts = cuts;
        this.at = from;
    }

    /** How long the payload of a value of so many bytes is. */
    static long length(long valueLength) {
        return 1 + valueLength + FOOTER;
    }

    /** Appends a whole payload whose value lies in memory. */
    static void write(ByteBuf out, RestoreStamp stamp, byte[] data, int from, int length) {
        int code = stamp.as().code;
        out.writeByte(code);
        out.writeBytes(data, from, length);
        footer(out, Crc64.update(Crc64.update(0, code), data, from, length), stamp.version());
    }

    private static void footer(ByteBuf out, long crc, int version) {
        out.writeShortLE(version);
        out.writeLongLE(Crc64.update(Crc64.update(crc, version & 0xff), version >>> 8));
    }

    /** How long the whole payload is. */
    long length() {
        return length(to - from - (long) CUT * cuts.length);
    }

    /**
     * Appends the next bytes of the payload; waits until at least one of them has arrived.
     *
     * @param out one piece of memory, direct or not
     * @param atMost how many bytes of the value are wanted at most; the frame around it comes on top
     * @return whether more is to come
     */
    boolean writeChunk(ByteBuf out, int atMost) throws IOException, InterruptedException {
        if (atMost < 1 || out.nioBufferCount() != 1) {
            throw new IllegalArgumentException(
                    "Expected room for 1 byte or more in one piece, got " + atMost + " in " + out.nioBufferCount());
        }
        if (done) {
            return false;
        }
        if (!begun) {
            out.writeByte(stamp.as().code);
            crc = Crc64.update(0, stamp.as().code);
            begun = true;
        }
        long end = cut < cuts.length ? cuts[cut] : to;
        if (at < end) {
            read(out, (int) Math.min(atMost, end - at));
        }
        if (at == end && cut < cuts.length) {
            at += CUT;
            cut++;
        }
        if (at == to) {
            footer(out, crc, stamp.version());
            done = true;
        }
        return !done;
    }

    private void read(ByteBuf out, int atMost) throws IOException, InterruptedException {
        out.ensureWritable(atMost);
        ByteBuffer room = out.nioBuffer(out.writerIndex(), atMost);
        ByteBuffer filled = room.duplicate();
        int read = snapshot.read(at, room);
        if (read < 1) {
            throw new SyncException("The snapshot ends at byte " + at + ", in a value that was seen to reach to byte "
                    + to + ". It was cut short after it had been read: start the copy again.");
        }
        crc = Crc64.update(crc, filled.limit(filled.position() + read));
        out.writerIndex(out.writerIndex() + read);
        at += read;
    }
}
