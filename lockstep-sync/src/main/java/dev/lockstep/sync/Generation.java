package dev.lockstep.sync;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One snapshot of a source shard, or a known position, and all of the stream that follows it: what a copy can be made from.
 * Thread-safe; only the source that fills it appends.
 */
final class Generation {

    private static final Logger LOG = LoggerFactory.getLogger(Generation.class);
    private static final String SNAPSHOT = "snapshot.rdb";

    private final Path folder;
    private final StreamLog stream;
    private final @Nullable SnapshotFile snapshot;
    private final Executor housekeeping;

    private volatile SpoolRecord record;
    private boolean discarded;

    private Generation(
            Path folder, SpoolRecord record, @Nullable SnapshotFile snapshot, StreamLog stream, Executor housekeeping) {
        this.folder = folder;
        this.record = record;
        this.snapshot = snapshot;
        this.stream = stream;
        this.housekeeping = housekeeping;
    }

    /** One that begins now, with a snapshot of that position or without. */
    static Generation begin(Path folder, StreamStart origin, boolean withSnapshot, Spool.Files files)
            throws IOException {
        Files.createDirectories(folder);
        StreamLog stream = StreamLog.begin(folder, origin.offset(), files.segmentBytes(), files.space());
        SnapshotFile snapshot = withSnapshot ? SnapshotFile.begin(folder.resolve(SNAPSHOT), files.space()) : null;
        SpoolRecord record = SpoolRecord.begun(origin, withSnapshot ? SpoolRecord.ARRIVING : SpoolRecord.NONE);
        record.write(folder);
        return new Generation(folder, record, snapshot, stream, files.housekeeping());
    }

    /** What is sound of the one in this folder. */
    static Generation reopen(Path folder, Spool.Files files) throws IOException {
        SpoolRecord record = SpoolRecord.read(folder);
        if (record.snapshot() == SpoolRecord.ARRIVING) {
            throw new IOException("its snapshot had not arrived as a whole");
        }
        StreamLog stream = StreamLog.reopen(folder, files.segmentBytes(), files.space());
        SnapshotFile snapshot = record.snapshot() == SpoolRecord.NONE
                ? null
                : SnapshotFile.reopen(folder.resolve(SNAPSHOT), files.space(), record.snapshot());
        return new Generation(folder, record, snapshot, stream, files.housekeeping());
    }

    /** Where its stream begins: the position of its snapshot, if it has one. Of the stream less may be kept. */
    StreamStart origin() {
        return record.origin();
    }

    /** Which snapshot it has, like no other. */
    String id() {
        return record.id();
    }

    /** The history that its end belongs to. */
    String history() {
        return record.history();
    }

    /** The history that an offset of its stream belongs to. */
    String historyAt(long offset) {
        return record.historyAt(offset);
    }

    /** The stream, readable while it grows. */
    StreamBytes stream() {
        return stream;
    }

    /** The offset from which on the stream is kept. */
    long start() {
        return stream.start();
    }

    /** The offset up to which the stream has been received. */
    long end() {
        return stream.end();
    }

    /** The snapshot, readable while it arrives; null if the stream began without one or it was let go of. */
    @Nullable
    SnapshotFile snapshot() {
        return record.snapshot() == SpoolRecord.NONE ? null : snapshot;
    }

    /** Whether the source can be asked to continue it, because nothing is missing before its end. */
    boolean canContinue() {
        SnapshotFile arriving = snapshot;
        return record.snapshot() == SpoolRecord.NONE || arriving == null || arriving.isComplete();
    }

    /** Whether its stream passes through a position, and still has what follows it. */
    boolean contains(String history, long offset) {
        return offset >= stream.start() && record.contains(history, offset, stream.end());
    }

    /** What was damaged when it was opened, and given up. */
    List<String> findings() {
        return stream.findings();
    }

    /** Takes bytes of the stream; see {@link StreamLog#append}. */
    void append(ByteBuf bytes) throws IOException {
        stream.append(bytes);
    }

    /**
     * The stream goes on in another history from its end on. To be called before what belongs to it is appended: else a
     * server of the old history could be asked to continue what it never had.
     */
    synchronized void continuedAs(String history) throws IOException {
        if (!history.equals(record.history())) {
            replace(record.continuedAs(history, stream.end()));
        }
    }

    /** The last byte of the snapshot has arrived. It is on the disk, and outlasts the process as a whole, a little later. */
    void snapshotComplete() {
        SnapshotFile arrived = snapshot;
        if (arrived == null) {
            throw new IllegalStateException("This stream began without a snapshot");
        }
        arrived.complete();
        housekeeping.execute(() -> {
            if (record.snapshot() != SpoolRecord.ARRIVING) {
                return; // the target has it already
            }
            try {
                arrived.force();
                synchronized (this) {
                    if (!discarded && record.snapshot() == SpoolRecord.ARRIVING) {
                        replace(record.withSnapshot(arrived.length()));
                    }
                }
            } catch (IOException e) {
                LOG.warn("The snapshot in {} will not outlast this process: {}", folder, e.toString());
            }
        });
    }

    /** The target holds all of the snapshot. */
    synchronized void releaseSnapshot() throws IOException {
        if (snapshot != null && record.snapshot() != SpoolRecord.NONE) {
            replace(record.withSnapshot(SpoolRecord.NONE));
            snapshot.delete();
        }
    }

    /** The target holds the stream up to this offset: files with nothing else are removed. */
    void release(long offset) throws IOException {
        stream.release(offset);
    }

    private void replace(SpoolRecord next) throws IOException {
        next.write(folder);
        record = next;
    }

    /** Nobody needs it any more. Whoever still reads is told so. */
    void discard(String why) {
        synchronized (this) {
            if (discarded) {
                return;
            }
            discarded = true;
        }
        if (snapshot != null) {
            snapshot.abandon(why);
        }
        housekeeping.execute(() -> {
            try {
                if (snapshot != null) {
                    snapshot.delete();
                }
                stream.delete();
                Spool.remove(folder);
            } catch (IOException e) {
                LOG.warn("{} could not be removed: {}", folder, e.toString());
            }
        });
    }

    synchronized void close() throws IOException {
        if (!discarded) {
            stream.close();
            if (snapshot != null) {
                snapshot.close();
            }
        }
    }

    /** Its folder and how far it has come, for people. */
    @Override
    public String toString() {
        return folder.getFileName() + " "
                + history().substring(0, Math.min(8, history().length())) + "@" + end();
    }
}
