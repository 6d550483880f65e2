package dev.lockstep.topology;

import static dev.lockstep.topology.Watched.at;
import static dev.lockstep.topology.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Roles and histories that change by hand, connections alive, where no sentinel has a word. */
class DemotionIT {

    private Watched watched;
    private LocalServer primary;

    @BeforeEach
    void start() {
        watched = new Watched(LocalRedis.standalone().replicas(2));
        watched.awaitReplicas(2);
        primary = watched.servers.primary();
    }

    @AfterEach
    void stop() {
        watched.close();
    }

    private static void follow(LocalServer replica, LocalServer primary) {
        replica.command("REPLICAOF", primary.host(), Integer.toString(primary.port()));
    }

    private static void promote(LocalServer replica) {
        replica.command("REPLICAOF", "NO", "ONE");
    }

    @Test
    void the_new_primary_is_found_whether_it_was_promoted_before_or_after_the_old_one_was_demoted() {
        LocalServer second = watched.servers.replicas().get(0);
        promote(second);
        watched.awaitNode(second, node -> role(node) == Role.PRIMARY);
        assertThat(watched.primary()).as("the old one still answers as primary").isEqualTo(at(primary));
        follow(primary, second);
        watched.awaitPrimary(at(second)::equals);
        watched.awaitReplicating(primary);

        follow(second, primary);
        until("a demotion without successor", () -> watched.primary() == null);
        promote(primary);
        watched.awaitPrimary(at(primary)::equals);
        assertThat(watched.primaries()).containsExactly(at(primary), at(second), at(primary));
    }

    @Test
    void a_detached_copy_is_not_taken_for_the_successor_of_a_dead_primary() {
        List<LocalServer> replicas = watched.servers.replicas();
        LocalServer detached = replicas.get(0);
        LocalServer successor = replicas.get(1);
        promote(detached);
        watched.awaitNode(detached, node -> role(node) == Role.PRIMARY);
        // the second answer was asked for after the first, and so after the copy called itself primary
        for (int i = 0; i < 2; i++) {
            long seen = offset();
            primary.command("SET", "k", "v");
            until("a later answer of the primary", () -> offset() > seen);
        }

        primary.kill();
        watched.awaitNode(primary, node -> !node.reachable());
        promote(successor);

        watched.awaitPrimary(at(successor)::equals);
        assertThat(watched.primaries()).containsExactly(at(primary), at(successor));
    }

    private long offset() {
        return Objects.requireNonNull(
                        Objects.requireNonNull(watched.shard().primary()).position())
                .offset();
    }

    @Test
    void a_suspicion_or_another_ones_news_makes_a_demotion_known_at_once() {
        LocalServer second = watched.servers.replicas().get(0);
        promote(second);
        follow(primary, second);
        watched.watcher.suspect(at(primary), "READONLY");
        watched.watcher.suspect(at(primary), "READONLY");
        watched.watcher.suspect(new NodeAddress("unknown", 1), "nobody knows it");
        watched.watcher.learn(
                at(primary), ReplicationInfo.parse("role:slave\r\nmaster_replid:x\r\nslave_repl_offset:1\r\n"));
        watched.awaitPrimary(at(second)::equals);
    }

    @Test
    void a_primary_that_restarts_in_place_is_published_with_its_new_history() {
        primary.command("SET", "k", "v");
        until("the write is seen", () -> offset() > 0);
        Node before = Objects.requireNonNull(watched.shard().primary());
        long version = watched.watcher.current().version();

        primary.restartEmpty();

        watched.awaitNode(primary, node -> node.reachable() && !node.runId().equals(before.runId()));
        Node after = Objects.requireNonNull(watched.shard().primary());
        assertThat(after.address()).isEqualTo(before.address());
        assertThat(watched.watcher.current().version()).isGreaterThan(version);
        assertThat(watched.watcher
                        .histories()
                        .fate(
                                Objects.requireNonNull(before.position()),
                                Objects.requireNonNull(after.position()).history()))
                .isEqualTo(HistoryGraph.Fate.UNKNOWN);
    }

    private static Role role(Node node) {
        return node.info() == null ? null : node.info().role();
    }
}
