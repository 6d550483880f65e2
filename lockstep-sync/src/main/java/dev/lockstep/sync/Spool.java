package dev.lockstep.sync;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder in which all that arrives from one source shard waits until the target holds it. Of one process at a time.
 * Thread-safe.
 */
final class Spool implements AutoCloseable {
    /* A full copy begins a generation: a folder with the snapshot and the stream that follows it. The generation before it
     * stays readable until it is discarded, so that whoever is reading can come to an end. Only one whose snapshot never
     * arrived as a whole is discarded by its successor: there is nothing to be made of it.
     *
     * When the spool is opened, the latest generation that is whole becomes the current one, and all others are removed: a
     * source that answered with a full copy cannot continue what was before.
     *
     * All files together take no more room than was allowed. When it is used up, bytes are refused, not dropped. Whoever
     * receives them has to stop receiving: the socket must not be left standing, because then the source keeps for us, in
     * its memory, what we do not take. So the source is left, and asked to continue when there is room. If its backlog does
     * not reach back so far any more by then, it makes a full copy. */

    private static final Logger LOG = LoggerFactory.getLogger(Spool.class);
    private static final String FOLDER = "generation-";
    private static final String LOCK = "lock";
    /** The folders of this process. The lock of a file is no help here: closing any channel to the file gives it up. */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final Files files;
    private final ExecutorService housekeeping;
    private final FileChannel lock;
    private final List<String> findings = new ArrayList<>();

    // Guarded by this.
    private int number;

    private final List<Generation> opened = new ArrayList<>();
    private volatile @Nullable Generation current;

    /** What the generations of a spool share. */
    record Files(SpoolSpace space, int segmentBytes, Executor housekeeping) {}

    private Spool(Path folder, SpoolLimits limits, FileChannel lock) {
        this.folder = folder;
        this.lock = lock;
        this.housekeeping = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "lockstep-spool");
            thread.setDaemon(true);
            return thread;
        });
        this.files = new Files(new SpoolSpace(limits.bytes()), limits.segmentBytes(), this::later);
    }

    /**
     * Opens the spool in a folder, which is made if it is missing.
     *
     * @throws SyncException if another process has it, with its id, or if the folder cannot be used
     */
    static Spool open(Path folder, SpoolLimits limits) {
        try {
            java.nio.file.Files.createDirectories(folder);
            Path real = folder.toRealPath();
            Spool spool = new Spool(real, limits, lock(real));
            try {
                spool.recover();
                return spool;
            } catch (IOException | RuntimeException e) {
                spool.close();
                throw e;
            }
        } catch (IOException e) {
            throw new SyncException(
                    "The spool folder " + folder + " cannot be used: " + e + ". Name another one, or mend this one.",
                    e);
        }
    }

    /** What is not done any more once it is closed is done, or given up, when the spool is opened the next time. */
    private void later(Runnable task) {
        try {
            housekeeping.execute(task);
        } catch (RejectedExecutionException closed) {
            LOG.debug("The spool {} is closed", folder);
        }
    }

    private static FileChannel lock(Path folder) throws IOException {
        if (!HELD.add(folder)) {
            throw inUse(folder, Long.toString(ProcessHandle.current().pid()));
        }
        try {
            FileChannel channel = FileChannel.open(
                    folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (channel.tryLock() == null) {
                ByteBuffer pid = ByteBuffer.allocate(32);
                channel.read(pid, 0);
                channel.close();
                throw inUse(folder, new String(pid.array(), 0, pid.position(), StandardCharsets.US_ASCII).strip());
            }
            channel.truncate(0);
            channel.write(
                    StandardCharsets.US_ASCII.encode(ProcessHandle.current().pid() + "\n"), 0);
            return channel;
        } catch (IOException | RuntimeException e) {
            HELD.remove(folder);
            throw e;
        }
    }

    private static SyncException inUse(Path folder, String pid) {
        return new SyncException("The spool " + folder + " is in use by process " + (pid.isEmpty() ? "(unknown)" : pid)
                + ". End that one first, or name another folder.");
    }

    private void recover() throws IOException {
        List<Path> folders;
        try (Stream<Path> all = java.nio.file.Files.list(folder)) {
            folders = all.filter(path -> path.getFileName().toString().matches(FOLDER + "\\d{6}"))
                    .sorted(Comparator.<Path>naturalOrder().reversed())
                    .toList();
        }
        for (Path candidate : folders) {
            if (number == 0) {
                number = Integer.parseInt(candidate.getFileName().toString().substring(FOLDER.length()));
            }
            if (current == null) {
                long before = files.space().used();
                try {
                    Generation found = Generation.reopen(candidate, files);
                    current = found;
                    opened.add(found);
                    findings.addAll(found.findings());
                    continue;
                } catch (IOException e) {
                    files.space().give(files.space().used() - before);
                    findings.add(candidate.getFileName() + " was given up: " + e.getMessage());
                }
            }
            remove(candidate);
        }
    }

    /** Removes a folder and the files in it. */
    static void remove(Path folder) throws IOException {
        try (Stream<Path> all = java.nio.file.Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                java.nio.file.Files.deleteIfExists(path);
            }
        }
    }

    /** What was damaged or unfinished when it was opened, and given up; for people. */
    List<String> findings() {
        return List.copyOf(findings);
    }

    /** What is to be continued; null if nothing is there. */
    @Nullable
    Generation current() {
        return current;
    }

    /** How many bytes all files take. */
    long used() {
        return files.space().used();
    }

    /** How many they may take. */
    long limit() {
        return files.space().limit();
    }

    /** Whether it is worth while to receive again after it was full: an eighth of it is free. */
    boolean hasRoom() {
        return used() <= limit() - limit() / 8;
    }

    /** Begins a generation with a snapshot of this position. */
    Generation beginCopy(String history, long offset) throws IOException {
        return begin(new StreamStart(history, offset, 0), true); // after a snapshot the stream says which database
    }

    /** Begins a generation without a snapshot, because the target holds all that is before this place. */
    Generation beginStream(StreamStart start) throws IOException {
        return begin(start, false);
    }

    private synchronized Generation begin(StreamStart origin, boolean withSnapshot) throws IOException {
        Generation before = current;
        if (before != null && !before.canContinue()) {
            current = null;
            before.discard("the source began a new one before it had arrived as a whole");
        }
        number++;
        Generation next =
                Generation.begin(folder.resolve(String.format("%s%06d", FOLDER, number)), origin, withSnapshot, files);
        opened.add(next);
        current = next;
        return next;
    }

    /** Gives up the current generation. */
    synchronized void abandon(Generation generation, String why) {
        if (current == generation) {
            current = null;
        }
        generation.discard(why);
    }

    /** Ends what is under way on the disk, and lets another process have it. Readers are told that it was closed. */
    @Override
    public void close() {
        housekeeping.shutdown();
        try {
            if (!housekeeping.awaitTermination(60, TimeUnit.SECONDS)) {
                housekeeping.shutdownNow();
            }
            synchronized (this) {
                for (Generation generation : opened) {
                    generation.close();
                }
            }
            lock.close();
            HELD.remove(folder);
        } catch (IOException e) {
            throw new SyncException("The spool " + folder + " could not be closed: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
