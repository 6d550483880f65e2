package dev.lockstep.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import dev.lockstep.topology.TopologyException.Kind;
import io.lettuce.core.resource.ClientResources;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a caller reads who got something wrong, by real servers. */
class ConnectProblemsIT {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectProblemsIT.class);
    private static final String DATA = "data-secret";
    private static final String SENTINEL = "sentinel-secret";

    private static ClientResources resources;
    private static LocalDeployment servers;
    private static LocalServer sentinel;
    private static LocalServer data;

    @BeforeAll
    static void start() {
        resources = Watched.resources();
        servers = LocalRedis.sentinel()
                .replicas(1)
                .sentinels(1)
                .quorum(1)
                .password(DATA)
                .sentinelPassword(SENTINEL)
                .downAfter(Duration.ofSeconds(30))
                .start();
        sentinel = servers.sentinels().get(0);
        data = servers.primary();
    }

    @AfterAll
    static void stop() {
        servers.close();
        Watched.shutdown(resources);
    }

    private static TopologyException failure(String uri) {
        long start = System.nanoTime();
        Deployment deployment = Deployment.parse(uri, Map.of());
        TopologyException failure = catchThrowableOfType(
                TopologyException.class,
                () -> TopologyWatcher.open(deployment, resources).close());
        assertThat(failure).as("%s was opened", uri).isNotNull();
        LOG.info("after {} ms {}: {}", (System.nanoTime() - start) / 1_000_000, failure.kind(), failure.getMessage());
        assertThat(failure.getMessage())
                .contains(deployment.toString())
                .doesNotContain(DATA)
                .doesNotContain(SENTINEL)
                .doesNotContain("wrong-secret");
        return failure;
    }

    private static String sentinels(String user, String password, String name) {
        return "redis-sentinel://" + user + at(sentinel) + (password.isEmpty() ? "" : "?sentinelPassword=" + password)
                + "#" + name;
    }

    private static String at(LocalServer server) {
        return Watched.at(server).toString();
    }

    @Test
    void wrong_password_of_the_data_nodes() {
        TopologyException failure = failure(sentinels(":wrong-secret@", SENTINEL, "mymaster"));

        assertThat(failure.kind()).isEqualTo(Kind.AUTHENTICATION);
        assertThat(failure).hasMessageContaining("primary " + at(data) + ": it refuses the credentials");
    }

    @Test
    void no_password_for_the_data_nodes() {
        assertThat(failure(sentinels("", SENTINEL, "mymaster"))).hasMessageContaining("wants a password");

        TopologyException failure = failure("redis://" + at(data));
        assertThat(failure.kind()).isEqualTo(Kind.AUTHENTICATION);
        assertThat(failure).hasMessageContaining("server " + at(data) + ": it wants a password");
    }

    @Test
    void a_user_who_may_not_ask() {
        data.command("ACL", "SETUSER", "app", "on", ">app-secret", "~*", "+@all", "-info");
        try {
            TopologyException failure = failure("redis://app:app-secret@" + at(data));
            assertThat(failure.kind()).isEqualTo(Kind.AUTHENTICATION);
            assertThat(failure).hasMessageContaining("grant +info").hasMessageNotContaining("app-secret");
        } finally {
            data.command("ACL", "DELUSER", "app");
        }
    }

    @Test
    void wrong_or_no_password_of_the_sentinels() {
        TopologyException wrong = failure(sentinels(":" + DATA + "@", "wrong-secret", "mymaster"));
        assertThat(wrong.kind()).isEqualTo(Kind.SENTINEL_AUTHENTICATION);
        assertThat(wrong)
                .hasMessageContaining("sentinel " + at(sentinel) + ": it refuses")
                .hasMessageContaining("sentinelPassword");

        TopologyException none = failure(sentinels(":" + DATA + "@", "", "mymaster"));
        assertThat(none.kind()).isEqualTo(Kind.SENTINEL_AUTHENTICATION);
        assertThat(none).hasMessageContaining("wants a password").hasMessageContaining("sentinelPassword");
    }

    @Test
    void a_name_that_the_sentinels_do_not_know() {
        TopologyException failure = failure(sentinels(":" + DATA + "@", SENTINEL, "nonesuch"));

        assertThat(failure.kind()).isEqualTo(Kind.UNKNOWN_NAME);
        assertThat(failure).hasMessageContaining("named nonesuch").hasMessageContaining("it knows mymaster");
    }

    @Test
    void a_data_node_where_a_sentinel_was_expected_and_the_reverse() {
        TopologyException noSentinel =
                failure("redis-sentinel://:x@" + at(data) + "?sentinelPassword=" + DATA + "#mymaster");
        assertThat(noSentinel.kind()).isEqualTo(Kind.WRONG_SERVER);
        assertThat(noSentinel).hasMessageContaining("data node, not a sentinel");

        TopologyException noData = failure("redis://:" + SENTINEL + "@" + at(sentinel));
        assertThat(noData.kind()).isEqualTo(Kind.WRONG_SERVER);
        assertThat(noData).hasMessageContaining("sentinel, not a data node").hasMessageContaining("redis-sentinel://");
    }

    @Test
    void a_replica_where_a_primary_was_expected() {
        LocalServer replica = servers.replicas().get(0);

        TopologyException failure = failure("redis://:" + DATA + "@" + at(replica));

        assertThat(failure.kind()).isEqualTo(Kind.NO_PRIMARY);
        assertThat(failure).hasMessageContaining("replica and follows " + at(data));
    }

    @Test
    void tls_to_a_plain_port() {
        TopologyException node = failure("rediss://:" + DATA + "@" + at(data) + "?connectTimeout=300ms");
        assertThat(node).hasMessageContaining("if that port has no TLS, use redis");

        TopologyException group = failure("rediss-sentinel://" + at(sentinel) + "?connectTimeout=300ms#mymaster");
        assertThat(group).hasMessageContaining("sentinel " + at(sentinel)).hasMessageContaining("has no TLS");
    }

    @Test
    void nothing_listens() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        TopologyException node = failure("redis://127.0.0.1:" + port);
        assertThat(node.kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(node).hasMessageContaining("refused").hasMessageContaining("Check the addresses");

        TopologyException group = failure("redis-sentinel://127.0.0.1:" + port + "#mymaster");
        assertThat(group.kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(group).hasMessageContaining("sentinel 127.0.0.1:" + port);

        assertThat(failure("redis://no-such-host.invalid").kind()).isEqualTo(Kind.UNREACHABLE);
    }

    @Test
    void something_listens_and_never_answers() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            TopologyException failure = failure("redis://127.0.0.1:" + silent.getLocalPort() + "?connectTimeout=300ms");
            assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
            assertThat(failure).hasMessageContaining("does not answer");
        }
    }

    @Test
    void no_primary_at_the_moment() {
        try (LocalDeployment own = LocalRedis.sentinel()
                .replicas(1)
                .sentinels(1)
                .quorum(1)
                .downAfter(Duration.ofSeconds(30))
                .start()) {
            LocalServer primary = own.primary();
            primary.kill();

            TopologyException failure = failure(own.uri().replace("#", "?connectTimeout=700ms#"));

            assertThat(failure.kind()).isEqualTo(Kind.NO_PRIMARY);
            assertThat(failure)
                    .hasMessageContaining("primary " + at(primary))
                    .hasMessageContaining("try again in some seconds");
        }
    }

    @Test
    void too_few_sentinels() {
        Deployment deployment =
                Deployment.parse(sentinels(":" + DATA + "@", SENTINEL, "mymaster"), Map.of()).toBuilder()
                        .minimumSentinels(2)
                        .connectTimeout(Duration.ofMillis(700))
                        .build();

        TopologyException failure = catchThrowableOfType(
                TopologyException.class,
                () -> TopologyWatcher.open(deployment, resources).close());

        assertThat(failure.kind()).isEqualTo(Kind.NO_PRIMARY);
        assertThat(failure).hasMessageContaining("1 answered, but 2 must");
    }

    @Test
    void no_node_of_a_cluster() {
        TopologyException sentinels = failure("redis-cluster://:" + SENTINEL + "@" + at(sentinel));
        assertThat(sentinels.kind()).isEqualTo(Kind.WRONG_SERVER);
        assertThat(sentinels).hasMessageContaining("it is a sentinel");

        TopologyException single = failure("redis-cluster://:" + DATA + "@" + at(data));
        assertThat(single.kind()).isEqualTo(Kind.WRONG_SERVER);
        assertThat(single).hasMessageContaining("its cluster support is disabled); use redis://");

        TopologyException nothing = failure("redis-cluster://127.0.0.1:1,127.0.0.1:2");
        assertThat(nothing.kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(nothing).hasMessageContaining("nothing listens there");
    }

    @Test
    void a_cluster_that_refuses_or_is_no_single_server() {
        try (LocalDeployment cluster =
                LocalRedis.cluster().replicas(0).password(DATA).start()) {
            String node = at(cluster.primary(0));

            TopologyException wrong = failure("redis-cluster://:wrong-secret@" + node);
            assertThat(wrong.kind()).isEqualTo(Kind.AUTHENTICATION);
            assertThat(wrong).hasMessageContaining("it refuses the credentials");

            TopologyException single = failure("redis://:" + DATA + "@" + node);
            assertThat(single.kind()).isEqualTo(Kind.WRONG_SERVER);
            assertThat(single).hasMessageContaining("use redis-cluster://");
        }
    }
}
