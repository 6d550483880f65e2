package dev.lockstep.nearcache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.lockstep.client.Tracked;
import dev.lockstep.client.TrackedReads;
import dev.lockstep.client.View;
import io.lettuce.core.RedisCommandInterruptedException;
import io.lettuce.core.RedisException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A bounded copy of a view's values inside this JVM, which reads through to the server, and never returns what is older than
 * the view promises.
 *
 * <pre>{@code
 * try (NearCache<String, String> near = NearCache.over(cache.session(), NearCacheSpec.entries(100_000))) {
 *     near.get("price"); // asks the primary
 *     near.get("price"); // asks nobody, until somebody writes the key
 * }
 * }</pre>
 *
 * <p>It shows what its view shows: with {@code session()} and {@code replica()} all that the session has written or read,
 * with {@code boundedStaleness(t)} every write acknowledged more than {@code t} ago. On top of that, a write of anybody is
 * seen as soon as its news arrives, a network's delay after its answer, and at the latest when the
 * {@linkplain NearCacheSpec#lease lease} ends. Over {@code Consistency.primary()} there is no near cache: news may come later
 * than answers. Writes are made through the view as ever.
 *
 * <p>Hits return the same object again and again: values must not be changed. Arrays of bytes are copied. Keys need {@code
 * equals} and {@code hashCode}, or must be arrays of bytes. A key that the view's codec does not give back as it was is read, but not
 * kept.
 *
 * <p>Thread-safe: one serves all threads of its view. To be closed, before or after its {@code Lockstep}.
 *
 * @param <K> key type
 * @param <V> value type
 */
public final class NearCache<K, V> implements AutoCloseable {

    private final Cache<Object, Tracked<V>> kept;
    private final TrackedReads<K, V> reads;
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();

    /**
     * A near cache of what this view reads.
     *
     * @throws IllegalArgumentException if the view reads from the primary only
     */
    public static <K, V> NearCache<K, V> over(View<K, V> view, NearCacheSpec spec) {
        return new NearCache<>(view, spec);
    }

    private NearCache(View<K, V> view, NearCacheSpec spec) {
        kept = Caffeine.newBuilder().maximumSize(spec.entries()).build();
        reads = TrackedReads.over(view, kept.asMap(), spec.lease(), spec.maxAge());
    }

    /**
     * The value of a key; null if it does not exist. Asks the server if it must, within the view's timeout, and fails as a GET
     * of the view would.
     */
    public @Nullable V get(K key) {
        Tracked<V> known = reads.current(key);
        if (known != null) {
            hits.increment();
            return own(known.value());
        }
        return await(read(key));
    }

    /** As {@link #get}, without waiting. Do not block in callbacks of the future. */
    public CompletionStage<@Nullable V> getAsync(K key) {
        Tracked<V> known = reads.current(key);
        if (known != null) {
            hits.increment();
            return CompletableFuture.completedFuture(own(known.value()));
        }
        return read(key);
    }

    /** The values of those of the keys that exist, in the order of the keys. What must be asked for is asked for together. */
    public Map<K, V> getAll(Iterable<? extends K> keys) {
        Map<K, CompletionStage<@Nullable V>> wanted = new LinkedHashMap<>();
        keys.forEach(key -> wanted.computeIfAbsent(key, this::getAsync));
        Map<K, V> found = new LinkedHashMap<>();
        wanted.forEach((key, stage) -> {
            V value = await(stage);
            if (value != null) {
                found.put(key, value);
            }
        });
        return found;
    }

    private CompletionStage<@Nullable V> read(K key) {
        misses.increment();
        return reads.read(key).thenApply(NearCache::own);
    }

    /** The caller may change what he is given, if that can be changed. */
    @SuppressWarnings("unchecked")
    private static <V> @Nullable V own(@Nullable V value) {
        return value instanceof byte[] bytes ? (V) bytes.clone() : value;
    }

    private static <T> @Nullable T await(CompletionStage<@Nullable T> stage) {
        try {
            return stage.toCompletableFuture().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RedisCommandInterruptedException(e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : new RedisException(e.getCause());
        }
    }

    /** Drops what is kept for a key here; its next read asks the server. */
    public void invalidate(K key) {
        reads.forget(key);
    }

    /** What happened since the start. */
    public NearCacheStats stats() {
        return new NearCacheStats(hits.sum(), misses.sum(), reads.changes(), reads.losses(), reads.lapses());
    }

    /** Drops everything. Reads go on, and all of them ask the server. */
    @Override
    public void close() {
        reads.close();
        kept.invalidateAll();
    }
}
