package dev.lockstep.bench;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.lockstep.client.Lockstep;
import dev.lockstep.local.LocalDeployment;
import dev.lockstep.nearcache.NearCache;
import dev.lockstep.nearcache.NearCacheSpec;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
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
 * <p>Prints a Markdown table: {@code java -cp lockstep-bench.jar dev.lockstep.bench.NearCacheHits [rounds] [millis]}. Two at
 * a time take turns in short rounds, and what counts is the median of the ratios of neighbouring ones: see {@link Throughput}.
 */
public final class NearCacheHits {

    private static final int ENTRIES = 8192;
    private static final int WARMUPS = 5;
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
    private final Duration time;

    /**
     * One row of the table.
     *
     * @param other what the near cache is beside
     * @param ratios of the near cache's hits to the other one's
     * @param misses of the near cache in all rounds: its values are asked for again when a lease ends on a busy machine
     */
    record Row(int threads, String other, double othersPerSecond, double nearPerSecond, Ratios ratios, long misses) {

        static final String HEADER = """
                | threads | beside | its hits/s | near cache, hits/s | ratio: median (min–max) | misses |
                |---|---|---|---|---|---|""";

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "| %d | %s | %,.0f | %,.0f | %s | %,d |",
                    threads,
                    other,
                    othersPerSecond,
                    nearPerSecond,
                    ratios,
                    misses);
        }
    }

    private NearCacheHits(Lockstep cache, NearCache<String, String> near, Duration time) {
        this.near = near;
        this.time = time;
        for (int i = 0; i < ENTRIES; i++) {
            keys[i] = "bench:" + i;
            cache.primary().async().set(keys[i], "value-" + i);
            bySize.put(keys[i], "value-" + i);
            bySizeAndAge.put(keys[i], "value-" + i);
        }
        Collections.shuffle(Arrays.asList(keys), new Random(1));
    }

    public static void main(String... arguments) throws InterruptedException {
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 9;
        int millis = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1000;
        run(rounds, Duration.ofMillis(millis), System.out);
    }

    /** Starts servers, compares with one thread and with two, and stops all of it. */
    static List<Row> run(int rounds, Duration time, PrintStream out) throws InterruptedException {
        try (LocalDeployment redis = new Servers(0, 1).start();
                LocalCopies redisson = new LocalCopies(redis.primary(), 2 * ENTRIES);
                Lockstep cache = Lockstep.connect(redis.uri());
                NearCache<String, String> near = NearCache.over(cache.session(), NearCacheSpec.entries(2 * ENTRIES))) {
            out.println(ENTRIES + " entries; " + redis.serverVersion() + ", on this machine of "
                    + Runtime.getRuntime().availableProcessors() + " processors; Java "
                    + Runtime.version().feature() + "; " + rounds + " rounds of " + time.toMillis() + " ms each");
            out.println();
            out.println(Row.HEADER);
            var hits = new NearCacheHits(cache, near, time);
            hits.fill();
            redisson.fill(hits.keys);
            List<Row> rows = new ArrayList<>();
            for (int threads : new int[] {1, 2}) {
                rows.add(hits.compare(
                        threads, rounds, "Caffeine bounded by size and age", hits.bySizeAndAge::getIfPresent));
                rows.add(hits.compare(threads, rounds, "Caffeine bounded by size", hits.bySize::getIfPresent));
                rows.add(hits.compare(threads, rounds, LocalCopies.BY_OBJECT, redisson.byObject()::get));
                rows.add(hits.compare(threads, rounds, LocalCopies.IN_CAFFEINE, redisson.inCaffeine()::get));
            }
            rows.forEach(out::println);
            return rows;
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

    private Row compare(int threads, int rounds, String name, Function<String, @Nullable String> other)
            throws InterruptedException {
        for (int i = 0; i < WARMUPS; i++) {
            round(threads, other);
            round(threads, near::get);
        }
        long misses = near.stats().misses();
        List<Double> ofOther = new ArrayList<>();
        List<Double> ofNear = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            if (i % 2 == 0) {
                ofOther.add(round(threads, other));
                ofNear.add(round(threads, near::get));
            } else {
                ofNear.add(round(threads, near::get));
                ofOther.add(round(threads, other));
            }
        }
        return new Row(
                threads,
                name,
                Ratios.median(ofOther.stream()),
                Ratios.median(ofNear.stream()),
                Ratios.of(ofNear, ofOther),
                near.stats().misses() - misses);
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
        Thread.sleep(time.toMillis());
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
