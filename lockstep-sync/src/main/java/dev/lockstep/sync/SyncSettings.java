package dev.lockstep.sync;

import dev.lockstep.topology.Deployment;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.zip.CRC32C;

/** What is copied where, and what it may take. Immutable; every method that changes something returns another one. */
public final class SyncSettings {

    private static final long SPOOL_BYTES = 8L << 30;

    private final Deployment source;
    private final Deployment target;
    private final Path spool;
    private final long spoolBytes;
    private final Manner manner;

    /** How it is copied. */
    private record Manner(
            Existing existing, Selection selection, long keysPerSecond, long bytesPerSecond, SyncListener listener) {}

    private SyncSettings(Deployment source, Deployment target, Path spool, long spoolBytes, Manner manner) {
        this.source = source;
        this.target = target;
        this.spool = spool;
        this.spoolBytes = spoolBytes;
        this.manner = manner;
    }

    static SyncSettings of(Deployment source, Deployment target) {
        if (source.database() != 0 || target.database() != 0) {
            throw new IllegalArgumentException(
                    "A URI names a database (" + source.database() + " and " + target.database()
                            + "), and a copy takes each to that of the same number; leave it out, and choose by --databases");
        }
        return new SyncSettings(
                source,
                target,
                Path.of("lockstep-spool"),
                SPOOL_BYTES,
                new Manner(Existing.REPLACE, Selection.ALL, 0, 0, SyncListener.NONE));
    }

    /**
     * The folder for what has arrived and is not applied, made if it is missing; {@code lockstep-spool} in the present one if not
     * set. The same copy started again with the same folder goes on from what is there.
     */
    public SyncSettings spool(Path folder) {
        return new SyncSettings(source, target, folder, spoolBytes, manner);
    }

    /** How many bytes that folder may take for each shard of the source; 8 GiB if not set. */
    public SyncSettings spoolBytes(long most) {
        if (most < 1 << 20) {
            throw new IllegalArgumentException("A spool of " + most + " bytes; expected at least 1 MiB");
        }
        return new SyncSettings(source, target, spool, most, manner);
    }

    /** What is done with the keys that the target has; {@link Existing#REPLACE} if not set. */
    public SyncSettings existing(Existing existing) {
        return with(
                new Manner(existing, selection(), manner.keysPerSecond(), manner.bytesPerSecond(), manner.listener()));
    }

    /**
     * Copies only keys that match one of these patterns, as {@code KEYS} takes them; all if there is none. What the target
     * has of other keys stays as it is.
     */
    public SyncSettings include(String... patterns) {
        return choosing(
                selection().databases(),
                new KeyFilter(globs(patterns), selection().keys().exclude()));
    }

    /** Leaves out keys that match one of these patterns, also if they match one of {@link #include}. */
    public SyncSettings exclude(String... patterns) {
        return choosing(
                selection().databases(), new KeyFilter(selection().keys().include(), globs(patterns)));
    }

    /**
     * Copies only the databases of these numbers, each to that of the same number; all if there is none.
     *
     * @throws IllegalArgumentException if one is negative
     */
    public SyncSettings databases(Set<Integer> numbers) {
        if (numbers.stream().anyMatch(number -> number < 0)) {
            throw new IllegalArgumentException("The number of a database is 0 or more; got " + numbers);
        }
        return choosing(numbers, selection().keys());
    }

    private SyncSettings choosing(Set<Integer> databases, KeyFilter keys) {
        return with(new Manner(
                existing(),
                new Selection(databases, keys),
                manner.keysPerSecond(),
                manner.bytesPerSecond(),
                manner.listener()));
    }

    private static List<Glob> globs(String... patterns) {
        return Arrays.stream(patterns).map(Glob::new).toList();
    }

    /**
     * How many keys of the snapshot, later commands of the stream, are sent per second at the most, of all source shards
     * together; 0, as if not set, for no limit.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public SyncSettings keysPerSecond(long most) {
        return with(new Manner(existing(), selection(), rate(most), manner.bytesPerSecond(), manner.listener()));
    }

    /** As {@link #keysPerSecond}, but how many bytes. */
    public SyncSettings bytesPerSecond(long most) {
        return with(new Manner(existing(), selection(), manner.keysPerSecond(), rate(most), manner.listener()));
    }

    private static long rate(long most) {
        if (most < 0) {
            throw new IllegalArgumentException("A rate is a number per second, 0 for no limit; got " + most);
        }
        return most;
    }

    /** Who is told what happens; nobody if not set. */
    public SyncSettings listener(SyncListener listener) {
        return with(new Manner(existing(), selection(), manner.keysPerSecond(), manner.bytesPerSecond(), listener));
    }

    SyncListener listener() {
        return manner.listener();
    }

    private SyncSettings with(Manner other) {
        return new SyncSettings(source, target, spool, spoolBytes, other);
    }

    /**
     * Begins to copy.
     *
     * @throws dev.lockstep.topology.TopologyException if one of the two cannot be reached
     * @throws SyncException if the target is another process's, or cannot be copied to
     */
    public Sync start() {
        return Sync.start(this);
    }

    /**
     * Looks at both sides and tells what stands in the way and what to expect. It changes nothing, there or here, and takes
     * a second or two.
     *
     * @throws dev.lockstep.topology.TopologyException if one of the two cannot be reached
     * @throws SyncException if both are the same, or one does not answer
     */
    public Preflight preflight() throws InterruptedException {
        return Sync.preflight(this);
    }

    Deployment source() {
        return source;
    }

    Deployment target() {
        return target;
    }

    long spoolBytes() {
        return spoolBytes;
    }

    Existing existing() {
        return manner.existing();
    }

    Selection selection() {
        return manner.selection();
    }

    /** @param clock monotonic nanoseconds */
    CopyTask.Asked asked(LongSupplier clock) {
        return new CopyTask.Asked(
                selection(),
                new Throttle(
                        new RateLimit(manner.keysPerSecond(), clock), new RateLimit(manner.bytesPerSecond(), clock)));
    }

    /** Who this process is, for people. */
    String owner() {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            host = "unknown host";
        }
        return "process " + ProcessHandle.current().pid() + " on " + host;
    }

    /** A word like no other. */
    static String run() {
        return Long.toHexString(new SecureRandom().nextLong());
    }

    /** Where this copy keeps what has arrived: another copy with the same folder has a place of its own. */
    Path folder() {
        CRC32C names = new CRC32C();
        names.update((source.seeds() + " " + source.primaryName() + " " + target.seeds() + " " + target.primaryName())
                .getBytes(StandardCharsets.UTF_8));
        return spool.resolve(Long.toHexString(names.getValue()));
    }

    @Override
    public String toString() {
        return "from " + source + " to " + target;
    }
}
