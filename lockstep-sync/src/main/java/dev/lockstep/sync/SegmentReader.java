package dev.lockstep.sync;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** A place in one file of a stream, from which it is read block by block, each of them checked. Confined to one thread. */
final class SegmentReader {
    /* What is read ahead saves most of the calls of the system when blocks are small. Never further than the file is known
     * to be sound, though: what is beyond may be half written. */

    private static final int WINDOW = 2 * (StreamSegment.MAX_BLOCK + StreamSegment.BLOCK_HEAD);

    final StreamSegment segment;
    private final FileChannel channel;
    private final ByteBuffer window = ByteBuffer.allocateDirect(WINDOW).limit(0);
    private final ByteBuffer scratch = ByteBuffer.allocate(StreamSegment.BLOCK_HEAD);
    private final CRC32C crc = new CRC32C();
    /** The place in the file of the window's first byte. */
    private long windowAt;

    private long position;
    private long blockOffset = -1;
    private int blockLength;
    private int blockIndex;

    SegmentReader(StreamSegment segment) throws IOException {
        this.segment = segment;
        this.channel = FileChannel.open(segment.file, StandardOpenOption.READ);
    }

    /** The place in the file behind the block. */
    long position() {
        return position;
    }

    /** The offset that the block begins at; -1 before the first. */
    long offset() {
        return blockOffset;
    }

    int length() {
        return blockLength;
    }

    /** Whether the block has the byte behind this offset. */
    boolean has(long offset) {
        return blockOffset >= 0 && offset >= blockOffset && offset < blockOffset + blockLength;
    }

    /** Stands before a block, whose place in the file is given. */
    void seek(long place) {
        position = place;
        blockOffset = -1;
        blockLength = 0;
    }

    /**
     * Goes on to the next block, which has to begin at an offset.
     *
     * @return what is wrong with it, and it stays where it was; null if it is sound
     */
    @Nullable
    String advance(long offset) throws IOException {
        if (!fill(StreamSegment.BLOCK_HEAD)) {
            return "a block is cut off";
        }
        int index = (int) (position - windowAt);
        int length = window.getInt(index);
        int expected = window.getInt(index + 4);
        if (length < 1 || length > StreamSegment.MAX_BLOCK) {
            return "a block claims to have " + length + " bytes";
        }
        if (!fill(StreamSegment.BLOCK_HEAD + length)) {
            return "a block is cut off";
        }
        index = (int) (position - windowAt) + StreamSegment.BLOCK_HEAD;
        if (StreamSegment.checksum(crc, scratch, offset, length, window.slice(index, length)) != expected) {
            return "the checksum of a block does not match";
        }
        blockOffset = offset;
        blockLength = length;
        blockIndex = index;
        position += StreamSegment.BLOCK_HEAD + (long) length;
        return null;
    }

    /** Copies what the block has from an offset on. */
    int copy(long offset, ByteBuffer into) {
        int skip = (int) (offset - blockOffset);
        int count = Math.min(blockLength - skip, into.remaining());
        into.put(into.position(), window, blockIndex + skip, count);
        into.position(into.position() + count);
        return count;
    }

    /** Whether so many bytes from the position on are in the window, if need be by reading them. */
    private boolean fill(int bytes) throws IOException {
        if (position >= windowAt && position + bytes <= windowAt + window.limit()) {
            return true;
        }
        long there = segment.size() - position;
        if (there < bytes) {
            return false;
        }
        window.clear().limit((int) Math.min(there, WINDOW));
        windowAt = position;
        while (window.hasRemaining() && channel.read(window, windowAt + window.position()) > 0) {
            // until it is full or the file ends
        }
        window.flip();
        return window.limit() >= bytes;
    }

    void close() throws IOException {
        channel.close();
    }
}
