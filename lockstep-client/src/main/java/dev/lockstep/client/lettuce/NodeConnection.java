package dev.lockstep.client.lettuce;

import io.lettuce.core.StatefulRedisConnectionImpl;
import io.lettuce.core.api.push.PushListener;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.channel.EventLoop;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One socket to one node. Commands are handed to it ready made, whatever their codec.
 *
 * <p>Everything but {@link #drop()} and {@link #eventLoop()} is confined to the event loop. When the socket is
 * lost, the loss hook runs first, then Lettuce fails the unanswered commands in order.
 */
public final class NodeConnection extends StatefulRedisConnectionImpl<byte[], byte[]> {

    private final NodeEndpoint endpoint;
    private @Nullable Runnable onLoss;
    private boolean lost;
    private @Nullable CompletableFuture<Void> closing;

    NodeConnection(NodeEndpoint endpoint, Duration timeout) {
        super(endpoint, endpoint, ByteArrayCodec.INSTANCE, timeout);
        this.endpoint = endpoint;
    }

    /** The event loop of the socket; known once connected, and for good. */
    public EventLoop eventLoop() {
        return endpoint.eventLoop();
    }

    /** Has {@code hook} run whenever bytes arrive. */
    public void onRead(Runnable hook) {
        endpoint.onRead(hook);
    }

    /** Has {@code hook} run once when the socket is lost; at once if it already is. */
    public void onLoss(Runnable hook) {
        if (lost) {
            hook.run();
        } else {
            onLoss = hook;
        }
    }

    /**
     * Has {@code hook} told what the node tells to have changed of what was read here: keys, or null for everything.
     *
     * <p>In order with the replies: what a change makes stale was answered before.
     */
    public void onInvalidation(Consumer<@Nullable List<ByteBuffer>> hook) {
        PushListener listener = message -> {
            if (message.getType().equals("invalidate")) {
                hook.accept(keysIn(message.getContent()));
            }
        };
        addListener(listener);
    }

    /** The keys behind the word "invalidate"; null if it is not keys that follow. */
    private static @Nullable List<ByteBuffer> keysIn(List<?> content) {
        if (content.size() != 2 || !(content.get(1) instanceof List<?> named)) {
            return null;
        }
        List<ByteBuffer> keys = new ArrayList<>();
        for (Object key : named) {
            if (!(key instanceof ByteBuffer bytes)) {
                return null;
            }
            keys.add(bytes);
        }
        return keys;
    }

    /** Writes one command; if that is not possible it fails, and nothing else does. */
    public void write(RedisCommand<?, ?, ?> command) {
        endpoint.write(command);
    }

    /**
     * Writes the commands in order, contiguously, for the next {@link #flush}. If that is not possible the socket is dropped, and those of
     * them that never got as far as Lettuce's queue are not told.
     */
    public void writeTogether(List<? extends RedisCommand<?, ?, ?>> commands) {
        endpoint.writeTogether(commands, this::drop);
    }

    /** Has what was written sent. */
    public void flush() {
        endpoint.flush();
    }

    /** Closes the socket without waiting for it. */
    public void drop() {
        closeAsync();
    }

    /** Closes the socket once; Lettuce itself would warn of a second time, though its client closes all at its end. */
    @Override
    public synchronized CompletableFuture<Void> closeAsync() {
        if (closing == null) {
            closing = super.closeAsync();
        }
        return closing;
    }

    @Override
    public void deactivated() {
        super.deactivated();
        lost = true;
        Runnable hook = onLoss;
        onLoss = null;
        if (hook != null) {
            hook.run();
        }
    }
}
