package dev.lockstep.sync;

import dev.lockstep.topology.NodeAddress;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection to one data node, from its first byte to its loss. It is never revived.
 *
 * <p>Any thread may send; what is sent from one thread goes out in its order. Replies, and all that {@link Fate} is told,
 * come on the connection's event loop, which nobody may block.
 */
final class Link {
    /* What is written is a number of requests whose replies go to one receiver, so that a batch costs one entry in the queue
     * and its requests none. A command such as PSYNC ends this: from its reply on, all that arrives is one stream of bytes.
     *
     * The loss is told once, after the last reply. What was sent and not answered may or may not have been executed;
     * whoever sent it knows what that was. */

    /** How long a string in a reply may be. Replies are small, except DUMP and values that a comparison reads. */
    private static final int MAX_BULK = 1 << 30;

    /** What becomes of a connection. Told on its event loop. */
    interface Fate {
        /** What was written has been sent, after {@link #isWritable} was false. */
        default void writable() {}

        /** Nothing arrives any more, and nothing is sent. Once. */
        void lost(String why);
    }

    private final Channel channel;
    private final NodeAddress node;
    private final Fate fate;
    private final EventLoop loop;

    // Confined to the event loop.
    private final ReplyDecoder decoder = new ReplyDecoder(MAX_BULK);
    private final ArrayDeque<Expected> expected = new ArrayDeque<>();
    /** The calls among the expected ones. */
    private final ArrayDeque<CompletableFuture<Reply>> pending = new ArrayDeque<>();

    private @Nullable Runnable ready;
    private @Nullable Consumer<ByteBuf> raw;
    private @Nullable String trouble;
    private volatile boolean lost;

    /** Replies that are due, and to whom. */
    private static final class Expected {
        final Consumer<Reply> receiver;
        int missing;
        /** Who gets all bytes when the turn comes; null: replies are due. */
        final @Nullable Consumer<ByteBuf> raw;

        Expected(Consumer<Reply> receiver, int missing, @Nullable Consumer<ByteBuf> raw) {
            this.receiver = receiver;
            this.missing = missing;
            this.raw = raw;
        }
    }

    Link(Channel channel, NodeAddress node, Fate fate) {
        this.channel = channel;
        this.node = node;
        this.fate = fate;
        this.loop = channel.eventLoop();
    }

    NodeAddress node() {
        return node;
    }

    EventLoop loop() {
        return loop;
    }

    /** Whether what is written goes out about as fast as it comes; if not, {@link Fate#writable} tells when it does. */
    boolean isWritable() {
        return channel.isWritable();
    }

    /** Whether it is known to be lost. */
    boolean isLost() {
        return lost;
    }

    /** A buffer to write requests into, for {@link #send}. */
    ByteBuf buffer(int bytes) {
        return channel.alloc().directBuffer(bytes);
    }

    /** Sends one command. The future ends on the event loop: with the reply, an error too, or with the loss. */
    CompletableFuture<Reply> call(Words command) {
        CompletableFuture<Reply> result = new CompletableFuture<>();
        run(() -> {
            if (lost) {
                result.completeExceptionally(unanswered());
            } else {
                pending.add(result);
                ask(command, reply -> {
                    pending.remove();
                    result.complete(reply);
                });
            }
        });
        if (loop.isShuttingDown()) {
            result.completeExceptionally(unanswered());
        }
        return result;
    }

    /** As {@link #call}; after the loss the receiver is not called any more. */
    void ask(Words command, Consumer<Reply> receiver) {
        send(encoded(command), 1, receiver);
    }

    /**
     * Sends requests, as they are. Their buffer is released, whatever happens.
     *
     * @param replies how many replies the server will give to them, 0 for none
     * @param receiver who gets them, in order, on the event loop; none after the loss
     */
    void send(ByteBuf requests, int replies, Consumer<Reply> receiver) {
        write(requests, replies == 0 ? null : new Expected(receiver, replies, null));
    }

    /**
     * Sends a command such as PSYNC. Once all that was sent before it has been answered, all that arrives is for
     * {@code receiver}, on the event loop; the buffer is released when it returns. Commands can still be sent, with no
     * replies to them.
     */
    void stream(Words command, Consumer<ByteBuf> receiver) {
        write(encoded(command), new Expected(reply -> {}, 1, receiver));
    }

