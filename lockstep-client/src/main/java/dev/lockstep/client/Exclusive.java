package dev.lockstep.client;

import dev.lockstep.client.lettuce.Facade;
import dev.lockstep.topology.NodeAddress;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.RedisCodec;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;

/**
 * A connection to the primary that one caller has to itself: MULTI, WATCH, EXEC, SELECT, WAIT, CLIENT.
 *
 * <p>It belongs to one primary. When that is lost, the calls on it end with the exception that says what became of them,
 * and another one must be opened; a transaction is never repeated by itself. What it writes is seen by the {@link Lockstep}'s
 * session reads. To be used by one thread at a time, like the transaction that it may hold; {@link #close()} may be called
 * from any.
 *
 * @param <K> key type
 * @param <V> value type
 */
public final class Exclusive<K, V> implements AutoCloseable {

    private static final long POLL_NANOS = 2_000_000;

    private final Facade<K, V> facade;

    private Exclusive(Facade<K, V> facade) {
        this.facade = facade;
    }

    /** @param slot whose shard's primary it goes to; -1 if there is one shard only */
    static <K, V> Exclusive<K, V> open(Lockstep lockstep, RedisCodec<K, V> codec, Policy policy, int slot) {
        long deadline = System.nanoTime() + policy.timeoutNanos();
        while (true) {
            ShardRoute shard = lockstep.routes().owner(slot);
            NodeAddress primary = shard == null ? null : shard.primary().address();
            if (shard != null && primary != null) {
                try {
                    LinkOpener.Made made = lockstep.opener()
                            .connect(primary)
                            .toCompletableFuture()
                            .join();
                    var path = new ExclusivePath(primary, made, shard, slot, policy, lockstep.deadlines());
                    return new Exclusive<>(Facade.over(
                            path,
                            codec,
                            Duration.ofNanos(policy.timeoutNanos()).plusSeconds(1),
                            lockstep.facadeOptions(),
                            lockstep.resources()));
                } catch (CompletionException e) {
                    shard.suspect(primary, "no exclusive connection");
                }
            }
            if (lockstep.routes().isClosed()) {
                throw new NotSentException("No exclusive connection was opened: this Lockstep is closed");
            }
            if (System.nanoTime() - deadline > 0) {
                throw new NoPrimaryException(
                        "No exclusive connection was opened within " + Call.text(policy.timeoutNanos()) + ": "
                                + (shard == null ? lockstep.routes().way(slot).trouble() : shard.trouble()));
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /** Lettuce's blocking API on this connection. */
    public RedisCommands<K, V> sync() {
        return facade.sync();
    }

    /** Lettuce's asynchronous API on this connection. */
    public RedisAsyncCommands<K, V> async() {
        return facade.async();
    }

    /** Closes the connection; a transaction that was not executed is discarded. */
    @Override
    public void close() {
        facade.close();
    }
}
