package dev.lockstep.sync;

import dev.lockstep.topology.Deployment;
import dev.lockstep.topology.NodeAddress;
import dev.lockstep.topology.Tls;
import io.lettuce.core.SslVerifyMode;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Whoever connects to the data nodes of one deployment: as its user, encrypted as it asks, within its time. Thread-safe. */
final class LinkOpener {

    private static final int LOW_WATER = 256 << 10;
    private static final int HIGH_WATER = 1 << 20;
    private static final int READ_BYTES = 1 << 20;

    private final Deployment deployment;
    private final @Nullable SslContext ssl;

    /** @throws SyncException if the files of {@link Deployment#tls} cannot be used */
    LinkOpener(Deployment deployment) {
        this.deployment = deployment;
        this.ssl = deployment.tls() == null ? null : context(deployment.tls());
    }

    /** So many threads, each of which drives its share of connections and is named so. */
    static EventLoopGroup loops(String name, int threads) {
        return new MultiThreadIoEventLoopGroup(
                threads, new DefaultThreadFactory(name, true), NioIoHandler.newFactory());
    }

    private static SslContext context(Tls tls) {
        try {
            SslContextBuilder builder = SslContextBuilder.forClient()
                    .sslProvider(SslProvider.JDK)
                    .endpointIdentificationAlgorithm(tls.verifyPeer() == SslVerifyMode.FULL ? "HTTPS" : null);
            if (tls.verifyPeer() == SslVerifyMode.NONE) {
                builder.trustManager(InsecureTrustManagerFactory.INSTANCE);
            } else if (tls.caFile() != null) {
                builder.trustManager(tls.caFile().toFile());
            }
            if (tls.certFile() != null && tls.keyFile() != null) {
                builder.keyManager(tls.certFile().toFile(), tls.keyFile().toFile());
            }
            return builder.build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new SyncException(
                    "The certificates or the key for TLS cannot be used: " + Link.causes(e)
                            + ". Expected PEM files, the key in PKCS#8 without a password.",
                    e);
        }
    }

    /**
     * Connects to a node, and returns when it takes commands: within {@link Deployment#connectTimeout}, or with a
     * {@link SyncException} that says why not.
     *
     * @param loops who drives the connection: of {@link #loops}, or one of them; closed by its owner
     * @param name what {@code CLIENT LIST} shall show
     * @param fate told of the loss of the connection, once, if it is made
     */
    CompletableFuture<Link> open(EventLoopGroup loops, NodeAddress node, String name, Link.Fate fate) {
        long millis = deployment.connectTimeout().toMillis();
        Attempt attempt = new Attempt(node, fate);
        new Bootstrap()
                .group(loops)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) Math.min(millis, Integer.MAX_VALUE))
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(LOW_WATER, HIGH_WATER))
                .option(ChannelOption.RECVBUF_ALLOCATOR, new AdaptiveRecvByteBufAllocator(2048, 16 << 10, READ_BYTES))
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (ssl != null) {
                            SslHandler handler = ssl.newHandler(channel.alloc(), node.host(), node.port());
                            handler.setHandshakeTimeoutMillis(millis);
                            channel.pipeline().addLast(handler);
                        }
                        Link link = new Link(channel, node, attempt);
                        channel.pipeline().addLast(link.handler());
                        channel.eventLoop().schedule(() -> attempt.late(link, millis), millis, TimeUnit.MILLISECONDS);
                        link.whenReady(() -> greet(link, name, attempt));
                    }
                })
                .connect(node.host(), node.port())
                .addListener(connected -> {
                    if (!connected.isSuccess()) {
                        attempt.failed("no connection to " + node + ": " + Link.causes(connected.cause()));
                    }
                });
        return attempt.result;
    }

    /**
     * Waits for a connection.
     *
     * @throws Setback if it is not made in time, and why
     */
    static Link await(CompletableFuture<Link> link, NodeAddress node, Duration patience)
            throws Setback, InterruptedException {
        try {
            return link.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new Setback("no connection to " + node + " within " + patience.toMillis() + " ms");
        } catch (ExecutionException e) {
            throw Setback.of(e);
        }
    }

    /** Says who it is. Runs on the event loop. */
    private void greet(Link link, String name, Attempt attempt) {
        String password = deployment.password();
        if (password != null) {
            String user = deployment.username() == null ? "default" : deployment.username();
            link.ask(Words.of("AUTH", user, password), reply -> {
                if (reply instanceof Reply.Failure failure) {
                    attempt.refused(link, "it refuses user '" + user + "': " + failure.text());
                }
            });
        }
        Consumer<Reply> named = reply -> {
            // A user without the right to name its connections may still use them; one who has to log in may not.
            if (reply instanceof Reply.Failure failure && failure.is("NOAUTH")) {
                attempt.refused(link, "it asks for a password, and none is given: " + failure.text());
            } else {
                attempt.made(link);
            }
        };
        link.ask(Words.of("CLIENT", "SETNAME", name), named);
    }

    /** One attempt to connect: until it has succeeded, what happens to the connection is its end. On one event loop. */
    private static final class Attempt implements Link.Fate {
        final CompletableFuture<Link> result = new CompletableFuture<>();
        private final NodeAddress node;
        private final Link.Fate next;

        Attempt(NodeAddress node, Link.Fate next) {
            this.node = node;
            this.next = next;
        }

        void made(Link link) {
            if (!result.complete(link)) {
                link.close();
            }
        }

        void late(Link link, long millis) {
            if (!result.isDone()) {
                refused(link, "no answer within " + millis + " ms (connectTimeout)");
            }
        }

        void refused(Link link, String why) {
            failed("no use of " + node + ": " + why);
            link.close();
        }

        void failed(String why) {
            result.completeExceptionally(new SyncException(why));
        }

        @Override
        public void writable() {
            if (succeeded()) {
                next.writable();
            }
        }

        @Override
        public void lost(String why) {
            failed("no use of " + node + ": " + why);
            if (succeeded()) {
                next.lost(why);
            }
        }

        private boolean succeeded() {
            return result.isDone() && !result.isCompletedExceptionally();
        }
    }
}
