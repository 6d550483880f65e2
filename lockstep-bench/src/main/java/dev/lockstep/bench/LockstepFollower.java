package dev.lockstep.bench;

import dev.lockstep.sync.Sync;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A process that keeps one server equal to another by Lockstep. It says LIVE when they are in step for the first time, and ends
 * when its input does. Arguments: the two ports.
 */
final class LockstepFollower {

    static final String LIVE = "LIVE";
    private static final Duration BOUND = Duration.ofMinutes(2);

    private LockstepFollower() {}

    public static void main(String... ports) throws IOException, InterruptedException {
        long began = System.currentTimeMillis();
        Path spool = Files.createTempDirectory("lockstep-bench");
        try (Sync sync = LockstepCopier.from(ports).to(spool)) {
            if (!sync.awaitInStep(BOUND)) {
                throw new IllegalStateException("Not in step: " + sync.progress());
            }
            System.out.println(LIVE);
            while (System.in.read() >= 0) {
                // on
            }
            System.out.println(OwnUse.since(began));
        } finally {
            LockstepCopier.remove(spool);
        }
    }
}
