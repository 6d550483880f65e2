package dev.lockstep.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands before one server and carries bytes between it and its callers.
 *
 * <p>It behaves like the server's own address: while the server is dead it does not listen, and the end of a connection
 * passes through; while the server is frozen it accepts and fills up. One thread does all the work; other threads only
 * set {@link LinkFaults} and give it tasks.
 */
final class NodeProxy implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeProxy.class);
    private static final int BACKLOG = 511; // as redis-server

    private final int port;
    private final int target;
    private final Function<InetAddress, Link> linkOf;
    private final Selector selector = Selector.open();
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();

    // Only the proxy's own thread touches these.
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);
    private final Set<Relay> relays = new LinkedHashSet<>();
    private @Nullable ServerSocketChannel listener;
    private boolean changed;
    private boolean closed;

    NodeProxy(String server, int port, int target, Function<InetAddress, Link> linkOf) throws IOException {
        this.port = port;
        this.target = target;
        this.linkOf = linkOf;
        Thread thread = new Thread(this::run, "lockstep-proxy-" + server);
        thread.setDaemon(true);
        thread.start();
    }

    /** Starts to listen. */
    void open() throws IOException {
        ServerSocketChannel opened = ServerSocketChannel.open();
        opened.bind(PortLease.loopback(port), BACKLOG);
        opened.configureBlocking(false);
        inLoop(() -> {
            opened.register(selector, SelectionKey.OP_ACCEPT);
            listener = opened;
        });
        if (ended.isDone()) {
            opened.close(); // the deployment was closed meanwhile
        }
    }

    /** Stops to listen: new callers are refused. Open connections end when their server or caller does. */
    void shut() {
        try {
            inLoop(this::closeListener);
        } catch (IOException e) {
            throw new LocalRedisException("Cannot stop listening on port " + port, e);
        }
    }

    private void closeListener() throws IOException {
        if (listener != null) {
            listener.close();
            selector.selectNow(); // a registered socket is only closed by the next selection
            listener = null;
        }
    }

    @Override
    public void close() {
        try {
            inLoop(() -> {
                closeListener();
                List.copyOf(relays).forEach(Relay::abort);
                closed = true;
            });
        } catch (IOException e) {
            LOG.warn("Cannot close the proxy on port {}", port, e);
        }
    }

    /** Makes the proxy look at the faults again; when this returns, no byte passes that should not. */
    void faultsChanged() {
        try {
            inLoop(() -> changed = true);
        } catch (IOException e) {
            throw new AssertionError(e); // the task does no input or output
        }
    }

    private interface Task {
        void run() throws IOException;
    }

    private void inLoop(Task task) throws IOException {
        CompletableFuture<@Nullable IOException> done = new CompletableFuture<>();
        tasks.add(() -> {
            try {
                task.run();
                done.complete(null);
            } catch (IOException e) {
                done.complete(e);
            }
        });
        selector.wakeup();
        CompletableFuture.anyOf(done, ended).join();
        IOException failure = done.getNow(null);
        if (failure != null) {
            throw failure;
        }
    }

    private void run() {
        try (selector) {
            long nextDue = Long.MAX_VALUE;
            while (!closed) {
                select(nextDue);
                for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                    task.run();
                }
                boolean all = changed || nextDue != Long.MAX_VALUE;
                changed = false;
                if (!closed) {
                    nextDue = step(all);
                }
            }
        } catch (IOException | RuntimeException e) {
            LOG.error("The proxy on port {} failed", port, e);
        } finally {
            ended.complete(null);
        }
    }

    private void select(long nextDue) throws IOException {
        if (nextDue == Long.MAX_VALUE) {
            selector.select();
            return;
        }
        long nanos = nextDue - System.nanoTime();
        if (nanos <= 0) {
            selector.selectNow();
        } else {
            selector.select(Math.max(1, nanos / 1_000_000));
        }
    }

    /** Moves what can be moved; returns when the next delayed bytes are due. */
    private long step(boolean all) {
        Set<Relay> ready = new LinkedHashSet<>();
        for (SelectionKey key : selector.selectedKeys()) {
            if (key.attachment() instanceof Relay relay) {
                ready.add(relay);
            } else if (key.isValid()) {
                accept(ready);
            }
        }
        selector.selectedKeys().clear();
        if (all) {
            ready.addAll(relays);
        }
        long nextDue = Long.MAX_VALUE;
        for (Relay relay : ready) {
            long due = relay.move(buffer);
            nextDue = Math.min(nextDue, due);
        }
        return nextDue;
    }

    private void accept(Set<Relay> ready) {
        try {
            SocketChannel caller = listener == null ? null : listener.accept();
            if (caller != null) {
                InetSocketAddress from = (InetSocketAddress) caller.getRemoteAddress();
                Link link = linkOf.apply(from.getAddress());
                LinkConnection connection = new LinkConnection(link, from.getPort(), this);
                Relay relay = Relay.open(caller, target, selector, connection, relays::remove);
                relays.add(relay);
                ready.add(relay);
            }
        } catch (IOException e) {
            LOG.debug("A caller of port {} was lost", port, e);
        }
    }
}
