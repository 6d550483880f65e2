package dev.lockstep.local;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;

/** One connection through a proxy: a caller, the server, and a flow of bytes each way. Used by one thread. */
final class Relay {
    private final SelectionKey caller;
    private final SelectionKey server;
    private final LinkConnection connection;
    private final Consumer<Relay> onEnd;
    private final Flow requests;
    private final Flow replies;

    private Relay(
            SocketChannel caller,
            SocketChannel server,
            Selector selector,
            LinkConnection connection,
            Consumer<Relay> onEnd)
            throws IOException {
        this.connection = connection;
        this.onEnd = onEnd;
        this.requests = new Flow(caller, server);
        this.replies = new Flow(server, caller);
        this.caller = caller.register(selector, 0, this);
        this.server = server.register(selector, SelectionKey.OP_CONNECT, this);
    }

    static Relay open(
            SocketChannel caller, int target, Selector selector, LinkConnection connection, Consumer<Relay> onEnd)
            throws IOException {
        SocketChannel server = SocketChannel.open();
        try {
            for (SocketChannel channel : new SocketChannel[] {caller, server}) {
                channel.configureBlocking(false);
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            }
            server.connect(PortLease.loopback(target));
            Relay relay = new Relay(caller, server, selector, connection, onEnd);
            connection.link().opened(connection);
            return relay;
        } catch (IOException e) {
            caller.close();
            server.close();
            throw e;
        }
    }

    LinkConnection connection() {
        return connection;
    }

    /** Moves what can be moved; returns when the next delayed bytes are due, or Long.MAX_VALUE. */
    long move(ByteBuffer buffer) {
        if (!caller.isValid() || !server.isValid()) {
            return Long.MAX_VALUE;
        }
        try {
            if (connection.isReset()) {
                abort();
                return Long.MAX_VALUE;
            }
            SocketChannel target = (SocketChannel) server.channel();
            if (!target.finishConnect()) {
                return Long.MAX_VALUE;
            }
            boolean requestsHeld = connection.requestsHeld();
            boolean repliesHeld = connection.repliesHeld();
            long due = Math.min(
                    requests.move(buffer, requestsHeld, connection.delayNanos()),
                    replies.move(buffer, repliesHeld, connection.delayNanos()));
            if (requests.isFinished() && replies.isFinished()) {
                end();
                return Long.MAX_VALUE;
            }
            caller.interestOps(requests.readInterest(requestsHeld) | replies.writeInterest(repliesHeld));
            server.interestOps(replies.readInterest(repliesHeld) | requests.writeInterest(requestsHeld));
            return due;
        } catch (IOException e) {
            abort(); // one side is gone, so the other one is told
            return Long.MAX_VALUE;
        }
    }

    /** Resets both sides: that is what closing a socket without lingering does. */
    void abort() {
        for (SelectionKey key : new SelectionKey[] {caller, server}) {
            try {
                ((SocketChannel) key.channel()).setOption(StandardSocketOptions.SO_LINGER, 0);
            } catch (IOException e) {
                key.cancel(); // already closed
            }
        }
        end();
    }

    private void end() {
        for (SelectionKey key : new SelectionKey[] {caller, server}) {
            try {
                key.channel().close();
            } catch (IOException e) {
                key.cancel();
            }
        }
        connection.link().closed(connection);
        onEnd.accept(this);
    }
}