    /** Closes the connection. {@link Fate#lost} is told of that too. */
    void close() {
        channel.close();
    }

    /** Runs something on the event loop; at once if this is it. Not at all when the loop has been shut down. */
    void run(Runnable action) {
        if (loop.inEventLoop()) {
            action.run();
            return;
        }
        try {
            loop.execute(action);
        } catch (RejectedExecutionException shutDown) {
            lost = true;
        }
    }

    private ByteBuf encoded(Words command) {
        ByteBuf request = channel.alloc().directBuffer(128);
        command.writeTo(request);
        return request;
    }

    private void write(ByteBuf requests, @Nullable Expected replies) {
        if (loop.inEventLoop()) {
            writeNow(requests, replies);
            return;
        }
        try {
            loop.execute(() -> writeNow(requests, replies));
        } catch (RejectedExecutionException shutDown) {
            lost = true;
            requests.release();
        }
    }

    private void writeNow(ByteBuf requests, @Nullable Expected replies) {
        if (lost) {
            requests.release();
            return;
        }
        if (replies != null) {
            expected.add(replies);
        }
        channel.writeAndFlush(requests);
    }

    /** Runs {@code then} when the connection is there, encrypted if it shall be. To be called before it is. */
    void whenReady(Runnable then) {
        ready = then;
    }

    private void ready() {
        Runnable then = ready;
        ready = null;
        if (then != null) {
            then.run();
        }
    }

    private void arrived(ByteBuf bytes) {
        try {
            while (bytes.isReadable() && !lost) {
                if (raw != null) {
                    raw.accept(bytes);
                    bytes.skipBytes(bytes.readableBytes());
                } else if (!reply(bytes)) {
                    return;
                }
            }
        } catch (RuntimeException e) {
            broken(e.getMessage() == null ? e.toString() : e.getMessage());
        }
    }

    private boolean reply(ByteBuf bytes) {
        Expected first = expected.peek();
        if (first != null && first.raw != null) {
            raw = first.raw;
            return true;
        }
        Reply reply = decoder.next(bytes);
        if (reply == null) {
            return false;
        }
        if (first == null) {
            broken("it sent a reply that nobody had asked for");
            return false;
        }
        if (--first.missing == 0) {
            expected.remove();
        }
        first.receiver.accept(reply);
        return true;
    }

    /** Ends the connection for a reason that the other side does not know. */
    void broken(String why) {
        if (trouble == null) {
            trouble = why;
        }
        channel.close();
    }

    private void gone() {
        if (lost) {
            return;
        }
        lost = true;
        expected.clear();
        CompletableFuture<Reply> call;
        while ((call = pending.poll()) != null) {
            call.completeExceptionally(unanswered());
        }
        fate.lost(reason());
    }

    private String reason() {
        return trouble == null ? "the connection was closed" : trouble;
    }

    private SyncException unanswered() {
        return new SyncException("No answer from " + node + ": " + reason());
    }

    /** What an exception and its causes say, for people. */
    static String causes(Throwable e) {
        StringBuilder text = new StringBuilder();
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
            if (text.indexOf(message) < 0) {
                text.append(text.isEmpty() ? "" : ": ").append(message);
            }
        }
        return text.toString();
    }

    ChannelHandler handler() {
        return new Handler();
    }

    /** Where Netty tells what happens to the connection. */
    private final class Handler extends ChannelInboundHandlerAdapter {

        @Override
        public void channelActive(ChannelHandlerContext context) {
            if (context.pipeline().get(SslHandler.class) == null) {
                ready();
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof SslHandshakeCompletionEvent handshake) {
                if (handshake.isSuccess()) {
                    ready();
                } else {
                    broken("TLS failed: " + causes(handshake.cause()));
                }
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            try {
                arrived((ByteBuf) message);
            } finally {
                ReferenceCountUtil.release(message);
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            if (channel.isWritable()) {
                fate.writable();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            broken(causes(cause));
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            gone();
        }
    }
}
