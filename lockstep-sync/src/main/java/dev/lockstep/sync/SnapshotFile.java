package dev.lockstep.sync;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** A snapshot in a file, which can be read while it arrives. One thread appends, any may read. */
final class SnapshotFile implements SnapshotBytes {
    /* Readers have a channel of their own: interrupting a thread that reads closes the channel that it reads by. */

    private final Path file;
    private final SpoolSpace space;
    private final FileChannel writing;
    private final Object reading = new Object();
    private @Nullable FileChannel reader;

    // Guarded by this; the volatile ones may be read by anybody.
    private volatile long received;
    private volatile boolean complete;
    private volatile long length = -1;
    private @Nullable String abandoned;
    private boolean counted = true;

    private SnapshotFile(Path file, SpoolSpace space, FileChannel writing) {
        this.file = file;
        this.space = space;
        this.writing = writing;
    }

    /** One that begins to arrive. */
    static SnapshotFile begin(Path file, SpoolSpace space) throws IOException {
        return new SnapshotFile(
                file,
                space,
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE));
    }

    /** One that had arrived as a whole, of this length. */
    static SnapshotFile reopen(Path file, SpoolSpace space, long length) throws IOException {
        long size = Files.size(file);
        if (size != length) {
            throw new IOException(file + " has " + size + " bytes instead of " + length);
        }
        SnapshotFile snapshot = new SnapshotFile(file, space, FileChannel.open(file, StandardOpenOption.WRITE));
        snapshot.received = size;
        snapshot.length = size;
        snapshot.complete = true;
        space.found(size);
        return snapshot;
    }

    /** How many bytes have arrived. */
    long received() {
        return received;
    }

    /** How many bytes it will have; -1 while nobody knows. */
    long length() {
        return length;
    }

    boolean isComplete() {
        return complete;
    }

    /** The source said how long it will be. */
    void expect(long bytes) throws SpoolFullException {
        if (bytes > space.limit() - space.used()) {
            throw new SpoolFullException(bytes, space.used(), space.limit());
        }
        length = bytes;
    }

    /** Takes all of these bytes, or throws and keeps none. */
    void append(ByteBuf bytes) throws IOException {
        int count = bytes.readableBytes();
        space.take(count);
        try {
            int index = bytes.readerIndex();
            for (int written = 0; written < count; ) {
                written += bytes.getBytes(index + written, writing, received + written, count - written);
            }
        } catch (IOException e) {
            space.give(count);
            throw e;
        }
        bytes.skipBytes(count);
        synchronized (this) {
            received += count;
            notifyAll();
        }
    }

    /** The last byte has arrived. */
    synchronized void complete() {
        length = received;
        complete = true;
        notifyAll();
    }

    /** Makes sure that what has arrived outlasts a failure of the machine. */
    void force() throws IOException {
        writing.force(true);
    }

    /** The rest will never arrive, or nobody may read it any more: who waits for it is told why. */
    synchronized void abandon(String why) {
        if (abandoned == null) {
            abandoned = why;
        }
        notifyAll();
    }

    @Override
    public int read(long position, ByteBuffer into) throws IOException, InterruptedException {
        if (!into.hasRemaining()) {
            throw new IllegalArgumentException("There is no room to read into");
        }
        synchronized (this) {
            while (position >= received && !complete && abandoned == null) {
                wait();
            }
            if (abandoned != null) {
                throw new IOException("The snapshot is not to be had: " + abandoned);
            }
            if (position >= received) {
                return -1;
            }
        }
        synchronized (reading) {
            try {
                if (reader == null || !reader.isOpen()) {
                    reader = FileChannel.open(file, StandardOpenOption.READ);
                }
                int limit = into.limit();
                into.limit((int) Math.min(limit, into.position() + (received - position)));
                int count = reader.read(into, position);
                into.limit(limit);
                if (count <= 0) {
                    throw new IOException(file + " ends at " + position + " instead of " + received);
                }
                return count;
            } catch (ClosedChannelException e) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                throw e;
            }
        }
    }

    void close() throws IOException {
        abandon("its spool was closed");
        writing.close();
        synchronized (reading) {
            if (reader != null) {
                reader.close();
            }
        }
    }

    /** Removes the file. */
    void delete() throws IOException {
        close();
        Files.deleteIfExists(file);
        synchronized (this) {
            if (counted) {
                space.give(received);
                counted = false;
            }
        }
    }
}
