package dev.lockstep.sync;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** One file of a {@link StreamLog}: checksummed blocks of a stream, from an offset on. One thread appends, any may look. */
final class StreamSegment {
    /* A block is its length (4 bytes), a checksum (4 bytes, CRC-32C of offset, length and content) and its content. The
     * checksum knows the offset, so that a block that has survived in the wrong place is none. */

    static final int BLOCK_HEAD = 8;
    static final int MAX_BLOCK = 64 << 10;
    /** How many bytes of the file lie between two places that are remembered. */
    private static final int STRIDE = 256 << 10;

    private static final String PREFIX = "stream-";
    private static final String SUFFIX = ".log";

    final Path file;
    final long start;
    /** Where the content ends; of a segment that is not the last one, where the next one begins. */
    private volatile long end;

    private volatile long size;
    private @Nullable FileChannel writing;
    private final ByteBuffer head = ByteBuffer.allocateDirect(BLOCK_HEAD);
    private final CRC32C crc = new CRC32C();

    /** Pairs of an offset and the place in the file where its block begins; guarded by this. */
    private long[] places = new long[16];

    private int placeCount;

    StreamSegment(Path folder, long start) {
        this.file = folder.resolve(String.format("%s%020d%s", PREFIX, start, SUFFIX));
        this.start = start;
        this.end = start;
        remember(start, 0);
    }

    /** One that is there already and that another one follows at {@code end}. */
    static StreamSegment followed(Path folder, long start, long end) throws IOException {
        StreamSegment segment = new StreamSegment(folder, start);
        segment.end = end;
        segment.size = Files.size(segment.file);
        return segment;
    }

    /** The offset at which the segment in such a file begins; -1 if it is none. */
    static long startOf(Path file) {
        String name = file.getFileName().toString();
        String digits = name.startsWith(PREFIX) && name.endsWith(SUFFIX)
                ? name.substring(PREFIX.length(), name.length() - SUFFIX.length())
                : "";
        return digits.matches("\\d{20}") && digits.compareTo("09223372036854775807") <= 0 ? Long.parseLong(digits) : -1;
    }

    long end() {
        return end;
    }

    /** The bytes of the file that hold blocks. */
    long size() {
        return size;
    }

    /**
     * Reads what is there from the beginning, and cuts off what follows the last sound block.
     *
     * @return what was found and cut off; null if all was sound
     */
    @Nullable
    String recover() throws IOException {
        long there = Files.size(file);
        size = there; // so that all of it is looked at
        SegmentReader reader = new SegmentReader(this);
        String finding = null;
        try {
            long at = start;
            while (reader.position() < there) {
                long place = reader.position();
                String damage = reader.advance(at);
                if (damage != null) {
                    finding = file.getFileName() + ": from offset " + at + " on, " + (there - place)
                            + " bytes were given up: " + damage;
                    break;
                }
                at += reader.length();
                remember(at, reader.position());
                end = at;
            }
            size = finding == null ? there : reader.position();
        } finally {
            reader.close();
        }
        if (finding != null) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(size);
            }
        }
        return finding;
    }

    /** Appends one block of at most {@link #MAX_BLOCK} bytes. */
    void append(ByteBuf bytes, int index, int length, long offset) throws IOException {
        FileChannel channel = writing;
        if (channel == null) {
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            writing = channel;
        }
        ByteBuffer[] content = bytes.nioBuffers(index, length);
        crc.reset();
        int sum = checksum(crc, head, offset, length, content);
        head.clear();
        head.putInt(length).putInt(sum).flip();
        ByteBuffer[] block = new ByteBuffer[content.length + 1];
        block[0] = head;
        System.arraycopy(content, 0, block, 1, content.length);
        long place = size;
        try {
            channel.position(place);
            for (long left = BLOCK_HEAD + (long) length; left > 0; ) {
                left -= channel.write(block);
            }
        } catch (IOException e) {
            cutBack(channel, place, e);
            throw e;
        }
        remember(offset, place);
        size = place + BLOCK_HEAD + length;
        end = offset + length;
    }

    /** A block of which a part was written is no block, but it takes room, and on a full disk room is what is missing. */
    private static void cutBack(FileChannel channel, long place, IOException why) {
        try {
            channel.truncate(place);
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }

    static int checksum(CRC32C crc, ByteBuffer scratch, long offset, int length, ByteBuffer... content) {
        crc.reset();
        scratch.clear();
        scratch.putLong(offset).flip();
        crc.update(scratch);
        scratch.clear();
        scratch.putInt(length).flip();
        crc.update(scratch);
        for (ByteBuffer part : content) {
            crc.update(part.duplicate());
        }
        return (int) crc.getValue();
    }

    private synchronized void remember(long offset, long place) {
        if (placeCount > 0 && place - places[placeCount - 1] < STRIDE) {
            return;
        }
        if (placeCount + 2 > places.length) {
            places = Arrays.copyOf(places, 2 * places.length);
        }
        places[placeCount++] = offset;
        places[placeCount++] = place;
    }

    /** Where to begin to look for an offset: a block that begins at it or before, and its place in the file. */
    synchronized long[] placeBefore(long offset) {
        int i = placeCount - 2;
        while (i > 0 && places[i] > offset) {
            i -= 2;
        }
        return new long[] {places[i], places[i + 1]};
    }

    /** Nothing is appended any more. */
    void close() throws IOException {
        if (writing != null) {
            writing.close();
            writing = null;
        }
    }
}
