package dev.lockstep.client;

import dev.lockstep.client.lettuce.Facade;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A policy over a deployment: from which copies to read, how long a call may take, how keys and values are encoded.
 *
 * <p>Immutable, thread-safe and cheap; every method that changes something returns another view. {@link #sync()} and {@link
 * #async()} give Lettuce's own API. Views need not be closed.
 *
 * <p>Calls that one thread makes through one view to the same keys are executed in the order they were made, also when they
 * are held, sent again or sent elsewhere; only a read that a replica answers may, if it is not awaited, see a write that was
 * called after it. Commands that change the state of a connection (MULTI, SELECT, SUBSCRIBE, …) fail with {@link
 * UnsupportedOperationException}, which names what to use instead.
 *
 * @param <K> key type
 * @param <V> value type
 */
public final class View<K, V> {

    private static final Duration BACKSTOP = Duration.ofSeconds(1);

    private final Lockstep lockstep;
    private final Policy policy;
    private final RedisCodec<K, V> codec;
    private volatile @Nullable Facade<K, V> facade;

    View(Lockstep lockstep, Policy policy, RedisCodec<K, V> codec) {
        this.lockstep = lockstep;
        this.policy = policy;
        this.codec = codec;
    }

    /**
     * Lettuce's blocking API. A call ends within this view's timeout: with a result, with the server's error, or with the
     * exception that says what became of it.
     */
    public RedisCommands<K, V> sync() {
        return facade().sync();
    }

    /** Lettuce's asynchronous API. Its futures end within this view's timeout; do not block in their callbacks. */
    public RedisAsyncCommands<K, V> async() {
        return facade().async();
    }

    /** The same view with another freshness of reads. */
    public View<K, V> reading(Consistency consistency) {
        return new View<>(lockstep, policy.reading(consistency), codec);
    }

    /** The same view with another timeout for its calls, waiting out a failover included; kept to within some 5 ms. */
    public View<K, V> within(Duration timeout) {
        return new View<>(lockstep, policy.within(timeout), codec);
    }

    /** The same view with another durability of writes: a write returns only once so many replicas hold it. */
    public View<K, V> writing(Durability durability) {
        return new View<>(lockstep, policy.writing(durability), codec);
    }

    /** The same view with another way to deal with acknowledged writes that a failover took back. */
    public View<K, V> repairing(RepairPolicy choice) {
        return new View<>(lockstep, policy.repairing(choice), codec);
    }

    /** The same view, which fails its next read, or only reports, when a failover took back what its session had seen. */
    public View<K, V> onRollback(OnRollback choice) {
        return new View<>(lockstep, policy.onRollback(choice), codec);
    }

    /** The same view with keys and values of other types. */
    public <A, B> View<A, B> codec(RedisCodec<A, B> other) {
        return new View<>(lockstep, policy, other);
    }

    /** The same view with keys and values as bytes. */
    public View<byte[], byte[]> bytes() {
        return codec(ByteArrayCodec.INSTANCE);
    }

    /**
     * A connection to the primary for one caller, as {@link Lockstep#exclusive()}, with this view's types, timeout, session
     * and durability: a transaction returns from its EXEC once so many replicas hold it.
     */
    public Exclusive<K, V> exclusive() {
        return lockstep.exclusive(codec, policy);
    }

    /** As {@link #exclusive()}, to the primary that owns {@code key}: what a Redis Cluster needs. */
    public Exclusive<K, V> exclusive(K key) {
        return lockstep.exclusive(codec, key, policy);
    }

    Lockstep lockstep() {
        return lockstep;
    }

    Policy policy() {
        return policy;
    }

    RedisCodec<K, V> codec() {
        return codec;
    }

    private Facade<K, V> facade() {
        Facade<K, V> known = facade;
        if (known == null) {
            // Two threads may both make one; they are alike, and one of them is kept.
            known = Facade.over(
                    lockstep.path(policy, codec),
                    codec,
                    Duration.ofNanos(policy.timeoutNanos()).plus(BACKSTOP),
                    lockstep.facadeOptions(),
                    lockstep.resources());
            facade = known;
        }
        return known;
    }

    @Override
    public String toString() {
        return "View[reads " + policy.consistency() + (policy.waitForReplica() ? " from a replica" : "") + ", writes "
                + policy.durability() + ", within "
                + Call.text(policy.timeoutNanos()) + "]";
    }
}
