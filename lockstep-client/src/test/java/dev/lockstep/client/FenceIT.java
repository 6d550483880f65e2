package dev.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.local.Link;
import dev.lockstep.local.LinkConnection;
import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import io.lettuce.core.RedisFuture;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A write whose connection went silent does not come back to life after a later one. */
class FenceIT {

    private LocalDeployment redis;
    private LocalServer server;

    @BeforeEach
    void start() {
        redis = LocalRedis.standalone().password("s3cret").links(true).start();
        server = redis.primary();
    }

    @AfterEach
    void stop() {
        redis.close();
    }

    @Test
    void aRepeatedWriteIsNotOvertakenByItsFormerSelf() throws Exception {
        try (Lockstep cache = Lockstep.connect(redis.uri())) {
            var async = cache.primary().async();
            async.set("key", "0").get(5, TimeUnit.SECONDS);
            List<LinkConnection> held = holdOpenConnections();
            RedisFuture<String> first = async.set("key", "1"); // its bytes are on their way, for a long time
            RedisFuture<String> second = async.set("key", "2");

            assertThat(second.get(15, TimeUnit.SECONDS)).isEqualTo("OK"); // over another connection
            assertThat(first.get(15, TimeUnit.SECONDS)).isEqualTo("OK");
            deliver(held);

            assertThat(cache.primary().sync().get("key")).isEqualTo("2");
        }
    }

    @Test
    void aWriteThatMustNotBeRepeatedIsNot() throws Exception {
        try (Lockstep cache = Lockstep.connect(redis.uri())) {
            var async = cache.primary().async();
            async.incr("counter").get(5, TimeUnit.SECONDS);
            List<LinkConnection> held = holdOpenConnections();
            RedisFuture<Long> unanswered = async.incr("counter");

            assertThatThrownBy(() -> unanswered.get(15, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(OutcomeUnknownException.class);
            assertThat(async.incr("counter").get(15, TimeUnit.SECONDS)).isEqualTo(2);
            deliver(held);

            assertThat(cache.primary().sync().get("counter")).isEqualTo("2");
        }
    }

    @Test
    void withoutTheRightToKillNothingIsRepeated() throws Exception {
        server.command("ACL", "SETUSER", "limited", "on", ">pw", "~*", "&*", "+@all", "-client|kill");
        try (Lockstep cache = Lockstep.connect("redis://limited:pw@" + server.host() + ":" + server.port())) {
            var async = cache.primary().async();
            async.set("key", "0").get(5, TimeUnit.SECONDS);
            List<LinkConnection> held = holdOpenConnections();
            RedisFuture<String> unanswered = async.set("key", "1");

            assertThatThrownBy(() -> unanswered.get(15, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(OutcomeUnknownException.class)
                    .hasMessageContaining("does not allow CLIENT KILL");
            deliver(held);
        }
    }

    /** Freezes the wires that are open now; connections still to come are free. */
    private List<LinkConnection> holdOpenConnections() {
        List<LinkConnection> open = link().connections();
        open.forEach(LinkConnection::hold);
        return open;
    }

    private Link link() {
        return redis.clientLink(server);
    }

    /** What was held arrives; waits until the server has had the time to do what it would do with it. */
    private void deliver(List<LinkConnection> held) {
        held.forEach(LinkConnection::release);
        await().atMost(Duration.ofSeconds(10))
                .until(() -> link().connections().stream().noneMatch(held::contains));
    }
}
