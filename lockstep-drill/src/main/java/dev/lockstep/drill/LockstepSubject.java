package dev.lockstep.drill;

import dev.lockstep.client.Consistency;
import dev.lockstep.client.Durability;
import dev.lockstep.client.Lockstep;
import dev.lockstep.client.LockstepListener;
import dev.lockstep.client.LostWrites;
import dev.lockstep.client.NotDurableException;
import dev.lockstep.client.NotSentException;
import dev.lockstep.client.OnRollback;
import dev.lockstep.client.OutcomeUnknownException;
import dev.lockstep.client.Rollback;
import dev.lockstep.client.SessionToken;
import dev.lockstep.client.StaleReadException;
import dev.lockstep.client.View;
import dev.lockstep.nearcache.NearCache;
import dev.lockstep.nearcache.NearCacheSpec;
import dev.lockstep.topology.Deployment;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Lockstep under test, by nothing but its public API. */
final class LockstepSubject implements Subject {
    static final String NOT_DURABLE = "NotDurableException";

    /** Long enough for a replica that is well, short enough for one that is not to hold up nobody. */
    private static final Duration CONFIRMED_WITHIN = Duration.ofMillis(300);

    private static final Durability ONE = Durability.replicas(1).within(CONFIRMED_WITHIN);
    private static final Durability DURABLE = Durability.allReplicas().within(CONFIRMED_WITHIN);

    /** Too small for all keys, so that values also leave it. */
    private static final NearCacheSpec NEAR = NearCacheSpec.entries(40);

    private final Stage stage;
    private final Lockstep cache;
    private final ToldSessions told;
    private final NearCache<String, String> shared;
    private final Map<String, Long> lost = new ConcurrentHashMap<>();
    private final List<Tellings.Emptied> emptied = new CopyOnWriteArrayList<>();

    LockstepSubject(Stage stage) {
        this.stage = stage;
        this.told = new ToldSessions();
        Deployment deployment = Deployment.parse(stage.uri()).toBuilder()
                .timeout(stage.timeout())
                .build();
        this.cache = Lockstep.builder(deployment)
                .listener(new LockstepListener() {
                    @Override
                    public void onRollback(Rollback rollback) {
                        told.told(
                                rollback.session(),
                                stage.shardNumber().applyAsInt(rollback.shard()),
                                stage.clock().getAsLong());
                    }

                    @Override
                    public void onWritesLost(LostWrites writes) {
                        writes.writes().forEach(write -> lost.merge(write.keyText(), 1L, Long::sum));
                        if (writes.confirmedToo()) {
                            emptied.add(new Tellings.Emptied(
                                    stage.clock().getAsLong(),
                                    stage.shardNumber().applyAsInt(writes.shard())));
                        }
                    }
                })
                .connect();
        this.shared = NearCache.over(cache.session(), NEAR);
    }

    @Override
    public String name() {
        return "Lockstep";
    }

    @Override
    public List<String> settings() {
        return List.of(
                "timeout " + DrillSettings.text(stage.timeout()),
                "onRollback FAIL in every fourth session, REPORT in the others",
                "every 200th call hands its session over as text",
                "every 50th call waits for " + DURABLE + ", another one for " + ONE,
                "every 10th read from " + NEAR);
    }

    @Override
    public Session session(Actor actor) {
        if (actor.boundNanos() > 0) {
            Consistency bounded = Consistency.boundedStaleness(Duration.ofNanos(actor.boundNanos()));
            View<String, String> view = cache.session().reading(bounded);
            return views(view, view, view, NearCache.over(view, NEAR));
        }
        if (actor.session() == Actor.SHARED) {
            return views(cache.primary(), cache.replica(), cache.session(), shared);
        }
        return new OwnSession(actor);
    }

    private static Views views(
            View<String, String> primary,
            View<String, String> replica,
            View<String, String> session,
            NearCache<String, String> near) {
        return new Views(primary, replica, session, primary.writing(DURABLE), primary.writing(ONE), near);
    }

