package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import io.lettuce.core.RedisException;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.sync.RedisAdvancedClusterCommands;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Copies of a Redis Cluster whose slots move from shard to shard meanwhile. */
@Timeout(180)
class SourceSlotsIT {

    private static final Duration BOUND = Duration.ofSeconds(60);

    @TempDir
    Path spool;

    private Sync start(LocalDeployment source, LocalDeployment target) throws InterruptedException {
        return Copies.inStep(Copies.between(source, target, spool), BOUND);
    }

    /** Writes to a few slots, wherever they are, until it is closed: what must be done once, and in order. */
    private static final class Load implements AutoCloseable {
        private final AtomicBoolean over = new AtomicBoolean();
        private final RedisClusterClient client;
        private final Thread thread;

        Load(LocalDeployment source) {
            client = RedisClusterClient.create(
                    "redis://127.0.0.1:" + source.primary(0).port());
            StatefulRedisClusterConnection<String, String> connection = client.connect();
            thread = new Thread(() -> write(connection.sync()));
            thread.start();
        }

        private void write(RedisAdvancedClusterCommands<String, String> commands) {
            Random random = new Random(1);
            while (!over.get()) {
                String tag = "{" + SlotTags.of(random.nextInt(40)) + "}";
                String key = tag + random.nextInt(20);
                try {
                    switch (random.nextInt(6)) {
                        case 0 -> commands.del(key);
                        case 1 -> commands.incr(key + ":count");
                        case 2 -> commands.rpush(key + ":list", "x" + random.nextInt());
                        case 3 -> commands.lpop(key + ":list");
                        case 4 -> commands.psetex(key, 60_000, "some");
                        default -> commands.append(key, "more");
                    }
                } catch (RedisException e) {
                    // a redirection too many; whether it was done does not matter here
                }
            }
        }

        void end() throws InterruptedException {
            over.set(true);
            thread.join();
        }

        @Override
        public void close() {
            over.set(true);
            client.shutdown();
        }
    }

    /** Once a move has ended, a node may need a moment to hear of it. */
    private static void move(LocalDeployment source, LocalServer from, LocalServer to, int first, int last) {
        Awaitility.await()
                .atMost(BOUND)
                .ignoreExceptions()
                .until(() -> source.moveSlots(from, to, first, last).run());
    }

    /** Waits until the lane of one slot is the only one that has another. */
    private static void awaitTaken(LocalDeployment target, int slot, int with) {
        Awaitility.await().atMost(BOUND).until(() -> {
            List<?> told = (List<?>) target.primary().command("HVALS", TargetStore.RECORDS);
            List<BitSet> have = told.stream()
                    .filter(text -> String.valueOf(text).startsWith("generation="))
                    .map(text ->
                            Slots.bits(LaneRecord.parse(1, String.valueOf(text)).slots()))
                    .filter(slots -> slots.get(slot))
                    .toList();
            return have.size() == 1 && have.get(0).get(with);
        });
    }

    @Test
    void slotsGoFromShardToShardAndNothingIsCopiedAnew() throws Exception {
        try (LocalDeployment source = LocalRedis.cluster().replicas(0).start();
                LocalDeployment target = LocalRedis.standalone().start()) {
            LocalServer one = source.primary(0);
            LocalServer other = source.primary(16_000);
            try (Load load = new Load(source);
                    Sync sync = start(source, target)) {
                String copies = Copies.fullCopies(source.primaries());
                move(source, one, other, 0, 19);
                move(source, one, other, 20, 39);
                awaitTaken(target, 39, 16_000);
                move(source, other, one, 0, 19);
                load.end();
                SyncIT.assertEqual(source, target);
                Copies.awaitInStep(sync, BOUND);
                assertThat(Copies.fullCopies(source.primaries())).isEqualTo(copies);
            }
        }
    }

    @Test
    void aShardThatComesToTheSourceIsCopiedToo() throws Exception {
        try (LocalDeployment source = LocalRedis.cluster().replicas(0).start();
                LocalDeployment target = LocalRedis.cluster().replicas(0).start()) {
            try (Load load = new Load(source);
                    Sync sync = start(source, target)) {
                LocalServer one = source.primary(0);
                String copies = Copies.fullCopies(source.primaries());
                move(source, one, source.addShard(), 0, 39);
                load.end();
                Awaitility.await()
                        .atMost(BOUND)
                        .until(() -> sync.progress().lanes().size() == 4);
                SyncIT.assertEqual(source, target);
                Copies.awaitInStep(sync, BOUND);
                SyncIT.assertEqual(source, target);
                assertThat(Copies.fullCopies(source.primaries())).isEqualTo(copies + "sync_full:1");
            }
        }
    }

    @Test
    void whatCannotBeFollowedIsCopiedAnew() throws Exception {
        try (LocalDeployment source = LocalRedis.cluster().replicas(0).start();
                LocalDeployment target = LocalRedis.standalone().start()) {
            LocalServer one = source.primary(0);
            LocalServer other = source.primary(16_000);
            try (Load load = new Load(source)) {
                start(source, target).close();
                move(source, one, other, 0, 39);
                move(source, other, one, 0, 39);
                load.end();
            }
            try (Sync sync = start(source, target)) {
                SyncIT.assertEqual(source, target);
                Copies.awaitInStep(sync, BOUND);
                assertThat(Copies.fullCopies(List.of(one))).isEqualTo("sync_full:2");
            }
        }
    }
}
