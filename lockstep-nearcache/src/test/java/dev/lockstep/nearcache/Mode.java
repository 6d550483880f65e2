package dev.lockstep.nearcache;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import io.lettuce.core.cluster.SlotHash;
import java.time.Duration;

/** The two kinds of deployments that every test runs on. */
enum Mode {
    SENTINEL {
        @Override
        LocalRedis plan() {
            return LocalRedis.sentinel()
                    .replicas(1)
                    .password("s3cret")
                    .failoverTimeout(Duration.ofSeconds(5))
                    .quickDemotion(true);
        }

        @Override
        LocalServer primaryOf(LocalDeployment redis, String key) {
            return redis.primary();
        }
    },
    CLUSTER {
        @Override
        LocalRedis plan() {
            return LocalRedis.cluster().password("s3cret");
        }

        @Override
        LocalServer primaryOf(LocalDeployment redis, String key) {
            return redis.primary(SlotHash.getSlot(key));
        }
    };

    abstract LocalRedis plan();

    abstract LocalServer primaryOf(LocalDeployment redis, String key);
}
