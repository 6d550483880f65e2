package dev.lockstep.drill;

import static dev.lockstep.drill.DrillSettings.Topology.CLUSTER;
import static dev.lockstep.drill.DrillSettings.Topology.SENTINEL;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.lockstep.client.Failover;
import dev.lockstep.client.Lockstep;
import dev.lockstep.client.LockstepListener;
import dev.lockstep.client.Rollback;
import dev.lockstep.client.Session;
import dev.lockstep.client.View;
import dev.lockstep.local.LinkConnection;
import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients with one fault each, on real servers: the drill has to find what is wrong with them. */
class NegativeControlIT {
    private static final int SECONDS_OF_LOAD = 10;
    private static final Keyspace KEYS = new Keyspace("negative", 1);
    /** In a cluster in the same shard as the list. */
    private static final Key REGISTER = KEYS.register(0, 2);

    private static final Key LIST = KEYS.list(0);
    private static final Actor ACTOR = new Actor(0, 0, 0);

    private final long origin = System.nanoTime();
    private final List<Call> calls = new ArrayList<>();

    private long now() {
        return System.nanoTime() - origin;
    }

    private static LocalDeployment servers(DrillSettings.Topology topology) {
        LocalRedis plan = topology == CLUSTER ? LocalRedis.cluster() : LocalRedis.sentinel();
        return DrillIT.started(plan.password("drill").links(true));
    }

    private static int count(ClientResult client, Anomaly anomaly) {
        return VerdictTable.count(client, anomaly);
    }

    @ParameterizedTest
    @EnumSource
    void findsAClientThatReadsAnyReplica(DrillSettings.Topology topology) throws Exception {
        long seed = topology == CLUSTER ? 1 : seedThatCutsBothReplicas();
        ClientResult client = drilled(topology, LettuceSubject::new, 5_000, seed, FaultKind.CUT_PRIMARY_REPLICA);

        assertThat(client.verdict().kind()).isEqualTo(Verdict.Kind.INVALID);
        assertThat(count(client, Anomaly.OWN_WRITE_NOT_READ)).isPositive();
        assertThat(count(client, Anomaly.STALENESS_EXCEEDED)).isPositive();
        assertThat(count(client, Anomaly.APPLIED_TWICE)).isZero();
        assertThat(count(client, Anomaly.ROLLBACK_NOT_REPORTED)).isZero();
    }

    @Test
    void findsAClientThatRepeatsWhatWasNotAnswered() throws Exception {
        ClientResult client = drilled(
                SENTINEL,
                stage -> new AlteredSubject(stage, "Repeating", Repeating::new),
                400,
                3,
                FaultKind.CUT_APP_PRIMARY);

        assertThat(client.verdict().kind()).isEqualTo(Verdict.Kind.INVALID);
        assertThat(count(client, Anomaly.APPLIED_TWICE)).isPositive();
    }

    /** Lettuce keeps to one of them, and which one is not for us to say. */
    private static long seedThatCutsBothReplicas() {
        long seed = 1;
        while (DrillIT.settings(SENTINEL, seed, SECONDS_OF_LOAD, FaultKind.CUT_PRIMARY_REPLICA)
                        .schedule()
                        .steps()
                        .stream()
                        .map(step -> step.fault().pick() % 2)
                        .distinct()
                        .count()
                < 2) {
            seed++;
        }
        return seed;
    }

    private static ClientResult drilled(
            DrillSettings.Topology topology, Subject.Connector client, long timeoutMillis, long seed, FaultKind fault)
            throws InterruptedException {
        DrillSettings settings = DrillIT.settings(topology, seed, SECONDS_OF_LOAD, fault)
                .withLoad(new DrillSettings.Load(16, 800, Duration.ofMillis(timeoutMillis)));
        DrillResult result = new Drill(settings, List.of(client)).run();
        assertThat(result.faults()).isNotEmpty();
        return result.clients().get(0);
    }

    /** Makes a call once more if it was not answered in time, as many applications do. */
    private record Repeating(Subject.Session session) implements Subject.Session {

