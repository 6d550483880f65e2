package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of keys that a target has before a copy begins. */
class ExistingIT {

    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final Pattern FLUSHES = Pattern.compile("cmdstat_flushall:calls=(\\d+)");

    @TempDir
    Path spool;

    private SyncSettings settings(LocalDeployment source, LocalDeployment target) {
        return Copies.slow(source, target, spool);
    }

    private static void copy(SyncSettings settings) throws InterruptedException {
        try (Sync sync = settings.start()) {
            Copies.awaitInStep(sync, BOUND);
        }
    }

    private static int flushes(LocalServer server) {
        Matcher calls = FLUSHES.matcher(String.valueOf(server.command("INFO", "commandstats")));
        return calls.find() ? Integer.parseInt(calls.group(1)) : 0;
    }

    private static Object keys(LocalServer server) {
        return server.command("DBSIZE");
    }

    @Test
    void wipeEmptiesTheTargetOnceAndNeverWhenACopyIsGoneOnWith() throws InterruptedException {
        try (LocalDeployment source = LocalRedis.standalone().start();
                LocalDeployment target =
                        LocalRedis.cluster().shards(3).replicas(0).start();
                Writer there = new Writer(target)) {
            source.primary().command("SET", "key", "value");
            for (int i = 0; i < 50; i++) {
                there.send("SET", "extra:" + i, "1");
            }
            there.flush();
            SyncSettings settings = settings(source, target).existing(Existing.WIPE);
            copy(settings);
            assertThat(target.primaries()).allMatch(server -> flushes(server) == 1);
            SyncIT.assertEqual(source, target);

            copy(settings);
            assertThat(target.primaries()).as("it was gone on with").allMatch(server -> flushes(server) == 1);

            // As after a kill before the first source shard was written down, of which some nodes had been emptied.
            there.send("DEL", TargetStore.RECORDS);
            there.send("SET", "extra", "1");
            there.flush();
            copy(settings);
            assertThat(target.primaries()).allMatch(server -> flushes(server) == 2);
            SyncIT.assertEqual(source, target);
        }
    }

    @Test
    void failBeginsOnlyWhereThereIsNothingOrACopy() throws InterruptedException {
        try (LocalDeployment source = LocalRedis.standalone().start();
                LocalDeployment target = LocalRedis.standalone().start()) {
            source.primary().command("SET", "key", "value");
            LocalServer there = target.primary();
            there.command("SET", "a\r\nb", "1");
            there.command("MOVE", "a\r\nb", "1");
            SyncSettings settings = settings(source, target).existing(Existing.FAIL);
            assertThatThrownBy(() -> copy(settings))
                    .isInstanceOf(SyncException.class)
                    .hasMessageContaining(
                            "The target has 1 keys already, such as 'a\\x0d\\x0ab' (database 1), and no copy has"
                                    + " brought them")
                    .hasMessageContaining("--existing replace");
            assertThatThrownBy(() -> copy(settings))
                    .as("it was not taken for a copy")
                    .isInstanceOf(SyncException.class);
            assertThat(there.command("EXISTS", TargetStore.RECORDS)).isEqualTo(0L);

            there.command("FLUSHALL");
            copy(settings);
            there.command("SET", "extra", "1");
            copy(settings);
            assertThat(there.command("GET", "key")).isEqualTo("value");
            assertThat(keys(there)).as("gone on with, and nothing swept").isNotEqualTo(0L);
        }
    }

    @Test
    void replaceRemovesWhatIsNotInTheSourceWithoutEmptyingTheTarget() throws InterruptedException {
        try (LocalDeployment source = LocalRedis.standalone().start();
                LocalDeployment target = LocalRedis.standalone().start()) {
            source.primary().command("SET", "key", "value");
            target.primary().command("SET", "extra", "1");
            copy(settings(source, target));
            SyncIT.assertEqual(source, target);
            assertThat(flushes(target.primary())).isZero();
        }
    }
}
