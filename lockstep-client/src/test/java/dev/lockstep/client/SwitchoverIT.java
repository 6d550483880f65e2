package dev.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import dev.lockstep.topology.Deployment;
import dev.lockstep.topology.NodeAddress;
import dev.lockstep.topology.Switchover;
import dev.lockstep.topology.SwitchoverException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What an application notices of a planned switchover: nothing, but that it takes a moment. */
class SwitchoverIT {

    /** A client that finds a primary silent while it holds writes back. */
    private static Lockstep impatient(LocalDeployment redis) {
        return Lockstep.builder(Deployment.parse(redis.uri()).toBuilder()
                        .socketTimeout(Duration.ofMillis(30))
                        .build())
                .connect();
    }

    private static NodeAddress at(LocalServer server) {
        return new NodeAddress(server.host(), server.port());
    }

    @Test
    void noCallFailsAndNoneIsLostWhileThePrimaryOfAGroupIsReplacedOnPurpose() throws Exception {
        try (LocalDeployment redis = LocalRedis.sentinel()
                        .password("s3cret")
                        .quickDemotion(true)
                        .start();
                Lockstep cache = impatient(redis)) {
            try (CountingLoad load = CountingLoad.of(4, cache)) {
                load.awaitCalls(500);
                Switchover there = cache.switchover();
                load.awaitCalls(500);
                Switchover back = cache.switchover(there.from().toString());
                load.awaitCalls(500);

                load.stop();
                assertThat(back.to()).isEqualTo(there.from());
                assertThat(at(redis.primary())).isEqualTo(back.to());
                assertThat(load.failures()).isEmpty();
                assertThat(load.lost()).isEmpty();
                assertThat(cache.stats().failovers()).isEqualTo(2);
                assertThat(cache.stats().rollbacks()).isZero();
            }
            assertThatThrownBy(() -> cache.switchover(at(redis.primary()).toString()))
                    .isInstanceOf(SwitchoverException.class)
                    .hasMessageContaining("is the primary of mymaster already");
        }
    }

    @Test
    void noCallFailsAndNoneIsLostWhileAPrimaryOfAClusterIsReplacedOnPurpose() throws Exception {
        try (LocalDeployment redis = LocalRedis.cluster().password("s3cret").start();
                Lockstep cache = impatient(redis);
                CountingLoad load = CountingLoad.of(4, cache)) {
            load.awaitCalls(500);
            LocalServer old = redis.primary(0);
            LocalServer replica = redis.replicas(old).get(0);
            Switchover done = cache.switchover(at(replica).toString());
            load.awaitCalls(500);

            load.stop();
            assertThat(done.from()).isEqualTo(at(old));
            assertThat(redis.primary(0)).isEqualTo(replica);
            assertThat(load.failures()).isEmpty();
            assertThat(load.lost()).isEmpty();
            assertThat(cache.stats().rollbacks()).isZero();
        }
    }
}
