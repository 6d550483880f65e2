package dev.lockstep.sync;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A replication stream in files, as far as it is kept: appended at its end, read anywhere, let go of at its beginning. */
final class StreamLog implements StreamBytes {
    /* One thread appends, any thread reads or releases. Bytes are written to the file at once and never fsynced: what has
     * been written survives the death of the process, which is what happens. If the machine dies, the checksums tell how
     * far the file is sound, and the source is asked for the rest once more.
     *
     * The end is published after the write, so readers see sound blocks only. Only the last file can end in the middle of
     * a block; it is checked as a whole when the log is opened. The others are checked where they are read. */

    private final Path folder;
    private final int segmentBytes;
    private final SpoolSpace space;

    // Guarded by this.
    private final List<StreamSegment> segments = new ArrayList<>();
    private int waiting;
    private boolean closed;

    private volatile long start;
    private volatile long end;
    private final List<String> findings = new ArrayList<>();

    private final Object reading = new Object();
    /** Where the last read took place; guarded by {@code reading}. */
    private @Nullable SegmentReader reader;

    private StreamLog(Path folder, int segmentBytes, SpoolSpace space) {
        this.folder = folder;
        this.segmentBytes = segmentBytes;
        this.space = space;
    }

    /** An empty one, whose first byte will be the one behind this offset. */
    static StreamLog begin(Path folder, long offset, int segmentBytes, SpoolSpace space) throws IOException {
        StreamLog log = new StreamLog(folder, segmentBytes, space);
        log.segments.add(new StreamSegment(folder, offset));
        Files.createFile(log.last().file);
        log.start = offset;
        log.end = offset;
        return log;
    }

    /** What is sound of the one in this folder. */
    static StreamLog reopen(Path folder, int segmentBytes, SpoolSpace space) throws IOException {
        StreamLog log = new StreamLog(folder, segmentBytes, space);
        List<Long> starts;
        try (Stream<Path> files = Files.list(folder)) {
            starts = files.map(StreamSegment::startOf)
                    .filter(start -> start >= 0)
                    .sorted()
                    .toList();
        }
        if (starts.isEmpty()) {
            throw new IOException(folder + " has no file of a stream");
        }
        for (int i = 0; i + 1 < starts.size(); i++) {
            log.segments.add(StreamSegment.followed(folder, starts.get(i), starts.get(i + 1)));
        }
        StreamSegment last = new StreamSegment(folder, starts.get(starts.size() - 1));
        String finding = last.recover();
        if (finding != null) {
            log.findings.add(finding);
        }
        log.segments.add(last);
        log.start = starts.get(0);
        log.end = last.end();
        log.segments.forEach(segment -> space.found(segment.size()));
        return log;
    }

    /** The offset that it begins at: the first byte is the one behind it. */
    long start() {
        return start;
    }

    /** The offset that it ends at: where the source has to go on. */
    long end() {
        return end;
    }

    /** What was damaged when it was opened, and given up. */
    List<String> findings() {
        return List.copyOf(findings);
    }

    private synchronized StreamSegment last() {
        return segments.get(segments.size() - 1);
    }

    /**
     * Takes these bytes. If it throws, it may have taken some: {@link #end} tells.
     *
     * @throws SpoolFullException if there is no room left within the limit
     */
    void append(ByteBuf bytes) throws IOException {
        long reached = end;
        try {
            while (bytes.isReadable()) {
                int length = Math.min(bytes.readableBytes(), StreamSegment.MAX_BLOCK);
                StreamSegment segment = segmentFor(reached);
                space.take(StreamSegment.BLOCK_HEAD + length);
                try {
                    segment.append(bytes, bytes.readerIndex(), length, reached);
                } catch (IOException e) {
                    space.give(StreamSegment.BLOCK_HEAD + length);
                    throw e;
                }
                bytes.skipBytes(length);
                reached += length;
            }
        } finally {
            synchronized (this) {
                end = reached;
                if (waiting > 0) {
                    notifyAll();
                }
            }
        }
    }

