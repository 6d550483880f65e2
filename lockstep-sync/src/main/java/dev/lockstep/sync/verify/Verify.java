package dev.lockstep.sync.verify;

import dev.lockstep.sync.Glob;
import dev.lockstep.sync.HashKey;
import dev.lockstep.sync.KeyFilter;
import dev.lockstep.sync.SyncException;
import dev.lockstep.topology.Deployment;
import dev.lockstep.topology.TopologyException;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A comparison of two deployments, whatever kind and sharding each has: whether the target holds exactly the keys of the
 * source, with the same values, types and expiry times. It only reads.
 *
 * <pre>{@code
 * VerifyResult result = Verify.between(source, target).run();
 * }</pre>
 *
 * <p>Both sides may be written to meanwhile. What differs is looked at again until neither side has changed for a fifth of
 * the {@link #patience}, so a copy may lag by no more than that; a key that changes all the time is unsettled.
 *
 * <p>Left out are keys that begin with {@code lockstep:ck:}, the checkpoints of a copy, and what is a server's own affair:
 * encodings, access times, idle times of consumers. Not thread-safe; may run several times.
 */
public final class Verify {

    private static final int IO_THREADS = 2;

    private final Deployment source;
    private final Deployment target;
    private VerifySettings settings = VerifySettings.USUAL;
    private VerifyListener listener = now -> {};

    private Verify(Deployment source, Deployment target) {
        this.source = source;
        this.target = target;
    }

    /** A comparison of all keys. A single server is read from even if it is a replica. */
    public static Verify between(Deployment source, Deployment target) {
        return new Verify(source, target);
    }

    /** Looks only at keys that match one of these patterns, as {@code KEYS} takes them; at all if there is none. */
    public Verify include(String... patterns) {
        settings = settings.withFilter(
                new KeyFilter(globs(patterns), settings.filter().exclude()));
        return this;
    }

    /** Leaves out keys that match one of these patterns, also if they match one of {@link #include}. */
    public Verify exclude(String... patterns) {
        settings = settings.withFilter(new KeyFilter(settings.filter().include(), globs(patterns)));
        return this;
    }

    private static List<Glob> globs(String... patterns) {
        return Arrays.stream(patterns).map(Glob::new).toList();
    }

    /**
     * The numbers of the databases to compare, each with that of the same number. If not set: where a URI names one other
     * than 0, that one; otherwise each that has keys on either side.
     *
     * @throws IllegalArgumentException if one is negative, or the deployments name others
     */
    public Verify databases(Set<Integer> numbers) {
        if (numbers.stream().anyMatch(number -> number < 0)) {
            throw new IllegalArgumentException("The number of a database is 0 or more; got " + numbers);
        }
        if (!numbers.isEmpty() && (source.database() != 0 || target.database() != 0)) {
            throw new IllegalArgumentException("Databases are given, and by the URIs as well (" + source.database()
                    + " and " + target.database() + "); give them in one place");
        }
        settings = settings.withDatabases(numbers);
        return this;
    }

    /**
     * How many keys per second are read of each side at the most; 0, as if not set, for no limit.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Verify rate(long keysPerSecond) {
        if (keysPerSecond < 0) {
            throw new IllegalArgumentException("The rate is in keys per second, 0 for no limit; got " + keysPerSecond);
        }
        settings = settings.withRate(keysPerSecond);
        return this;
    }

    /**
     * How many keys are named at the most that differ, and how many that are unsettled; 100 if not set. All are counted.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Verify named(int atMost) {
        if (atMost < 0) {
            throw new IllegalArgumentException("The number of keys to name is 0 or more; got " + atMost);
        }
        settings = settings.withNamed(atMost);
        return this;
    }

    /**
     * How long a key may take until neither side of it changes any more; 10 s if not set. A key that stays unlike for a
     * fifth of it differs: so it is to be five times as long as the target may lag.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public Verify patience(Duration patience) {
        if (patience.isNegative() || patience.isZero()) {
            throw new IllegalArgumentException("The patience is longer than nothing; got " + patience);
        }
        settings = settings.withPatience(patience);
        return this;
    }

    /** Whoever wants to know how it goes on. */
    public Verify listener(VerifyListener listener) {
        this.listener = listener;
        return this;
    }

    /**
     * Compares, on this thread and some of its own; when it returns or fails, nothing is left of it.
     *
     * @throws TopologyException if no verified primary of one of them can be found
     * @throws SyncException if a server refuses what has to be asked, or does not answer for longer than its deployment's
     *     timeout
     * @throws InterruptedException if this thread is interrupted, which is how to stop it
     */
    public VerifyResult run() throws InterruptedException {
        SecureRandom random = new SecureRandom();
        HashKey key = new HashKey(random.nextLong(), random.nextLong());
        LongSupplier clock = System::nanoTime;
        // Elsewhere, since what starts Netty's threads forgets that its own thread was interrupted
        ClientResources resources =
                CompletableFuture.supplyAsync(Verify::resources).join();
        try (Side from = Side.open("source", source, resources, clock);
                Side to = Side.open("target", target, resources, clock);
                VerifyRun run = new VerifyRun(from, to, settings, key, listener)) {
            return run.result(pair());
        } catch (TopologyException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException("Stopped while connecting");
            }
            throw e;
        } finally {
            var unused = resources.shutdown(0, 1, TimeUnit.SECONDS);
        }
    }

    private static ClientResources resources() {
        return DefaultClientResources.builder()
                .ioThreadPoolSize(IO_THREADS)
                .computationThreadPoolSize(IO_THREADS)
                .build();
    }

    /** The databases that the URIs name, if they name others than 0. */
    private List<DatabasePair> pair() {
        return source.database() == 0 && target.database() == 0
                ? List.of()
                : List.of(new DatabasePair(source.database(), target.database()));
    }
}
