package dev.lockstep.drill;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ReadFrom;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.masterreplica.MasterReplica;
import io.lettuce.core.masterreplica.StatefulRedisMasterReplicaConnection;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The control: plain Lettuce as its documentation advises for Sentinel. One connection that reads from the primary, one
 * that prefers replicas, shared by all threads. It has no sessions and makes none of the promises that are checked.
 */
final class LettuceSubject implements Subject {
    private final ClientResources resources;
    private final RedisClient client;
    private final StatefulRedisMasterReplicaConnection<String, String> primary;
    private final StatefulRedisMasterReplicaConnection<String, String> replicas;
    private final ReplicaReadCount reads;

    LettuceSubject(Stage stage) {
        this.reads = new ReplicaReadCount(stage.primaryPort());
        this.resources = ClientResources.builder().commandLatencyRecorder(reads).build();
        RedisURI uri = RedisURI.create(stage.uri());
        uri.setTimeout(stage.timeout());
        this.client = RedisClient.create(resources);
        client.setOptions(ClientOptions.builder()
                .timeoutOptions(TimeoutOptions.enabled(stage.timeout()))
                .build());
        try {
            this.primary = MasterReplica.connect(client, StringCodec.UTF8, uri);
            primary.setReadFrom(ReadFrom.MASTER);
            this.replicas = MasterReplica.connect(client, StringCodec.UTF8, uri);
            replicas.setReadFrom(ReadFrom.REPLICA_PREFERRED);
        } catch (RuntimeException e) {
            shutdown();
            throw e;
        }
    }

    @Override
    public String name() {
        return "Plain Lettuce";
    }

    @Override
    public List<String> settings() {
        return List.of(
                "MasterReplica.connect, one connection with ReadFrom.MASTER and one with ReadFrom.REPLICA_PREFERRED",
                "timeout " + DrillSettings.text(primary.getTimeout()),
                "TimeoutOptions.enabled");
    }

    @Override
    public Session session(Actor actor) {
        return new LettuceSession(primary.sync(), replicas.sync());
    }

    private record LettuceSession(RedisCommands<String, String> primary, RedisCommands<String, String> replicas)
            implements Session {

        @Override
        public void set(String key, String value) {
            primary.set(key, value);
        }

        @Override
        public @Nullable String get(String key, Op how) {
            return (how == Op.READ_PRIMARY ? primary : replicas).get(key);
        }

        @Override
        public long increment(String key) {
            return primary.incr(key);
        }

        @Override
        public void append(String key, String element) {
            primary.rpush(key, element);
        }
    }

    @Override
    public Outcome outcome(RuntimeException failure) {
        return lettuceOutcome(failure);
    }

    /** An error reply says that nothing was applied; of everything else Lettuce does not tell. */
    static Outcome lettuceOutcome(RuntimeException failure) {
        if (failure instanceof RedisCommandTimeoutException) {
            return new Outcome(Outcome.Kind.UNKNOWN, "timed out");
        }
        if (failure instanceof RedisCommandExecutionException && failure.getMessage() != null) {
            return new Outcome(Outcome.Kind.NOT_APPLIED, failure.getMessage().split(" ", 2)[0]);
        }
        return new Outcome(Outcome.Kind.UNKNOWN, failure.getClass().getSimpleName());
    }

    @Override
    public List<Told> told() {
        return List.of();
    }

    @Override
    public long readsByReplica() {
        return reads.count();
    }

    @Override
    public void close() {
        primary.close();
        replicas.close();
        shutdown();
    }

    private void shutdown() {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        resources.shutdown(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }
}