        private static <T> T repeated(Supplier<T> call) {
            for (int i = 0; i < 20; i++) {
                try {
                    return call.get();
                } catch (RedisCommandTimeoutException e) {
                    // once more
                }
            }
            return call.get();
        }

        @Override
        public void set(String key, String value) {
            session.set(key, value);
        }

        @Override
        public @Nullable String get(String key, Op how) {
            return session.get(key, how);
        }

        @Override
        public long increment(String key) {
            return repeated(() -> session.increment(key));
        }

        @Override
        public void append(String key, String element) {
            repeated(() -> {
                session.append(key, element);
                return element;
            });
        }
    }

    /** Keeps what it has read for a second, as many applications do. */
    private record Keeping(Subject.Session session, Map<String, Kept> kept) implements Subject.Session {

        private record Kept(@Nullable String value, long since) {}

        @Override
        public void set(String key, String value) {
            session.set(key, value);
        }

        @Override
        public @Nullable String get(String key, Op how) {
            if (how != Op.READ_NEAR_BOUNDED) {
                return session.get(key, how);
            }
            long now = System.nanoTime();
            Kept known = kept.get(key);
            if (known == null || now - known.since > 1_000_000_000) {
                known = new Kept(session.get(key, Op.READ_PRIMARY), now);
                kept.put(key, known);
            }
            return known.value;
        }

        @Override
        public long increment(String key) {
            return session.increment(key);
        }

        @Override
        public void append(String key, String element) {
            session.append(key, element);
        }
    }

    @Test
    void findsANearCacheThatNobodyTellsOfChanges() throws Exception {
        ClientResult client = drilled(
                SENTINEL,
                stage -> new AlteredSubject(stage, "Keeping", session -> new Keeping(session, new HashMap<>())),
                5_000,
                1,
                FaultKind.PAUSE_REPLICA);

        assertThat(client.verdict().kind()).isEqualTo(Verdict.Kind.INVALID);
        assertThat(count(client, Anomaly.NEAR_CACHE_TOO_OLD)).isPositive();
    }

    @ParameterizedTest
    @EnumSource
    void findsAClientThatForgetsItsTokenAtAFailover(DrillSettings.Topology topology) {
        try (LocalDeployment redis = servers(topology)) {
            Witnesses witnesses = new Witnesses(Schedule.shards(topology));
            Placement placement = SlotOwners.number(redis, witnesses);
            Watch watch = new Watch(redis, witnesses, this::now);
            ToldSessions told = new ToldSessions();
            AtomicReference<@Nullable Failover> failover = new AtomicReference<>();
            LockstepListener listener = new LockstepListener() {
                @Override
                public void onFailover(Failover seen) {
                    failover.set(seen);
                }

                @Override
                public void onRollback(Rollback rollback) {
                    told.told(rollback.session(), witnesses.shardNamed(rollback.shard()), now());
                }
            };
            try (watch;
                    Lockstep cache =
                            Lockstep.builder(redis.uri()).listener(listener).connect()) {
                await().atMost(10, SECONDS).until(() -> {
                    watch.tick();
                    return watch.isWhole();
                });
                Session session = cache.newSession();
                told.began(session, 0, now());
                write(session.primary(), 1);
                LocalServer primary = redis.primary(REGISTER.slot());
                redis.replicas(primary)
                        .forEach(replica -> redis.link(primary, replica).cut());
                write(session.primary(), 2);
                primary.kill();
                // The connection is gone, and with it what the session had seen: no token is carried over.
                told.ended(session, now());
                Session forgetful = cache.newSession();
                told.began(forgetful, 0, now());
                await().atMost(30, SECONDS).until(() -> failover.get() != null);
                read(forgetful.primary());

                await().atMost(10, SECONDS).until(() -> witnesses.changes().size() == 1);
                LocalServer next = redis.primary(REGISTER.slot());
                History history = history(told.all(), witnesses.changes(), next, placement);
                assertThat(found(new SessionChecker(), history)).containsExactly(Anomaly.ROLLBACK_NOT_REPORTED);
            }
        }
    }

