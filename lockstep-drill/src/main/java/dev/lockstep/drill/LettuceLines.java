package dev.lockstep.drill;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ReadFrom;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.RedisClusterURIUtil;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.masterreplica.MasterReplica;
import io.lettuce.core.masterreplica.StatefulRedisMasterReplicaConnection;
import io.lettuce.core.resource.ClientResources;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * Plain Lettuce's connections to a drilled deployment, as its documentation advises for it.
 *
 * @param primary calls the primaries
 * @param replicas reads from replicas where it can
 * @param settings what of them is not a default, one line each
 */
record LettuceLines(
        RedisClusterCommands<String, String> primary,
        RedisClusterCommands<String, String> replicas,
        List<String> settings,
        Runnable end) {

    private static final String CLUSTER = "redis-cluster:";
    private static final Duration REFRESH = Duration.ofSeconds(5);

    static LettuceLines open(Subject.Stage stage, ClientResources resources) {
        return stage.uri().startsWith(CLUSTER) ? cluster(stage, resources) : sentinel(stage, resources);
    }

    private static LettuceLines sentinel(Subject.Stage stage, ClientResources resources) {
        RedisURI uri = RedisURI.create(stage.uri());
        uri.setTimeout(stage.timeout());
        RedisClient client = RedisClient.create(resources);
        client.setOptions(ClientOptions.builder()
                .timeoutOptions(TimeoutOptions.enabled(stage.timeout()))
                .build());
        try {
            StatefulRedisMasterReplicaConnection<String, String> primary =
                    MasterReplica.connect(client, StringCodec.UTF8, uri);
            primary.setReadFrom(ReadFrom.MASTER);
            StatefulRedisMasterReplicaConnection<String, String> replicas =
                    MasterReplica.connect(client, StringCodec.UTF8, uri);
            replicas.setReadFrom(ReadFrom.REPLICA_PREFERRED);
            return new LettuceLines(
                    primary.sync(),
                    replicas.sync(),
                    List.of(
                            "MasterReplica.connect, one connection with ReadFrom.MASTER and one with ReadFrom.REPLICA_PREFERRED",
                            "timeout " + DrillSettings.text(primary.getTimeout()),
                            "TimeoutOptions.enabled"),
                    () -> {
                        primary.close();
                        replicas.close();
                        shutdown(client);
                    });
        } catch (RuntimeException e) {
            shutdown(client);
            throw e;
        }
    }

    private static LettuceLines cluster(Subject.Stage stage, ClientResources resources) {
        List<RedisURI> uris =
                RedisClusterURIUtil.toRedisURIs(URI.create(stage.uri().replaceFirst(CLUSTER, "redis:")));
        uris.forEach(uri -> uri.setTimeout(stage.timeout()));
        RedisClusterClient client = RedisClusterClient.create(resources, uris);
        client.setOptions(ClusterClientOptions.builder()
                .timeoutOptions(TimeoutOptions.enabled(stage.timeout()))
                .topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                        .enablePeriodicRefresh(REFRESH)
                        .build())
                .build());
        try {
            StatefulRedisClusterConnection<String, String> primary = client.connect(StringCodec.UTF8);
            primary.setReadFrom(ReadFrom.MASTER);
            StatefulRedisClusterConnection<String, String> replicas = client.connect(StringCodec.UTF8);
            replicas.setReadFrom(ReadFrom.REPLICA_PREFERRED);
            return new LettuceLines(
                    primary.sync(),
                    replicas.sync(),
                    List.of(
                            "RedisClusterClient, one connection with ReadFrom.MASTER and one with ReadFrom.REPLICA_PREFERRED",
                            "topology refresh every " + DrillSettings.text(REFRESH)
                                    + " and by every adaptive trigger (its default)",
                            "timeout " + DrillSettings.text(primary.getTimeout()),
                            "TimeoutOptions.enabled"),
                    () -> {
                        primary.close();
                        replicas.close();
                        shutdown(client);
                    });
        } catch (RuntimeException e) {
            shutdown(client);
            throw e;
        }
    }

    private static void shutdown(AbstractRedisClient client) {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
}
