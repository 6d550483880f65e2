package dev.lockstep.drill;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import io.lettuce.core.resource.ClientResources;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The control: plain Lettuce as its documentation advises. One connection that reads from the primary, one that prefers
 * replicas, shared by all threads. It has no sessions and makes none of the promises that are checked.
 */
final class LettuceSubject implements Subject {
    private final ClientResources resources;
    private final LettuceLines lines;
    private final ReplicaReadCount reads;

    LettuceSubject(Stage stage) {
        this.reads = new ReplicaReadCount(stage.primaryPort());
        this.resources = ClientResources.builder().commandLatencyRecorder(reads).build();
        try {
            this.lines = LettuceLines.open(stage, resources);
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
        return lines.settings();
    }

    @Override
    public Session session(Actor actor) {
        return new LettuceSession(lines.primary(), lines.replicas());
    }

    private record LettuceSession(
            RedisClusterCommands<String, String> primary, RedisClusterCommands<String, String> replicas)
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
        lines.end().run();
        shutdown();
    }

    private void shutdown() {
        // A cluster client may be looking at the topology at this moment, and would complain.
        resources.shutdown(200, 2_000, TimeUnit.MILLISECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }
}
