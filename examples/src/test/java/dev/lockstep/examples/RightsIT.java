package dev.lockstep.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.client.Lockstep;
import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import dev.lockstep.nearcache.NearCache;
import dev.lockstep.nearcache.NearCacheSpec;
import dev.lockstep.topology.Switchover;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What docs/guarantees.md says that a user of the servers must be allowed to do. */
class RightsIT {

    @Test
    void theRightsThatTheDocumentListsAreEnough() {
        try (LocalDeployment redis = LocalRedis.standalone().replicas(1).start()) {
            for (LocalServer node : redis.dataNodes()) {
                node.command(
                        "ACL SETUSER app on >pw resetkeys ~* +ping +info +client|id +client|kill +select +client|setname +set +get"
                                .split(" ", -1));
            }
            LocalServer primary = redis.primary();
            String uri = "redis://app:pw@" + primary.host() + ":" + primary.port() + "/1?clientName=app";
            try (Lockstep cache = Lockstep.connect(uri)) {
                cache.primary().sync().set("key", "value");

                // The first reads may come before the connection to the replica is there.
                await().atMost(Duration.ofSeconds(20)).until(() -> {
                    assertThat(cache.replica().sync().get("key")).isEqualTo("value");
                    return cache.stats().replicaReads() > 0;
                });
            }
        }
    }

    @Test
    void theRightsThatTheDocumentListsForANearCacheAreEnough() {
        try (LocalDeployment redis = LocalRedis.standalone().start()) {
            LocalServer primary = redis.primary();
            primary.command(
                    "ACL SETUSER app on >pw resetkeys ~* +ping +info +client|id +client|kill +client|tracking +pttl +set +get"
                            .split(" ", -1));
            try (Lockstep cache = Lockstep.connect("redis://app:pw@" + primary.host() + ":" + primary.port());
                    NearCache<String, String> near = NearCache.over(cache.session(), NearCacheSpec.entries(10))) {
                cache.primary().sync().set("key", "value");

                await().atMost(Duration.ofSeconds(20)).until(() -> {
                    assertThat(near.get("key")).isEqualTo("value");
                    return near.stats().hits() > 0;
                });
            }
        }
    }

    @Test
    void theRightsThatTheDocumentListsForAClusterAreEnough() {
        try (LocalDeployment redis = LocalRedis.cluster().start()) {
            for (LocalServer node : redis.dataNodes()) {
                node.command(
                        "ACL SETUSER app on >pw resetkeys ~* +ping +info +client|id +client|kill +cluster|nodes +readonly +asking +set +get"
                                .split(" ", -1));
            }
            try (Lockstep cache = Lockstep.connect(redis.uri().replace("://", "://app:pw@"))) {
                await().atMost(Duration.ofSeconds(20)).until(() -> {
                    for (int i = 0; i < 30; i++) {
                        cache.primary().sync().set("key" + i, "value");
                        assertThat(cache.replica().sync().get("key" + i)).isEqualTo("value");
                    }
                    return cache.stats().replicaReads() > 0;
                });
            }
        }
    }

    @Test
    void theRightsThatTheDocumentListsForASwitchoverAreEnough() {
        try (LocalDeployment redis = LocalRedis.sentinel().quickDemotion(true).start()) {
            for (LocalServer node : redis.dataNodes()) {
                node.command(
                        "ACL SETUSER app on >pw +ping +info +client|id +multi +discard +client|pause +client|unpause +client|list +client|setname +replicaof +config|rewrite +config|set +config|get"
                                .split(" ", -1));
            }
            LocalServer target = redis.replicas().get(1);
            try (Lockstep cache = Lockstep.connect(redis.uri().replace("://", "://app:pw@"))) {
                Switchover done = cache.switchover(target.host() + ":" + target.port());
                assertThat(done.remarks()).isEmpty();
                assertThat(redis.primary()).isEqualTo(target);
            }
        }
    }

    @Test
    void theRightsThatTheDocumentListsForASwitchoverOfAClusterAreEnough() {
        try (LocalDeployment redis = LocalRedis.cluster().start()) {
            for (LocalServer node : redis.dataNodes()) {
                node.command(
                        "ACL SETUSER app on >pw +ping +info +client|id +cluster|nodes +readonly +asking +client|setname +cluster|failover"
                                .split(" ", -1));
            }
            LocalServer target = redis.replicas(redis.primary(0)).get(0);
            try (Lockstep cache = Lockstep.connect(redis.uri().replace("://", "://app:pw@"))) {
                cache.switchover(target.host() + ":" + target.port());
                assertThat(redis.primary(0)).isEqualTo(target);
            }
        }
    }
}
