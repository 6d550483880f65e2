package dev.lockstep.client.lettuce;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.pubsub.PubSubEndpoint;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnectionImpl;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The opener of connections for messages, which reconnect by themselves.
 *
 * <p>Thread-safe.
 */
public final class PubSubClient implements AutoCloseable {

    private final Client client;

    public PubSubClient(ClientResources resources, ClientOptions options) {
        client = new Client(resources);
        client.setOptions(options);
    }

    /** Connects; blocks until that is done or has failed. The URI is read again at each reconnect. */
    public <K, V> FollowingPubSub<K, V> connect(RedisCodec<K, V> codec, RedisURI uri) {
        return (FollowingPubSub<K, V>) client.connectPubSub(codec, uri);
    }

    @Override
    public void close() {
        client.shutdown(0, 1, TimeUnit.SECONDS);
    }

    private static final class Client extends RedisClient {

        Client(ClientResources resources) {
            super(resources, new RedisURI());
        }

        @Override
        protected <K, V> StatefulRedisPubSubConnectionImpl<K, V> newStatefulRedisPubSubConnection(
                PubSubEndpoint<K, V> endpoint, RedisChannelWriter writer, RedisCodec<K, V> codec, Duration timeout) {
            return new FollowingPubSub<>(endpoint, writer, codec, timeout);
        }
    }
}
