package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys that expire in the target while a copy that has been live stands still, and that the source has renewed. */
class LatenessIT {

    private static final Duration BOUND = Duration.ofSeconds(60);

    @TempDir
    Path spool;

    private Sync start(LocalDeployment source, LocalDeployment target) {
        return Copies.between(source, target, spool).start();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void whatExpiredHereAloneIsCopiedAgain(int shards) throws InterruptedException {
        try (LocalDeployment source = LocalRedis.standalone().start();
                LocalDeployment target = shards == 0
                        ? LocalRedis.standalone().start()
                        : LocalRedis.cluster().shards(shards).replicas(0).start();
                Writer writer = new Writer(source);
                Writer there = new Writer(target)) {
            writer.send("SET", "counter", "41", "PX", "600000");
            writer.send("SET", "renewed", "value", "PX", "600000");
            writer.send("SET", "named", "value", "PX", "600000");
            writer.send("SET", "kept", "value", "PX", "600000");
            writer.send("SET", "set anew", "value", "PX", "600000");
            writer.send("RPUSH", "list", "a", "b");
            writer.send("SADD", "set", "a", "b");
            writer.flush();
            try (Sync sync = start(source, target)) {
                Copies.awaitInStep(sync, BOUND);
            }
            // Time passes: what was to expire has gone in the target, and was renewed at the source before.
            for (String key : List.of("counter", "renewed", "named", "set anew", "list", "set")) {
                there.send("DEL", key);
            }
            there.flush();
            writer.send("INCR", "counter");
            writer.send("PEXPIRE", "counter", "700000");
            writer.send("PEXPIRE", "renewed", "700000");
            writer.send("APPEND", "named", "more");
            writer.send("RENAME", "named", "other");
            writer.send("APPEND", "kept", "more");
            writer.send("PEXPIRE", "kept", "700000");
            writer.send("SET", "set anew", "another", "PX", "700000");
            writer.send("RPUSH", "list", "c");
            writer.send("LMOVE", "list", "moved", "LEFT", "RIGHT");
            writer.send("SADD", "set", "c");
            writer.send("SUNIONSTORE", "union", "set", "no set");
            writer.send("INCR", "new");
            writer.send("PEXPIRE", "new", "700000");
            writer.flush();
            try (Sync sync = start(source, target)) {
                SyncIT.assertEqual(source, target);
                assertThat(Copies.fullCopies(List.of(source.primary()))).isEqualTo("sync_full:1");
                Awaitility.await().atMost(BOUND).until(() -> sync.progress().isInStep());
            }
        }
    }
}
