package dev.lockstep.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.client.Lockstep;
import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
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

                assertThat(cache.replica().sync().get("key")).isEqualTo("value");
                assertThat(cache.stats().replicaReads()).isEqualTo(1);
            }
        }
    }
}
