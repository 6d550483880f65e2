package dev.lockstep.client;

import dev.lockstep.client.lettuce.FollowingPubSub;
import dev.lockstep.client.lettuce.PubSubClient;
import dev.lockstep.topology.Deployment;
import dev.lockstep.topology.NodeAddress;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.protocol.DefaultEndpoint;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The connections for messages, each of which follows the primary of its slot's shard; of some shard, if it has no slot.
 *
 * <p>The one kind of connection that Lettuce may restore by itself: subscriptions change nothing when they are repeated.
 * Thread-safe.
 */
final class PubSubs {

    private static final int ANY_SLOT = -1;

    private final Deployment deployment;
    private final PubSubClient client;
    private final Routes routes;
    private final List<Following> open = new CopyOnWriteArrayList<>();

    /** One connection, and whom it follows. */
    private static final class Following {

        final int slot;
        /** Read by Lettuce at each reconnect, so changing its host moves the connection. */
        final RedisURI uri;

        final FollowingPubSub<?, ?> connection;
        volatile ShardRoute shard;

        Following(int slot, RedisURI uri, FollowingPubSub<?, ?> connection, ShardRoute shard) {
            this.slot = slot;
            this.uri = uri;
            this.connection = connection;
            this.shard = shard;
        }
    }

    PubSubs(Deployment deployment, ClientResources resources, Routes routes) {
        this.deployment = deployment;
        this.routes = routes;
        this.client = new PubSubClient(
                resources,
                deployment.clientOptions().mutate().autoReconnect(true).build());
    }

    /** A connection for channels of every kind but those of shards. */
    <K, V> StatefulRedisPubSubConnection<K, V> open(RedisCodec<K, V> codec) {
        return open(codec, ANY_SLOT);
    }

    /** A connection for the shard channels of one slot. */
    <K, V> StatefulRedisPubSubConnection<K, V> open(RedisCodec<K, V> codec, int slot) {
        ShardRoute shard = routes.isClosed() ? null : slot == ANY_SLOT ? routes.any() : routes.owner(slot);
        NodeAddress to = shard == null ? null : shard.primary().target();
        if (shard == null || to == null) {
            throw new NoPrimaryException("No connection for messages was opened: "
                    + (routes.isClosed() ? "this Lockstep is closed" : "there is no primary"));
        }
        RedisURI uri = deployment.dataNode(to);
        try {
            FollowingPubSub<K, V> connection = client.connect(codec, uri);
            open.removeIf(following -> !following.connection.isOpen() && isClosed(following));
            Following following = new Following(slot, uri, connection, shard);
            connection.onLossOfShardChannels(
                    () -> following.shard.suspectPrimary("it ended the subscription of a shard channel"));
            open.add(following);
            follow(following); // the primary may have moved while it connected
            return connection;
        } catch (RedisException e) {
            throw new NoPrimaryException(
                    "No connection for messages was opened to the primary " + to + ": " + e.getMessage());
        }
    }

    /** The topology has changed. */
    void follow() {
        open.forEach(this::follow);
    }

    private void follow(Following following) {
        List<ShardRoute> shards = routes.all();
        ShardRoute owner = following.slot == ANY_SLOT ? following.shard : routes.toldOwner(following.slot);
        if (owner == null) {
            return; // its slot is nobody's now
        }
        ShardRoute shard = shards.contains(owner) ? owner : shards.get(0);
        NodeAddress to = shard.primary().target();
        following.shard = shard;
        if (to != null && !isAt(following.uri, to)) {
            // It reconnects by itself, there, and subscribes again
            following.uri.setHost(to.host());
            following.uri.setPort(to.port());
            endpoint(following).disconnect();
        }
    }

    private static boolean isAt(RedisURI uri, NodeAddress node) {
        return uri.getHost().equals(node.host()) && uri.getPort() == node.port();
    }

    private static boolean isClosed(Following following) {
        return ((RedisChannelHandler<?, ?>) following.connection).isClosed();
    }

    private static DefaultEndpoint endpoint(Following following) {
        return (DefaultEndpoint) ((RedisChannelHandler<?, ?>) following.connection).getChannelWriter();
    }

    void close() {
        client.close();
    }
}
