package dev.lockstep.client.lettuce;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.StatefulRedisConnectionImpl;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.DefaultEndpoint;
import io.lettuce.core.resource.ClientResources;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * The opener of connections to single nodes, each of which lives once: from its handshake to its loss.
 *
 * <p>Thread-safe. The owner closes it after the last connection.
 */
public final class NodeClient implements AutoCloseable {

    private final Client client;

    /** @param options must neither reconnect nor buffer: see {@code Deployment.clientOptions()} */
    public NodeClient(ClientResources resources, ClientOptions options) {
        if (options.isAutoReconnect()) {
            throw new IllegalArgumentException("A node connection must not reconnect by itself: Lettuce would replay"
                    + " unanswered commands; set autoReconnect(false)");
        }
        client = new Client(resources);
        client.setOptions(options);
    }

    /** Connects and authenticates; fails with Lettuce's exception when that is not possible in the URI's timeout. */
    public CompletionStage<NodeConnection> connect(RedisURI uri) {
        return client.connectAsync(ByteArrayCodec.INSTANCE, uri).thenApply(NodeClient::connection);
    }

    private static NodeConnection connection(StatefulRedisConnection<byte[], byte[]> connection) {
        return (NodeConnection) connection;
    }

    /** Closes what is still open, without waiting for answers. */
    public CompletableFuture<Void> closeAsync() {
        return client.shutdownAsync(0, 1, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        closeAsync().join();
    }

    private static final class Client extends RedisClient {

        Client(ClientResources resources) {
            super(resources, new RedisURI());
        }

        @Override
        protected DefaultEndpoint createEndpoint() {
            return new NodeEndpoint(getOptions(), getResources());
        }

        @Override
        @SuppressWarnings("unchecked") // connect() above is the only caller, with bytes for keys and values
        protected <K, V> StatefulRedisConnectionImpl<K, V> newStatefulRedisConnection(
                io.lettuce.core.RedisChannelWriter writer,
                io.lettuce.core.protocol.PushHandler pushHandler,
                io.lettuce.core.codec.RedisCodec<K, V> codec,
                java.time.Duration timeout) {
            return (StatefulRedisConnectionImpl<K, V>) new NodeConnection((NodeEndpoint) writer, timeout);
        }
    }
}
