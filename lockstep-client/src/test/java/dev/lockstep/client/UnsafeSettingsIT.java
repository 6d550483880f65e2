package dev.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Servers whose settings make offsets tell less than they seem to. */
@Timeout(60)
class UnsafeSettingsIT {

    private final List<UnsafeSetting> told = new CopyOnWriteArrayList<>();

    private Lockstep connect(LocalDeployment redis) {
        return Lockstep.builder(redis.uri())
                .listener(new LockstepListener() {
                    @Override
                    public void onUnsafeSetting(UnsafeSetting setting) {
                        told.add(setting);
                    }
                })
                .connect();
    }

    @Test
    void eachServerThatHasOneIsToldOnce() {
        try (LocalDeployment redis = LocalRedis.standalone()
                        .replicas(1)
                        .config("replica-ignore-maxmemory", "no")
                        .start();
                Lockstep cache = connect(redis)) {
            await().atMost(Duration.ofSeconds(20)).until(() -> told.size() == 2);
            assertThat(told)
                    .extracting(setting -> setting.node().port())
                    .containsExactlyInAnyOrderElementsOf(
                            redis.dataNodes().stream().map(node -> node.port()).toList());
            assertThat(told.get(0))
                    .hasToString(told.get(0).node()
                            + " has replica-ignore-maxmemory no: a replica evicts keys that its primary has, and nothing tells"
                            + " which. Set it to yes");
            assertThat(cache.primary().sync().ping()).isEqualTo("PONG");
        }
    }

    @Test
    void ordinaryServersHaveNone() {
        try (LocalDeployment redis = LocalRedis.standalone().replicas(1).start();
                Lockstep cache = connect(redis)) {
            cache.primary().sync().set("key", "value");
            assertThat(cache.replica().sync().get("key")).isEqualTo("value");
            assertThat(told).isEmpty();
        }
    }
}
