package dev.lockstep.topology;

import static dev.lockstep.topology.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A single server, its first replica, and what is left after closing. */
class OneServerIT {

    @Test
    void the_history_that_begins_with_the_first_replica_continues_the_one_before() {
        try (Watched watched = new Watched(LocalRedis.standalone())) {
            Node alone = Objects.requireNonNull(watched.shard().primary());
            assertThat(alone.version()).isNotBlank();
            assertThat(watched.shard().name()).isEqualTo(alone.address().toString());
            assertThat(watched.shard().slots()).containsExactly(SlotRange.ALL);
            Position before = Objects.requireNonNull(alone.position());

            LocalServer replica = watched.servers.addReplica();

            watched.awaitReplicating(replica);
            Position after = Objects.requireNonNull(
                    Objects.requireNonNull(watched.shard().primary()).position());
            assertThat(after.history()).isNotEqualTo(before.history());
            assertThat(watched.watcher.histories().fate(before, after.history()))
                    .isEqualTo(HistoryGraph.Fate.SURVIVED);
        }
    }

    @Test
    void no_thread_and_no_connection_is_left_after_closing() {
        try (Watched watched =
                new Watched(LocalRedis.sentinel().replicas(1).sentinels(1).quorum(1))) {
            LocalServer primary = watched.servers.primary();
            LocalServer sentinel = watched.servers.sentinels().get(0);
            String name = "name=" + Watched.CLIENT_NAME;
            assertThat((String) primary.command("CLIENT", "LIST")).contains(name);
            assertThat((String) sentinel.command("CLIENT", "LIST")).contains(name);
            assertThat(threads()).isPositive();
            long before = threads();
            Topology last = watched.watcher.current();

            watched.watcher.close();
            watched.watcher.close();

            assertThat(threads()).isEqualTo(before - 1);
            await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> {
                assertThat((String) primary.command("CLIENT", "LIST")).doesNotContain(name);
                assertThat((String) sentinel.command("CLIENT", "LIST")).doesNotContain(name);
            });
            assertThat(watched.watcher.current().version()).isGreaterThanOrEqualTo(last.version());
            watched.watcher.suspect(Watched.at(primary), "nobody listens any more");
        }
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.isAlive() && thread.getName().startsWith("lockstep-topology-"))
                .count();
    }

    @Test
    void a_listener_that_throws_or_is_removed_disturbs_nobody() {
        try (Watched watched = new Watched(LocalRedis.standalone())) {
            TopologyListener broken = (before, after) -> {
                throw new IllegalStateException("broken listener of a test");
            };
            TopologyListener removed = (before, after) -> {
                throw new AssertionError("was removed");
            };
            watched.watcher.addListener(broken);
            watched.watcher.addListener(removed);
            watched.watcher.removeListener(removed);
            long version = watched.watcher.current().version();

            watched.servers.primary().pause();
            until(
                    "silence",
                    () -> !Objects.requireNonNull(watched.shard().primary()).reachable());
            watched.servers.dataNodes().get(0).resume();
            until(
                    "back",
                    () -> Objects.requireNonNull(watched.shard().primary()).reachable());

            assertThat(watched.watcher.current().version()).isGreaterThanOrEqualTo(version + 2);
        }
    }

    @Test
    void addresses_that_servers_announce_are_translated() {
        try (Watched watched = new Watched(
                LocalRedis.standalone().replicas(1),
                deployment -> deployment.toBuilder()
                        .addressTranslation(address -> new NodeAddress("localhost", address.port()))
                        .build())) {
            watched.awaitReplicas(1);
            LocalServer seed = watched.servers.primary();
            LocalServer replica = watched.servers.replicas().get(0);
            NodeAddress translated = new NodeAddress("localhost", replica.port());
            assertThat(watched.shard().replicas().get(0).address()).isEqualTo(translated);

            replica.command("REPLICAOF", "NO", "ONE");
            seed.command("REPLICAOF", replica.host(), Integer.toString(replica.port()));

            watched.awaitPrimary(translated::equals);
            // the seed is now listed by its translated address as well, and yet is one copy
            watched.awaitReplicas(1);
            assertThat(watched.shard().replicas().get(0).address().port()).isEqualTo(seed.port());
        }
    }
}
