package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies that may not be faster than asked for; how much slower is the machine's affair. */
class ThrottleIT {

    private static final Duration BOUND = Duration.ofSeconds(60);

    @TempDir
    Path spool;

    /** How long it takes to copy this and then write that, at least. */
    private Duration time(UnaryOperator<SyncSettings> asked, int keys, String value) throws InterruptedException {
        try (LocalDeployment source = LocalRedis.standalone().start();
                LocalDeployment target = LocalRedis.standalone().start();
                Writer writer = new Writer(source)) {
            for (int i = 0; i < keys; i++) {
                writer.send("SET", "key:" + i, value);
            }
            writer.flush();
            SyncSettings settings = asked.apply(Copies.slow(source, target, spool.resolve(asked.toString())));
            long begun = System.nanoTime();
            try (Sync sync = settings.start()) {
                Copies.awaitInStep(sync, BOUND);
                for (int i = 0; i < keys; i++) {
                    writer.send("SET", "key:" + i, value + value);
                }
                writer.flush();
                SyncIT.assertEqual(source, target);
            }
            return Duration.ofNanos(System.nanoTime() - begun);
        }
    }

    @Test
    void soManyKeysPerSecond() throws InterruptedException {
        // The last of the first 300, and the first batch of the second, need not be waited for.
        assertThat(time(settings -> settings.keysPerSecond(300), 300, "value")).isGreaterThan(Duration.ofMillis(980));
    }

    @Test
    void soManyBytesPerSecond() throws InterruptedException {
        // As before: a batch is up to 512 KiB.
        assertThat(time(settings -> settings.bytesPerSecond(1 << 20), 20, "x".repeat(100_000)))
                .isGreaterThan(Duration.ofMillis(2_000));
    }
}
