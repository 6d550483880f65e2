package dev.lockstep.bench;

import dev.lockstep.local.LocalDeployment;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.RedisClusterClient;

/**
 * Plain Lettuce on a deployment: its client, and the one connection that all threads share.
 *
 * @param client ends with it
 */
record Peer(AbstractRedisClient client, Contender contender) implements AutoCloseable {

    private static final String NAME = "Lettuce";

    /** Its defaults, on one server or on the primary that the sentinels name. */
    static Peer onOneShard(LocalDeployment servers) {
        RedisClient client = RedisClient.create(servers.uri());
        var connection = client.connect();
        return new Peer(client, new Contender(NAME, connection.sync(), connection.async()));
    }

    /** Its cluster connection: one to each node, made when it is first needed. Its defaults, timeouts on. */
    static Peer onCluster(LocalDeployment servers) {
        RedisClusterClient client = RedisClusterClient.create(servers.dataNodes().stream()
                .map(node -> RedisURI.create(node.host(), node.port()))
                .toList());
        client.setOptions(ClusterClientOptions.builder()
                .timeoutOptions(TimeoutOptions.enabled())
                .build());
        var connection = client.connect();
        return new Peer(client, new Contender(NAME, connection.sync(), connection.async()));
    }

    @Override
    public void close() {
        client.shutdown();
    }
}