    private StreamSegment segmentFor(long offset) throws IOException {
        StreamSegment last = last();
        if (last.size() < segmentBytes) {
            return last;
        }
        last.close();
        StreamSegment next = new StreamSegment(folder, offset);
        Files.createFile(next.file);
        synchronized (this) {
            segments.add(next);
        }
        return next;
    }

    @Override
    public int read(long offset, ByteBuffer into, long waitNanos) throws IOException, InterruptedException {
        if (!into.hasRemaining()) {
            throw new IllegalArgumentException("There is no room to read into");
        }
        if (!arrived(offset, waitNanos)) {
            return 0;
        }
        synchronized (reading) {
            try {
                return block(offset).copy(offset, into);
            } catch (ClosedChannelException e) {
                reader = null;
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                throw e;
            }
        }
    }

    /** Waits until the byte behind an offset is there. */
    private synchronized boolean arrived(long offset, long waitNanos) throws IOException, InterruptedException {
        if (offset > end) {
            throw new IOException("The stream is known up to offset " + end + ", and was to be read from " + offset);
        }
        if (offset == end && !closed && waitNanos > 0) {
            waiting++;
            try {
                TimeUnit.NANOSECONDS.timedWait(this, waitNanos);
            } finally {
                waiting--;
            }
        }
        if (closed) {
            throw new IOException("The stream was closed");
        }
        if (offset < start) {
            throw new IOException("The stream is kept from offset " + start + " on, and was to be read from " + offset);
        }
        return offset < end;
    }

    private SegmentReader block(long offset) throws IOException {
        SegmentReader at = reader;
        if (at != null && at.has(offset)) {
            return at;
        }
        long next;
        if (at != null && at.offset() >= 0 && at.offset() + at.length() == offset && offset < at.segment.end()) {
            next = offset;
        } else {
            StreamSegment segment = segment(offset);
            if (at == null || at.segment != segment) {
                leave();
                at = new SegmentReader(segment);
                reader = at;
            }
            long[] place = segment.placeBefore(offset);
            at.seek(place[1]);
            next = place[0];
        }
        do {
            String damage = at.advance(next);
            if (damage != null) {
                throw new IOException(
                        at.segment.file + " is damaged at offset " + next + ": " + damage
                                + ". What follows has to be had from the source again: remove the spool and start a new full copy");
            }
            next += at.length();
        } while (!at.has(offset));
        return at;
    }

    private synchronized StreamSegment segment(long offset) throws IOException {
        for (int i = segments.size() - 1; i >= 0; i--) {
            if (segments.get(i).start <= offset) {
                return segments.get(i);
            }
        }
        throw new IOException("The stream is kept from offset " + start + " on, and was to be read from " + offset);
    }

    private void leave() throws IOException {
        if (reader != null) {
            reader.close();
            reader = null;
        }
    }

    /** Nobody will read what is before this offset: removes the files that hold nothing else. */
    void release(long offset) throws IOException {
        List<StreamSegment> gone = new ArrayList<>();
        synchronized (this) {
            while (segments.size() > 1 && segments.get(1).start <= offset) {
                gone.add(segments.remove(0));
            }
            start = segments.get(0).start;
        }
        for (StreamSegment segment : gone) {
            Files.deleteIfExists(segment.file);
            space.give(segment.size());
        }
    }

    void close() throws IOException {
        synchronized (this) {
            closed = true;
            notifyAll();
            last().close();
        }
        synchronized (reading) {
            leave();
        }
    }

    /** Removes the files. */
    void delete() throws IOException {
        close();
        List<StreamSegment> gone;
        synchronized (this) {
            gone = List.copyOf(segments);
        }
        for (StreamSegment segment : gone) {
            if (Files.deleteIfExists(segment.file)) {
                space.give(segment.size());
            }
        }
    }
}
