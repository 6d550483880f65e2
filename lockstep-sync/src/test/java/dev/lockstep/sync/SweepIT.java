package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.topology.Deployment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is done to a target besides writing to it, and what is spared because there is nothing to be done. */
class SweepIT {

    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final String TIME = "4102444800123"; // in 2100

    /** Of keys with {k}. */
    private static final int SLOT = Slots.of("k".getBytes(StandardCharsets.US_ASCII));

    @TempDir
    Path folder;

    private static LocalDeployment target(int shards) {
        return shards == 0
                ? LocalRedis.standalone().start()
                : LocalRedis.cluster().shards(shards).replicas(0).start();
    }

    private static Deployment patient(LocalDeployment deployment) {
        return Deployment.parse(deployment.uri()).toBuilder()
                .connectTimeout(BOUND)
                .build();
    }

    private void copy(LocalDeployment source, LocalDeployment target) throws InterruptedException {
        try (Sync sync =
                Sync.from(patient(source)).to(patient(target)).spool(folder).start()) {
            Copies.awaitInStep(sync, BOUND);
        }
    }

    /** Among the keys with a time is the copy's own lease, so that one key more is the least that can be overlooked. */
    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void theOnlyKeyThatExpiresHasItsTrueTime(int shards) throws InterruptedException {
        try (LocalDeployment source = LocalRedis.standalone().start();
                LocalDeployment target = target(shards)) {
            source.primary().command("SET", "{k}lasting", "1");
            source.primary().command("SET", "{k}expiring", "1", "PXAT", TIME);
            source.primary().command("RPUSH", "list", "1");
            copy(source, target);
            assertThat(target.primary(SLOT).command("PEXPIRETIME", "{k}expiring"))
                    .isEqualTo(Long.parseLong(TIME));
            assertThat(target.primary(SLOT).command("PEXPIRETIME", "{k}lasting"))
                    .isEqualTo(-1L);
        }
    }

    @Test
    void theOnlyKeyThatExpiresInAnotherDatabaseToo() throws InterruptedException {
        try (LocalDeployment source = LocalRedis.standalone().start();
                LocalDeployment target = target(0)) {
            source.primary().command("SET", "moved", "1", "PXAT", TIME);
            source.primary().command("MOVE", "moved", "3");
            copy(source, target);
            target.primary().command("SWAPDB", "0", "3");
            assertThat(target.primary().command("PEXPIRETIME", "moved")).isEqualTo(Long.parseLong(TIME));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void theOnlyKeyThatDoesNotBelongThereIsRemoved(int shards) throws InterruptedException {
        try (LocalDeployment source = LocalRedis.standalone().start();
                LocalDeployment target = target(shards)) {
            source.primary().command("SET", "{k}kept", "1");
            target.primary(SLOT).command("SET", "{k}extra", "1");
            target.primary(SLOT).command("SET", "{k}kept", "old", "PXAT", TIME);
            copy(source, target);
            assertThat(target.primary(SLOT).command("MGET", "{k}kept", "{k}extra"))
                    .isEqualTo(Arrays.asList("1", null));
            assertThat(target.primary(SLOT).command("PEXPIRETIME", "{k}kept"))
                    .as("what is replaced loses its time")
                    .isEqualTo(-1L);
        }
    }
}
