package dev.lockstep.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LinksIT {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final Duration A_WHILE = Duration.ofMillis(300);

    private final ExecutorService callers = Executors.newCachedThreadPool();
    private final List<RespConnection> open = new ArrayList<>();

    @AfterEach
    void closeConnections() throws IOException {
        for (RespConnection connection : open) {
            connection.close();
        }
        callers.shutdownNow();
    }

    /** As the application connects: by the port it is told. */
    private RespConnection connect(LocalServer server) throws IOException {
        RespConnection connection = new Endpoint(server.port(), null, null).connect(BOUND);
        open.add(connection);
        return connection;
    }

    private Future<@Nullable Object> send(RespConnection connection, String... command) {
        return callers.submit(() -> connection.call(command));
    }

    private static void assertNoAnswer(Future<?> reply) {
        assertThatThrownBy(() -> reply.get(A_WHILE.toMillis(), TimeUnit.MILLISECONDS))
                .isInstanceOf(TimeoutException.class);
    }

    private static @Nullable Object answer(Future<@Nullable Object> reply) throws Exception {
        return reply.get(BOUND.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void aCutLinkHoldsEveryByteUntilItIsHealed() throws Exception {
        try (LocalDeployment redis = LocalRedis.standalone().links(true).start()) {
            LocalServer node = redis.primary();
            RespConnection before = connect(node);
            assertThat(before.call("SET", "foo", "bar")).isEqualTo("OK");
            redis.clientLink(node).cut();
            Future<@Nullable Object> first = send(before, "INCR", "counter");
            Future<@Nullable Object> second = send(connect(node), "INCR", "counter");
            assertNoAnswer(first);
            assertNoAnswer(second);
            assertThat(node.command("GET", "counter")).isNull();
            redis.clientLink(node).heal();
            assertThat(List.of(answer(first), answer(second))).containsExactlyInAnyOrder(1L, 2L);
        }
    }

    @Test
    void aCutBetweenTwoServersLeavesTheOthersAlone() {
        try (LocalDeployment redis =
                LocalRedis.standalone().replicas(2).links(true).start()) {
            LocalServer primary = redis.primary();
            LocalServer cutOff = redis.server("node-2");
            redis.link(primary, cutOff).cut();
            primary.command("SET", "foo", "bar");
            await().atMost(BOUND)
                    .until(() -> "bar".equals(redis.server("node-3").command("GET", "foo")));
            assertThat(cutOff.command("GET", "foo")).isNull();
            redis.link(cutOff, primary).heal();
            await().atMost(BOUND).until(() -> "bar".equals(cutOff.command("GET", "foo")));
        }
    }

    @Test
    void aSlowLinkIsLateInBothDirections() throws Exception {
        try (LocalDeployment redis = LocalRedis.standalone().links(true).start()) {
            LocalServer node = redis.primary();
            RespConnection connection = connect(node);
            redis.clientLink(node).slow(Duration.ofMillis(100));
            long start = System.nanoTime();
            assertThat(connection.call("PING")).isEqualTo("PONG");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(200));
            String large = "x".repeat(20_000_000);
            assertThat(connection.call("SET", "large", large)).isEqualTo("OK");
            redis.clientLink(node).heal();
            assertThat(connection.call("GET", "large")).isEqualTo(large);
        }
    }

    @Test
    void oneConnectionCanSufferAlone() throws Exception {
        try (LocalDeployment redis = LocalRedis.standalone().links(true).start()) {
            LocalServer node = redis.primary();
            Link link = redis.clientLink(node);
            RespConnection healthy = connect(node);
            healthy.call("PING");
            RespConnection ill = connect(node);
            ill.call("PING");
            assertThat(link.connections()).hasSize(2);
            LinkConnection second = link.connections().get(1);

            second.hold();
            Future<@Nullable Object> held = send(ill, "INCR", "counter");
            assertNoAnswer(held);
            assertThat(healthy.call("GET", "counter")).isNull();
            second.release();
            assertThat(answer(held)).isEqualTo(1L);

            second.holdReplies();
            Future<@Nullable Object> unanswered = send(ill, "INCR", "counter");
            await().atMost(BOUND).until(() -> "2".equals(healthy.call("GET", "counter")));
            assertNoAnswer(unanswered);
            second.reset();
            assertThatThrownBy(() -> answer(unanswered)).hasCauseInstanceOf(IOException.class);
            assertThat(healthy.call("PING")).isEqualTo("PONG");
            await().atMost(BOUND).until(() -> link.connections().size() == 1);
        }
    }

    @Test
    void aDeadServerRefusesAndAFrozenOneIsSilent() throws Exception {
        try (LocalDeployment redis = LocalRedis.standalone().links(true).start()) {
            LocalServer node = redis.primary();
            RespConnection connection = connect(node);
            node.pause();
            Future<@Nullable Object> frozen = send(connection, "PING");
            Future<@Nullable Object> late = send(connect(node), "PING");
            assertNoAnswer(frozen);
            assertNoAnswer(late);
            node.resume();
            assertThat(List.of(answer(frozen), answer(late))).containsOnly("PONG");
            node.kill();
            assertThatThrownBy(() -> connection.call("PING")).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> connect(node)).isInstanceOf(ConnectException.class);
            node.restart();
            assertThat(connect(node).call("PING")).isEqualTo("PONG");
        }
    }

    @Test
    void aPrimaryCutFromAllOtherServersIsReplacedAndComesBackAsReplica() {
        try (LocalDeployment redis =
                LocalRedis.sentinel().links(true).quickDemotion(true).start()) {
            LocalServer old = redis.primary();
            List<Link> border = redis.border(List.of(old));
            border.forEach(Link::cut);
            await().atMost(BOUND)
                    .ignoreExceptions()
                    .until(() -> !redis.primary().equals(old));
            assertThat(old.command("SET", "foo", "lost")).isEqualTo("OK");
            border.forEach(Link::heal);
            await().atMost(BOUND).until(() -> redis.replicas().contains(old));
        }
    }

    @Test
    void linksAreAskedForAtTheStart() {
        try (LocalDeployment redis = LocalRedis.standalone().start()) {
            assertThatThrownBy(() -> redis.clientLink(redis.primary()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("links(true)");
        }
    }
}
