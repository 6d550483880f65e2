package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sources with libraries of functions, and sources that stand still. */
class SourceTroubleIT {

    private static final Duration BOUND = Duration.ofSeconds(60);

    @TempDir
    Path spool;

    private Sync start(LocalDeployment source, LocalDeployment target) throws InterruptedException {
        return Copies.inStep(Copies.between(source, target, spool), BOUND);
    }

    private static void load(LocalDeployment deployment, String library, String function) {
        for (LocalServer primary : deployment.primaries()) {
            primary.command(
                    "FUNCTION",
                    "LOAD",
                    "#!lua name=" + library + "\nredis.register_function('" + function + "', function() return 1 end)"
                            + " -- so long that it is compressed".repeat(20));
        }
    }

    @Test
    void librariesThatOnlyTheTargetHasAreRemoved() throws InterruptedException {
        try (LocalDeployment source = LocalRedis.cluster().replicas(0).start();
                LocalDeployment target = LocalRedis.standalone().start()) {
            load(source, "both", "f");
            load(source, "source", "g");
            load(target, "both", "h");
            load(target, "target", "i");
            try (Sync sync = start(source, target)) {
                assertThat(libraries(target)).isEqualTo(libraries(source)).contains("source");
                load(source, "later", "j");
                Awaitility.await()
                        .atMost(BOUND)
                        .untilAsserted(() -> assertThat(libraries(target)).isEqualTo(libraries(source)));
                assertThat(sync.progress().lanes()).hasSize(3);
            }
        }
    }

    private static String libraries(LocalDeployment deployment) {
        return Contents.of(deployment, 1, 0).get("functions");
    }

    /** It closes no connection, and is not waited for as long as one that has nothing to say. */
    @Test
    void aNodeThatStandsStillIsLeft() throws InterruptedException {
        try (LocalDeployment source = LocalRedis.standalone().replicas(1).start();
                LocalDeployment target = LocalRedis.standalone().start();
                Writer writer = new Writer(source)) {
            try (Sync sync = start(source, target)) {
                LocalServer replica = source.replicas().get(0);
                replica.pause();
                try {
                    writer.send("SET", "key", "value");
                    writer.flush();
                    Awaitility.await()
                            .atMost(SourceSettings.of("", false).silence().dividedBy(2))
                            .until(() -> target.primary().command("GET", "key") != null);
                } finally {
                    replica.resume();
                }
                assertThat(sync.progress().lanes()).hasSize(1);
            }
        }
    }
}