    /** Calls by the views of one session. */
    private record Views(
            View<String, String> primary,
            View<String, String> replica,
            View<String, String> session,
            View<String, String> durable,
            View<String, String> toOne,
            NearCache<String, String> near)
            implements Session {

        @Override
        public void appendDurably(String key, String element) {
            durable.sync().rpush(key, element);
        }

        @Override
        public void appendToOne(String key, String element) {
            toOne.sync().rpush(key, element);
        }

        @Override
        public void set(String key, String value) {
            primary.sync().set(key, value);
        }

        @Override
        public @Nullable String get(String key, Op how) {
            if (how == Op.READ_NEAR || how == Op.READ_NEAR_BOUNDED) {
                return near.get(key);
            }
            View<String, String> view = switch (how) {
                case READ_PRIMARY -> primary;
                case READ_REPLICA -> replica;
                default -> session;
            };
            return view.sync().get(key);
        }

        @Override
        public long increment(String key) {
            return Objects.requireNonNull(primary.sync().incr(key));
        }

        @Override
        public void append(String key, String element) {
            primary.sync().rpush(key, element);
        }
    }

    /** A session of its own, which may be handed over to another one by its token. */
    private final class OwnSession implements Session {
        private final Actor actor;
        private dev.lockstep.client.Session session = cache.newSession();
        private Views views;

        OwnSession(Actor actor) {
            this.actor = actor;
            told.began(session, actor.session(), stage.clock().getAsLong());
            this.views = views();
        }

        private Views views() {
            OnRollback choice = actor.thread() % 4 == 3 ? OnRollback.FAIL : OnRollback.REPORT;
            View<String, String> own = session.session().onRollback(choice);
            return LockstepSubject.views(
                    session.primary().onRollback(choice),
                    session.replica().onRollback(choice),
                    own,
                    NearCache.over(own, NEAR));
        }

        @Override
        public void handOver() {
            SessionToken token = SessionToken.parse(session.token().toString());
            long begins = stage.clock().getAsLong();
            dev.lockstep.client.Session next = cache.newSession(token);
            told.ended(session, stage.clock().getAsLong());
            told.began(next, actor.session(), begins);
            session = next;
            views.near().close();
            views = views();
        }

        @Override
        public void set(String key, String value) {
            views.set(key, value);
        }

        @Override
        public @Nullable String get(String key, Op how) {
            return views.get(key, how);
        }

        @Override
        public long increment(String key) {
            return views.increment(key);
        }

        @Override
        public void append(String key, String element) {
            views.append(key, element);
        }

        @Override
        public void appendDurably(String key, String element) {
            views.appendDurably(key, element);
        }

        @Override
        public void appendToOne(String key, String element) {
            views.appendToOne(key, element);
        }
    }

    @Override
    public Outcome outcome(RuntimeException failure) {
        if (failure instanceof StaleReadException) {
            return new Outcome(Outcome.Kind.TOLD, "StaleReadException");
        }
        if (failure instanceof NotSentException) {
            return new Outcome(Outcome.Kind.NOT_APPLIED, failure.getClass().getSimpleName());
        }
        if (failure instanceof OutcomeUnknownException) {
            return new Outcome(Outcome.Kind.UNKNOWN, "OutcomeUnknownException");
        }
        if (failure instanceof NotDurableException) {
            return new Outcome(Outcome.Kind.UNKNOWN, NOT_DURABLE);
        }
        return LettuceSubject.lettuceOutcome(failure);
    }

    @Override
    public List<Told> told() {
        return told.all();
    }

    @Override
    public Map<String, Long> lost() {
        return Map.copyOf(lost);
    }

    @Override
    public List<Tellings.Emptied> emptied() {
        return List.copyOf(emptied);
    }

    @Override
    public long readsByReplica() {
        return cache.stats().replicaReads();
    }

    @Override
    public void close() {
        cache.close();
    }
}
