package dev.lockstep.bench;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.lockstep.client.Lockstep;
import dev.lockstep.local.LocalDeployment;
import dev.lockstep.nearcache.NearCache;
import dev.lockstep.nearcache.NearCacheSpec;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.redisson.api.RLocalCachedMap;

/**
 * Hits of a near cache beside those of a bare Caffeine cache, and of Redisson's {@link RLocalCachedMap}, with the same entries,
 * in one process.
 *
 * <p>Prints a Markdown table for each pair, which takes turns as {@link Turns} says: two at a time, since the compiler would
 * otherwise see all of them called at one place.
 */
public final class NearCacheHits {

    private static final int ENTRIES = 8192;
    private static final List<Options.Known> OPTIONS = Options.rounds(9, 1_000, 5);
    private static final List<Sheet.Column> FIGURES =
            List.of(new Sheet.Column("hits/s", 0, true), new Sheet.Column("misses", 0, false));
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final String[] keys = new String[ENTRIES];
    private final Cache<String, String> bySize =
            Caffeine.newBuilder().maximumSize(2 * ENTRIES).build();
    /** As the near cache is. A hit looks at the clock. */
    private final Cache<String, String> bySizeAndAge = Caffeine.newBuilder()
            .maximumSize(2 * ENTRIES)
            .expireAfterWrite(Duration.ofMinutes(10))
            .build();

    private final NearCache<String, String> near;
    private final Options options;

    /** A cache in this process. */
    private record Copies(String name, Function<String, @Nullable String> get) {}

    private NearCacheHits(Lockstep cache, NearCache<String, String> near, Options options) {
        this.near = near;
        this.options = options;
        for (int i = 0; i < ENTRIES; i++) {
            keys[i] = "bench:" + i;
            cache.primary().async().set(keys[i], "value-" + i);
            bySize.put(keys[i], "value-" + i);
            bySizeAndAge.put(keys[i], "value-" + i);
        }
        Collections.shuffle(Arrays.asList(keys), new Random(1));
    }

    public static void main(String... arguments) throws InterruptedException, IOException {
        run(Options.parse(NearCacheHits.class, OPTIONS, arguments), System.out);
    }

    /** As from the command line. */
    static Evidence run(PrintStream out, String... arguments) throws InterruptedException, IOException {
        return run(Options.read(NearCacheHits.class, OPTIONS, arguments), out);
    }

    /** Starts servers, compares with one thread and with two, and stops all of it. */
    private static Evidence run(Options options, PrintStream out) throws InterruptedException, IOException {
        try (LocalDeployment redis = new Servers(0, 1).start();
                LocalCopies redisson = new LocalCopies(redis.primary(), 2 * ENTRIES);
                Lockstep cache = Lockstep.connect(redis.uri());
                NearCache<String, String> near = NearCache.over(cache.session(), NearCacheSpec.entries(2 * ENTRIES))) {
            Evidence evidence = new Evidence(
                    "near-cache", ENTRIES + " entries that all hold; " + redis.serverVersion(), options, out);
            var hits = new NearCacheHits(cache, near, options);
            hits.fill();
            redisson.fill(hits.keys);
            List<Copies> others = List.of(
                    new Copies("Caffeine bounded by size and age", hits.bySizeAndAge::getIfPresent),
                    new Copies("Caffeine bounded by size", hits.bySize::getIfPresent),
                    new Copies(LocalCopies.BY_OBJECT, redisson.byObject()::get),
                    new Copies(LocalCopies.IN_CAFFEINE, redisson.inCaffeine()::get));
            for (int threads : new int[] {1, 2}) {
                for (Copies other : others) {
                    hits.compare(threads, other, evidence);
                }
            }
            evidence.write();
            return evidence;
        }
    }

    /** Until one look at all keys asks for none. */
    private void fill() {
        long until = System.nanoTime() + PATIENCE.toNanos();
        long before;
        do {
            if (System.nanoTime() - until > 0) {
                throw new IllegalStateException("The near cache did not fill: " + near.stats());
            }
            before = near.stats().misses();
            near.getAll(Arrays.asList(keys));
        } while (near.stats().misses() > before);
    }

    private void compare(int threads, Copies other, Evidence evidence) throws InterruptedException {
        evidence.compare(
                threads == 1 ? "1 thread" : threads + " threads",
                FIGURES,
                List.of(new Copies("near cache", near::get), other),
                Copies::name,
                copies -> {
                    long before = near.stats().misses();
                    double hits = round(threads, copies.get());
                    return new double[] {hits, near.stats().misses() - before};
                });
    }

    /** Hits per second. */
    private double round(int threads, Function<String, @Nullable String> get) throws InterruptedException {
        AtomicBoolean stop = new AtomicBoolean();
        LongAdder hits = new LongAdder();
        CountDownLatch ended = new CountDownLatch(threads);
        long start = System.nanoTime();
        for (int i = 0; i < threads; i++) {
            int offset = i * ENTRIES / threads;
            new Thread(() -> {
                        hits.add(hit(offset, get, stop));
                        ended.countDown();
                    })
                    .start();
        }
        Thread.sleep(options.number("--millis"));
        stop.set(true);
        ended.await();
        return hits.sum() * 1e9 / (System.nanoTime() - start);
    }

    private long hit(int offset, Function<String, @Nullable String> get, AtomicBoolean stop) {
        long count = 0;
        for (int at = offset; !stop.get(); at++) {
            for (int more = 0; more < 64; more++) {
                if (get.apply(keys[(at * 64 + more) & (ENTRIES - 1)]) != null) {
                    count++;
                }
            }
        }
        return count;
    }
}
