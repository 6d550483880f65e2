package dev.lockstep.topology;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.api.StatefulConnection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One connection that is made again when it is lost: at once, then after pauses of 10 ms growing to 250 ms.
 *
 * <p>Belongs to the watcher's thread; what Lettuce tells is carried over to it.
 */
final class Link<C extends StatefulConnection<String, String>> {
    /* Not Lettuce's own reconnect: it repeats commands, its pauses are longer than a failover, and it says nothing about
     * why it fails. A sentinel cuts the connections of the node that it promotes, at that very moment, so the first
     * attempt follows without a pause. */

    private static final long FIRST_PAUSE = Duration.ofMillis(10).toNanos();
    private static final long LAST_PAUSE = Duration.ofMillis(250).toNanos();

    /** Hears of the connection's fate, on the watcher's thread. */
    interface Events<C> {
        void up(C connection);

        void down(Throwable why);
    }

    private final Supplier<? extends CompletionStage<C>> opener;
    private final Executor owner;
    private final Events<C> events;

    private @Nullable C connection;
    private @Nullable Object attempt;
    private boolean closed;
    private long pause;
    private long retryAt = Long.MIN_VALUE;
    private boolean retryNow = true;

    Link(Supplier<? extends CompletionStage<C>> opener, Executor owner, Events<C> events) {
        this.opener = opener;
        this.owner = owner;
        this.events = events;
    }

    /** The open connection; null while there is none. */
    @Nullable
    C connection() {
        return connection;
    }

    /** Begins to connect if it is time to. Returns when to call again. */
    long duty(long now) {
        if (closed || connection != null || attempt != null) {
            return Long.MAX_VALUE;
        }
        if (!retryNow && now < retryAt) {
            return retryAt;
        }
        retryNow = false;
        pause = pause == 0 ? FIRST_PAUSE : Math.min(LAST_PAUSE, pause * 2);
        retryAt = now + pause;
        Object mine = new Object();
        attempt = mine;
        try {
            opener.get().whenComplete((opened, failure) -> owner.execute(() -> done(mine, opened, failure)));
        } catch (RuntimeException e) {
            attempt = null;
            events.down(e);
        }
        return retryAt;
    }

    /** The other side proved to be well: the next loss is answered at once again. */
    void healthy() {
        pause = 0;
    }

    /** Gives the connection up, so that a new one is made. */
    void drop(Throwable why) {
        C old = connection;
        connection = null;
        if (old != null) {
            discard(old);
            lost(why);
        }
    }

    void close() {
        closed = true;
        attempt = null;
        if (connection != null) {
            discard(connection);
            connection = null;
        }
    }

    private void done(Object mine, @Nullable C opened, @Nullable Throwable failure) {
        if (attempt != mine) {
            if (opened != null) {
                discard(opened);
            }
            return;
        }
        attempt = null;
        if (opened == null) {
            events.down(failure == null ? new RedisConnectionException("no connection") : failure);
            return;
        }
        connection = opened;
        opened.addListener(new RedisConnectionStateListener() {
            @Override
            public void onRedisDisconnected(RedisChannelHandler<?, ?> channel) {
                owner.execute(() -> disconnected(opened));
            }
        });
        if (opened.isOpen()) {
            events.up(opened);
        } else {
            disconnected(opened);
        }
    }

    private void disconnected(C which) {
        if (connection == which) {
            connection = null;
            discard(which);
            lost(new RedisConnectionException("the connection was cut"));
        }
    }

    private void lost(Throwable why) {
        retryNow = pause == 0;
        events.down(why);
    }

    /** Nobody waits for a close: on a half-open socket it may take its time. */
    private static void discard(StatefulConnection<?, ?> connection) {
        CompletableFuture<Void> unused = connection.closeAsync();
    }
}
