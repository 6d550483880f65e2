package dev.lockstep.drill;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalRedisException;
import dev.lockstep.local.LocalServer;
import dev.lockstep.topology.ReplicationInfo;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A client that holds one shard's offset against another shard's: the drill has to find what it reads then. */
class SlotMoveControlIT {
    private static final Keyspace KEYS = new Keyspace("control", 1);
    private static final Key REGISTER = KEYS.register(0, 0);
    private static final Actor ACTOR = new Actor(0, 0, 0);

    private final long origin = System.nanoTime();
    private final List<Call> calls = new ArrayList<>();

    private long now() {
        return System.nanoTime() - origin;
    }

    @Test
    void findsAClientThatKeepsTheOldShardsTokenWhenASlotHasMoved() {
        try (LocalDeployment redis = DrillIT.started(LocalRedis.cluster().password("drill"))) {
            Witnesses witnesses = new Witnesses(3);
            Placement placement = SlotOwners.number(redis, witnesses);
            LocalServer from = redis.primary(REGISTER.slot());
            LocalServer to = redis.primaries().stream()
                    .filter(node -> !node.equals(from))
                    .findFirst()
                    .orElseThrow();
            LocalServer replica = redis.replicas(to).get(0);
            RedisClient client = RedisClient.create();
            try (var writes = client.connect(uri(from));
                    var reads = client.connect(uri(replica))) {
                reads.sync().readOnly();
                write(writes.sync());
                long token = offset(from);
                runAhead(to, replica, token);
                leave(replica);
                Placement.Move move = new Placement.Move(
                        Set.of(REGISTER.slot()),
                        witnesses.shardAt(from.port()),
                        witnesses.shardAt(to.port()),
                        now(),
                        Long.MAX_VALUE);
                placement.begins(move);
                assertThat(redis.moveSlots(from, to, List.of(REGISTER.slot())).run())
                        .isTrue();
                placement.ends(move, now());

                assertThat(offset(replica)).isGreaterThan(token); // and so the client thinks that it is fresh enough
                await().atMost(10, SECONDS).until(() -> reads(reads.sync()));
            } finally {
                client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
            }

            History history = new History(KEYS.keys(), calls, Tellings.NONE, List.of(), Map.of(), placement);
            assertThat(new SessionChecker()
                            .check(history).stream()
                                    .flatMap(finding -> finding.violations().stream())
                                    .map(Violation::anomaly))
                    .containsExactly(Anomaly.OWN_WRITE_NOT_READ);
        }
    }

    private static RedisURI uri(LocalServer node) {
        return RedisURI.builder()
                .withHost(node.host())
                .withPort(node.port())
                .withPassword("drill".toCharArray())
                .build();
    }

    private static long offset(LocalServer node) {
        return ReplicationInfo.parse(String.valueOf(node.command("INFO", "replication")))
                .position()
                .offset();
    }

    /** Offsets of different shards have nothing to do with each other: the new owner's is the greater number. */
    private static void runAhead(LocalServer to, LocalServer replica, long token) {
        Key other =
                KEYS.keys().stream().filter(key -> isOwner(to, key)).findFirst().orElseThrow();
        to.command("SET", other.name(), "x".repeat((int) token + 10_000));
        await().atMost(10, SECONDS).until(() -> offset(replica) > token);
    }

    private static boolean isOwner(LocalServer node, Key key) {
        try {
            node.command("EXISTS", key.name());
            return true;
        } catch (LocalRedisException e) {
            return false; // MOVED
        }
    }

    /** The replica loses its primary, not the cluster: it still learns whose slots are whose. */
    private static void leave(LocalServer replica) {
        replica.command("CONFIG", "SET", "masterauth", "another");
        replica.command("CLIENT", "KILL", "TYPE", "master");
    }

    private void write(RedisCommands<String, String> redis) {
        long invoked = now();
        redis.set(REGISTER.name(), Keyspace.value(REGISTER, 1));
        calls.add(new Call(ACTOR, Op.WRITE, REGISTER.id(), 1, invoked, now(), Outcome.OK));
    }

    /** Whether the replica serves the slot by now. */
    private boolean reads(RedisCommands<String, String> redis) {
        long invoked = now();
        try {
            long value = Keyspace.sequence(REGISTER, redis.get(REGISTER.name()));
            return calls.add(new Call(ACTOR, Op.READ_REPLICA, REGISTER.id(), value, invoked, now(), Outcome.OK));
        } catch (RedisCommandExecutionException e) {
            return false; // MOVED: it has not heard yet
        }
    }
}
