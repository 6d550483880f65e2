package dev.lockstep.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClusterIT {
    private static final Duration BOUND = Duration.ofSeconds(30);

    @Test
    void isWholeOnceStartedAndReplacesAPrimaryThatDies() {
        try (LocalDeployment redis = LocalRedis.cluster().start()) {
            assertThat(redis.uri()).matches("redis-cluster://127.0.0.1:\\d+,127.0.0.1:\\d+,127.0.0.1:\\d+");
            List<LocalServer> nodes = redis.dataNodes();
            assertThat(redis.primaries()).isEqualTo(nodes.subList(0, 3));
            assertThat(redis.primary()).isEqualTo(nodes.get(0));
            assertThat(redis.primary(5461)).isEqualTo(nodes.get(1));
            assertThat(redis.replicas()).isEqualTo(nodes.subList(3, 6));
            assertThat(redis.replicas(nodes.get(1))).containsExactly(nodes.get(4));
            LocalServer old = redis.primary(16383);
            old.kill();
            assertThat(redis.primaries()).doesNotContain(old);
            assertThatThrownBy(() -> redis.primary(16383)).hasMessageContaining("dead");
            await().atMost(BOUND).until(() -> redis.primaries().size() == 3);
            old.restart();
            await().atMost(BOUND)
                    .until(() -> redis.replicas(redis.primary(16383)).contains(old));
        }
    }
}
