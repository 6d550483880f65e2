package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Copies by processes that are killed, again and again, while the source is written to. */
class CrashIT {

    private static final int KILLS = Integer.getInteger("lockstep.sync.kills", 3);
    private static final Duration BOUND = Duration.ofSeconds(90);

    @TempDir
    Path folder;

    /** What must not be done twice, nor left out, and moves between slots. */
    private static void write(Writer writer, Random random, int round) {
        for (int i = 0; i < 200; i++) {
            String one = "counter:" + random.nextInt(50);
            writer.send("INCRBY", one, String.valueOf(random.nextInt(100)));
            writer.send("RPUSH", "list:" + random.nextInt(20), "element " + round + "." + i);
            writer.send("LMOVE", "list:" + random.nextInt(20), "list:" + random.nextInt(20), "LEFT", "RIGHT");
            writer.send("APPEND", "text:" + random.nextInt(20), "+" + i);
            writer.send("SET", "expires:" + random.nextInt(200), "value", "PX", "60000");
            if (i % 20 == 0) {
                writer.send("SET", "name:" + i, String.valueOf(round));
                writer.send("RENAME", "name:" + i, "renamed:" + i);
            }
        }
        writer.flush();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void nothingIsLostAndNothingDoneTwice(int shards) throws IOException, InterruptedException {
        Random random = new Random(shards);
        try (LocalDeployment source = LocalRedis.standalone().start();
                LocalDeployment target = shards == 0
                        ? LocalRedis.standalone().start()
                        : LocalRedis.cluster().shards(shards).replicas(0).start();
                Writer writer = new Writer(source)) {
            for (int i = 0; i < 20_000; i++) {
                writer.send("SET", "filler:" + i, "value of some length " + "x".repeat(200));
            }
            AtomicBoolean over = new AtomicBoolean();
            Thread writing = new Thread(() -> {
                for (int round = 0; !over.get(); round++) {
                    write(writer, random, round);
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
                }
            });
            writing.start();
            Random moments = new Random(7 + shards);
            for (int kill = 0; kill < KILLS; kill++) {
                Process process = Copying.start(source.uri(), target.uri(), folder);
                try {
                    assertThat(process.waitFor(2_000 + moments.nextInt(4_000), TimeUnit.MILLISECONDS))
                            .as(Files.readString(folder.resolve("log")))
                            .isFalse();
                } finally {
                    process.destroyForcibly().waitFor();
                }
            }
            over.set(true);
            writing.join();
            writer.flush();
            try (Sync sync =
                    Copies.between(source, target, folder.resolve("spool")).start()) {
                Copies.awaitInStep(sync, BOUND);
                SyncIT.assertEqual(source, target);
            }
        }
    }
}
