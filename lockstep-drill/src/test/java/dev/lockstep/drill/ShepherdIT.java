package dev.lockstep.drill;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A replica that follows another shard leaves its own without a copy. */
class ShepherdIT {
    private final long origin = System.nanoTime();

    @Test
    void sendsAReplicaBackToItsShard() {
        try (LocalDeployment redis = DrillIT.started(LocalRedis.cluster().password("drill"))) {
            Witnesses witnesses = new Witnesses(3);
            SlotOwners.number(redis, witnesses);
            try (Watch watch = new Watch(redis, witnesses, () -> System.nanoTime() - origin)) {
                await().atMost(20, SECONDS).until(() -> {
                    watch.tick();
                    return watch.isWhole();
                });
                List<LocalServer> primaries = redis.primaries();
                LocalServer stray = redis.replicas(primaries.get(0)).get(0);

                stray.command(
                        "CLUSTER", "REPLICATE", String.valueOf(primaries.get(1).command("CLUSTER", "MYID")));
                await().atMost(20, SECONDS).until(() -> witnesses.strays().equals(List.of(stray.name())));
                assertThat(watch.isWhole()).isFalse();
                assertThat(watch.trouble()).endsWith("and of another shard " + stray.name());

                List<String> told = new ArrayList<>();
                Shepherd shepherd = new Shepherd(redis, witnesses, told::add);
                await().atMost(20, SECONDS).until(() -> {
                    watch.tick();
                    shepherd.tick();
                    return watch.isWhole();
                });
                assertThat(redis.replicas(primaries.get(0))).contains(stray);
                assertThat(told)
                        .containsExactly(
                                stray.name() + " of shard 1 followed another shard: told to follow its own again");
            }
        }
    }
}