    /** Writes a register and appends, so that the list bears witness of what was lost. */
    private void write(View<String, String> view, long sequence) {
        made(Op.WRITE, REGISTER, sequence, () -> view.sync().set(REGISTER.name(), Keyspace.value(REGISTER, sequence)));
        made(Op.APPEND, LIST, sequence, () -> view.sync().rpush(LIST.name(), "" + sequence));
    }

    private void read(View<String, String> view) {
        long invoked = now();
        long value = Keyspace.sequence(REGISTER, view.sync().get(REGISTER.name()));
        calls.add(new Call(ACTOR, Op.READ_PRIMARY, REGISTER.id(), value, invoked, now(), Outcome.OK));
    }

    private void made(Op op, Key key, long value, Runnable call) {
        long invoked = now();
        Throwable failure = catchThrowable(call::run);
        Outcome outcome = failure == null ? Outcome.OK : LettuceSubject.lettuceOutcome((RuntimeException) failure);
        calls.add(new Call(ACTOR, op, key.id(), value, invoked, now(), outcome));
    }

    private History history(List<Told> told, List<PrimaryChange> changes, LocalServer primary, Placement placement) {
        Map<Integer, long[]> finals = new HashMap<>();
        if (primary.command("LRANGE", LIST.name(), "0", "-1") instanceof List<?> elements) {
            finals.put(
                    LIST.id(),
                    elements.stream()
                            .mapToLong(element -> Keyspace.number(String.valueOf(element)))
                            .toArray());
        }
        Object held = primary.command("GET", REGISTER.name());
        finals.put(REGISTER.id(), new long[] {Keyspace.sequence(REGISTER, held == null ? null : held.toString())});
        return new History(KEYS.keys(), calls, new Tellings(told, Map.of(), List.of()), changes, finals, placement);
    }

    private static List<Anomaly> found(Checker checker, History history) {
        return checker.check(history).stream()
                .flatMap(finding -> finding.violations().stream())
                .map(Violation::anomaly)
                .distinct()
                .toList();
    }

    @Test
    void findsAClientThatRetriesOnAnotherConnectionWithoutAFence() {
        try (LocalDeployment redis = servers(SENTINEL)) {
            LocalServer primary = redis.primary();
            RedisURI uri = RedisURI.builder()
                    .withHost(primary.host())
                    .withPort(primary.port())
                    .withPassword("drill".toCharArray())
                    .withTimeout(Duration.ofMillis(300))
                    .build();
            RedisClient client = RedisClient.create(uri);
            try (var first = client.connect();
                    var second = client.connect()) {
                second.setTimeout(Duration.ofSeconds(10));
                List<LinkConnection> wires = redis.clientLink(primary).connections();
                assertThat(wires).hasSize(2);
                wires.get(0).hold();
                set(first.sync(), 1); // not answered in time
                set(second.sync(), 2); // and so the next write goes another way
                long value = get(second.sync());
                assertThat(value).isEqualTo(2);

                wires.get(0).release();
                await().atMost(10, SECONDS).until(() -> get(second.sync()) == 1);

                History history = history(List.of(), List.of(), primary, Placement.single());
                assertThat(found(new OlderValueChecker(), history)).containsExactly(Anomaly.OLDER_VALUE_RETURNED);
            } finally {
                client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
            }
        }
    }

    private void set(RedisCommands<String, String> redis, long sequence) {
        made(Op.WRITE, REGISTER, sequence, () -> redis.set(REGISTER.name(), Keyspace.value(REGISTER, sequence)));
    }

    private long get(RedisCommands<String, String> redis) {
        long invoked = now();
        long value = Keyspace.sequence(REGISTER, redis.get(REGISTER.name()));
        calls.add(new Call(ACTOR, Op.READ_PRIMARY, REGISTER.id(), value, invoked, now(), Outcome.OK));
        return value;
    }
}
