package dev.lockstep.client;

import dev.lockstep.topology.Deployment;
import dev.lockstep.topology.Node;
import dev.lockstep.topology.NodeAddress;
import dev.lockstep.topology.Topology;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.protocol.DefaultEndpoint;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The connections for messages, each of which follows its shard's primary.
 *
 * <p>The one kind of connection that Lettuce may restore by itself: subscriptions change nothing when they are repeated.
 * Thread-safe.
 */
final class PubSubs {

    private final Deployment deployment;
    private final RedisClient client;
    private final Routes routes;
    private final List<Following> open = new CopyOnWriteArrayList<>();
    private volatile @Nullable NodeAddress primary;

    /** @param uri read by Lettuce at each reconnect, so changing its host moves the connection */
    private record Following(RedisURI uri, StatefulRedisPubSubConnection<?, ?> connection) {}

    PubSubs(Deployment deployment, ClientResources resources, Routes routes) {
        this.deployment = deployment;
        this.routes = routes;
        this.client = RedisClient.create(resources);
        client.setOptions(
                deployment.clientOptions().mutate().autoReconnect(true).build());
    }

    <K, V> StatefulRedisPubSubConnection<K, V> open(RedisCodec<K, V> codec) {
        NodeAddress to = primary;
        if (to == null || routes.isClosed()) {
            throw new NoPrimaryException("No connection for messages was opened: "
                    + (to == null ? "there is no primary" : "this Lockstep is closed"));
        }
        RedisURI uri = deployment.dataNode(to);
        try {
            StatefulRedisPubSubConnection<K, V> connection = client.connectPubSub(codec, uri);
            open.removeIf(following -> !following.connection.isOpen() && isClosed(following));
            Following following = new Following(uri, connection);
            open.add(following);
            NodeAddress since = primary;
            if (since != null && !since.equals(to)) {
                move(following, since); // the primary moved while it connected
            }
            return connection;
        } catch (RedisException e) {
            throw new NoPrimaryException(
                    "No connection for messages was opened to the primary " + to + ": " + e.getMessage());
        }
    }

    void follow(Topology topology) {
        Node node =
                topology.shards().isEmpty() ? null : topology.shards().get(0).primary();
        if (node == null || node.address().equals(primary)) {
            return;
        }
        primary = node.address();
        for (Following following : open) {
            move(following, node.address());
        }
    }

    /** It reconnects by itself, there, and subscribes again. */
    private static void move(Following following, NodeAddress to) {
        following.uri.setHost(to.host());
        following.uri.setPort(to.port());
        endpoint(following).disconnect();
    }

    private static boolean isClosed(Following following) {
        return ((RedisChannelHandler<?, ?>) following.connection).isClosed();
    }

    private static DefaultEndpoint endpoint(Following following) {
        return (DefaultEndpoint) ((RedisChannelHandler<?, ?>) following.connection).getChannelWriter();
    }

    void close() {
        client.shutdown(0, 1, TimeUnit.SECONDS);
    }
}
