package dev.lockstep.bench;

import dev.lockstep.sync.Sync;
import dev.lockstep.topology.Deployment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.stream.Stream;

/** A process that copies one server to another by Lockstep, and ends when they are in step. Arguments: the two ports. */
final class LockstepCopier {

    private static final Duration BOUND = Duration.ofMinutes(10);

    private LockstepCopier() {}

    public static void main(String... ports) throws IOException, InterruptedException {
        run(BOUND, () -> {}, ports);
    }

    /** What is done once the two are in step. */
    interface Then {
        void run() throws IOException;
    }

    /** Copies, and tells at the end what that took. */
    static void run(Duration bound, Then then, String... ports) throws IOException, InterruptedException {
        long began = System.currentTimeMillis();
        Path spool = Files.createTempDirectory("lockstep-bench");
        try (Sync sync = Sync.from(deployment(ports[0]))
                .to(deployment(ports[1]))
                .spool(spool)
                .start()) {
            if (!sync.awaitInStep(bound)) {
                throw new IllegalStateException("Not in step: " + sync.progress());
            }
            then.run();
            System.out.println(OwnUse.since(began));
        } finally {
            remove(spool);
        }
    }

    /** A virtual machine that has just started on a busy machine may need seconds for its first connection. */
    private static Deployment deployment(String port) {
        return Deployment.parse("redis://127.0.0.1:" + port).toBuilder()
                .connectTimeout(Duration.ofSeconds(10))
                .timeout(Duration.ofSeconds(30))
                .build();
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
