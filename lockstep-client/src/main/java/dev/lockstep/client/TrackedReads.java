package dev.lockstep.client;

import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.output.ValueOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Reads of a view whose values may be returned again, without asking anybody, for as long as the view's promise about them
 * holds. What a near cache is made of; applications use {@code NearCache} of the module lockstep-nearcache.
 *
 * <p>Values are kept in a map that its user provides, who decides how many there is room for: it may drop any of them at any
 * time, and must not change them. Thread-safe. To be closed by its user, before or after the {@link Lockstep}.
 *
 * @param <K> key type
 * @param <V> value type
 */
public final class TrackedReads<K, V> implements AutoCloseable {

    private final Lockstep lockstep;
    private final RedisCodec<K, V> codec;
    private final CommandPath path;
    private final Trackers trackers;
    private final Shelf<V> shelf;
    private final boolean ofSession;
    private final long leaseNanos;
    private final long ageNanos;
    private final LongAdder losses = new LongAdder();
    private volatile boolean closed;

    /**
     * Begins to keep the values of a view's reads.
     *
     * @param kept where the values are: by their keys, or by the bytes of a key that is an array of bytes
     * @param lease how old a primary's last sign of life may be; a view of bounded staleness makes it no longer than its bound
     * @param age how long a value may be returned at most after it was asked for
     * @throws IllegalArgumentException if the view reads from the primary only: the news of a change may come later than the
     *     answer to the write that made it, so no kept value is ever as fresh as the primary's
     */
    public static <K, V> TrackedReads<K, V> over(
            View<K, V> view, ConcurrentMap<Object, Tracked<V>> kept, Duration lease, Duration age) {
        Consistency consistency = view.policy().consistency();
        if (consistency.level() == Consistency.Level.PRIMARY) {
            throw new IllegalArgumentException(
                    "Values that are kept cannot be as fresh as Consistency.primary() promises:"
                            + " the news of a write may come later than its answer. Use session(), replica(), or"
                            + " reading(Consistency.boundedStaleness(…))");
        }
        TrackedReads<K, V> reads = new TrackedReads<>(view, kept, lease, age);
        reads.trackers.add(reads);
        reads.lockstep.followTrackers();
        return reads;
    }

    private TrackedReads(View<K, V> view, ConcurrentMap<Object, Tracked<V>> kept, Duration lease, Duration age) {
        Consistency consistency = view.policy().consistency();
        lockstep = view.lockstep();
        codec = view.codec();
        path = lockstep.path(view.policy(), codec);
        trackers = lockstep.trackers();
        shelf = new Shelf<>(kept, trackers.statements());
        ofSession = consistency.level() == Consistency.Level.SESSION;
        leaseNanos = consistency.level() == Consistency.Level.BOUNDED
                ? Math.min(lease.toNanos(), consistency.boundNanos())
                : lease.toNanos();
        ageNanos = age.toNanos();
    }

    /** What is kept for a key, if it may be returned now; else null. Asks nobody. */
    public @Nullable Tracked<V> current(K key) {
        return closed ? null : shelf.current(name(key), System.nanoTime());
    }

    /**
     * Reads a key as a GET of the view would, and keeps its value if changes of it will be told. The future ends within the
     * view's timeout; do not block in its callbacks.
     */
    public CompletionStage<@Nullable V> read(K key) {
        AsyncCommand<K, V, V> command = new AsyncCommand<>(
                new Command<>(CommandType.GET, new ValueOutput<>(codec), new CommandArgs<>(codec).addKey(key)));
        Request request;
        try {
            request = Request.of(command);
        } catch (NotSentException e) {
            command.completeExceptionally(e);
            return command;
        }
        Call call = path.call(
                command, request, CommandTraits.of(command), lockstep.routes().sharded() ? request.firstSlot() : -1);
        if (closed || !survivesCodec(key, request)) {
            path.submit(call, null);
            return command;
        }
        Object name = ownName(key);
        Tracked<V> place = shelf.reserve(name);
        Fill fill = new Fill(this);
        call.fill = fill;
        CompletionStage<@Nullable V> read = command.whenComplete((value, failure) -> {
            Warrant warrant = failure == null ? fill.warrant() : null;
            shelf.arrived(name, place, warrant == null ? null : new Tracked<>(value, warrant));
        });
        path.submit(call, null);
        return read;
    }

    /** Whether the key will be recognised when the server tells of its bytes. */
    private boolean survivesCodec(K key, Request request) {
        return name(key).equals(readName(request.arguments().get(0)));
    }

    /** Null if the codec cannot read it: the key is another reader's. */
    private @Nullable Object readName(ByteBuffer key) {
        try {
            return name(codec.decodeKey(key));
        } catch (RuntimeException e) {
            return null;
        }
    }

    /** Drops what is kept for a key, and what is on its way for it. */
    public void forget(K key) {
        shelf.forget(name(key));
    }

    /** Arrays do not compare by what they hold. */
    private Object name(K key) {
        return key instanceof byte[] bytes ? ByteBuffer.wrap(bytes) : key;
    }

    private Object ownName(K key) {
        return key instanceof byte[] bytes ? ByteBuffer.wrap(bytes.clone()) : key;
    }

    /** Values that were dropped because a server told that they had changed, had expired, or were evicted. */
    public long changes() {
        return shelf.changed.sum();
    }

    /** How many times all values of a shard were dropped: a connection was lost, a primary replaced, a server emptied. */
    public long losses() {
        return losses.sum();
    }

    /** Values that were not returned because their primary had given no sign of life within the lease. */
    public long lapses() {
        return shelf.lapsed.sum();
    }

    long leaseNanos() {
        return leaseNanos;
    }

    /** When a value expires that was asked for then and lives so long at the server. */
    long until(long askedAt, long ttlMillis) {
        return askedAt + Math.min(ageNanos, TimeUnit.MILLISECONDS.toNanos(ttlMillis)); // saturates
    }

    Warrant.Terms terms(Floor floor) {
        return new Warrant.Terms(leaseNanos, ofSession ? floor : null);
    }

    void changed(ByteBuffer key) {
        Object name = readName(key);
        if (name != null) {
            shelf.changed(name);
        }
    }

    void lost() {
        losses.increment();
    }

    /** Keeps nothing any more. Reads go on as those of the view. */
    @Override
    public void close() {
        closed = true;
        trackers.remove(this);
        lockstep.followTrackers();
    }
}
