package dev.lockstep.topology;

import static dev.lockstep.topology.Watched.at;
import static dev.lockstep.topology.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Failovers of real servers under real sentinels, as the watcher sees them. */
class FailoverIT {

    private static final Logger LOG = LoggerFactory.getLogger(FailoverIT.class);

    private static LocalRedis group() {
        return LocalRedis.sentinel().password("data-secret").quickDemotion(true);
    }

    @Test
    void a_killed_primary_is_replaced_and_comes_back_as_a_replica() {
        try (Watched watched = new Watched(group())) {
            watched.awaitReplicas(2);
            LocalServer old = watched.servers.primary();
            Position last = Objects.requireNonNull(
                    Objects.requireNonNull(watched.node(old)).position());
            assertThat(watched.primary()).isEqualTo(at(old));

            long killedAt = System.nanoTime();
            old.kill();
            watched.awaitPrimary(primary -> !primary.equals(at(old)));
            long seen = System.nanoTime() - killedAt;
            NodeAddress next = Objects.requireNonNull(watched.primary());
            until(
                    "the sentinels' announcement",
                    () -> watched.watcher.sentinels().stream().anyMatch(view -> next.equals(view.primary())));
            long announced = System.nanoTime() - killedAt;
            LOG.info(
                    "kill -9: new primary seen after {} ms, announced by the first sentinel after {} ms",
                    seen / 1_000_000,
                    announced / 1_000_000);

            assertThat(watched.watcher.histories().fate(last, position(watched).history()))
                    .isEqualTo(HistoryGraph.Fate.SURVIVED);

            old.restart();
            watched.awaitReplicating(old);
            // On a machine that stands still for a while the sentinels may go on to another one.
            assertThat(watched.primaries()).startsWith(at(old), next);
        }
    }

    @Test
    void a_promotion_is_seen_without_any_word_of_the_sentinels() {
        try (Watched watched = new Watched(group())) {
            watched.awaitReplicas(2);
            LocalServer old = watched.servers.primary();
            LocalServer next = watched.servers.replicas().get(0);

            watched.servers.sentinels().forEach(LocalServer::pause);
            old.kill();
            next.command("REPLICAOF", "NO", "ONE");

            watched.awaitPrimary(at(next)::equals);
            assertThat(watched.watcher.sentinels()).noneMatch(view -> at(next).equals(view.primary()));
        }
    }

    private static Position position(Watched watched) {
        return Objects.requireNonNull(
                Objects.requireNonNull(watched.shard().primary()).position());
    }

    @Test
    void a_frozen_primary_is_replaced_and_never_taken_back_when_it_thaws() {
        try (Watched watched = new Watched(group())) {
            watched.awaitReplicas(2);
            LocalServer old = watched.servers.primary();

            old.pause();
            watched.awaitNode(old, node -> !node.reachable());
            assertThat(watched.primary()).as("silent, not replaced").isEqualTo(at(old));
            watched.awaitPrimary(primary -> !primary.equals(at(old)));
            NodeAddress next = Objects.requireNonNull(watched.primary());

            old.resume();
            // for a while it still calls itself primary, until the sentinels reconfigure it
            watched.awaitNode(
                    old,
                    node -> node.reachable()
                            && node.info() != null
                            && node.info().role() == Role.REPLICA);
            assertThat(watched.primaries()).containsExactly(at(old), next);
        }
    }

    @Test
    void a_sentinel_that_returns_with_old_news_changes_nothing() {
        try (Watched watched = new Watched(group())) {
            watched.awaitReplicas(2);
            until("three sentinels", () -> watched.watcher.sentinels().size() == 3);
            LocalServer old = watched.servers.primary();
            LocalServer away = watched.servers.sentinels().get(0);

            away.pause();
            old.pause();
            watched.awaitPrimary(primary -> !primary.equals(at(old)));
            NodeAddress next = Objects.requireNonNull(watched.primary());
            until(
                    "two sentinels agree",
                    () -> watched.watcher.sentinels().stream()
                                    .filter(view -> next.equals(view.primary()))
                                    .count()
                            == 2);
            assertThat(watched.watcher.sentinels())
                    .filteredOn(view -> view.address().equals(at(away)))
                    .singleElement()
                    .satisfies(view -> {
                        assertThat(view.reachable()).isFalse();
                        assertThat(view.problem()).isNotBlank();
                    });
            old.resume();
            away.resume();
            until(
                    "all sentinels agree",
                    () -> watched.watcher.sentinels().stream()
                            .allMatch(view -> view.reachable() && next.equals(view.primary())));
            assertThat(watched.primaries()).containsExactly(at(old), next);
        }
    }

    @Test
    void one_seed_is_enough_even_if_that_sentinel_freezes() {
        try (Watched watched = new Watched(
                group(),
                deployment -> deployment.toBuilder()
                        .seeds(deployment.seeds().subList(0, 1))
                        .build())) {
            until(
                    "the other sentinels are discovered",
                    () -> watched.watcher.sentinels().stream()
                                    .filter(SentinelView::reachable)
                                    .count()
                            == 3);
            LocalServer seed = watched.servers.sentinels().stream()
                    .filter(server -> at(server)
                            .equals(Deployment.parse(watched.servers.uri())
                                    .seeds()
                                    .get(0)))
                    .findFirst()
                    .orElseThrow();
            LocalServer old = watched.servers.primary();

            seed.pause();
            old.kill();
            watched.awaitPrimary(primary -> !primary.equals(at(old)));
            NodeAddress next = Objects.requireNonNull(watched.primary());
            until(
                    "the others name it",
                    () -> watched.watcher.sentinels().stream()
                                    .filter(view -> next.equals(view.primary()))
                                    .count()
                            == 2);
            seed.resume();
            until("the seed is back", () -> watched.watcher.sentinels().stream().allMatch(SentinelView::reachable));
            assertThat(watched.watcher.sentinels()).hasSize(3);
        }
    }

    @Test
    void a_failover_by_command_is_followed_while_the_old_primary_still_answers() {
        try (Watched watched = new Watched(group())) {
            watched.awaitReplicas(2);
            LocalServer old = watched.servers.primary();

            long askedAt = System.nanoTime();
            watched.servers.sentinels().get(0).command("SENTINEL", "FAILOVER", "mymaster");
            watched.awaitPrimary(primary -> !primary.equals(at(old)));
            LOG.info(
                    "SENTINEL FAILOVER: followed after {}",
                    Duration.ofNanos(System.nanoTime() - askedAt).toMillis());

            watched.awaitReplicating(old);
            assertThat(watched.primaries()).hasSize(2);
        }
    }

    @Test
    void replicas_die_return_appear_and_disappear() {
        try (Watched watched = new Watched(group())) {
            watched.awaitReplicas(2);
            LocalServer replica = watched.servers.replicas().get(0);
            long version = watched.watcher.current().version();

            replica.kill();
            watched.awaitNode(replica, node -> !node.reachable());
            assertThat(watched.watcher.current().version()).isGreaterThan(version);
            assertThat(Objects.requireNonNull(watched.node(replica)).problem()).isNotBlank();
            String before = Objects.requireNonNull(watched.node(replica)).runId();
            replica.restart();
            watched.awaitReplicating(replica);
            assertThat(Objects.requireNonNull(watched.node(replica)).runId()).isNotEqualTo(before);

            replica.pause();
            watched.awaitNode(replica, node -> !node.reachable());
            replica.resume();
            watched.awaitReplicating(replica);

            LocalServer added = watched.servers.addReplica();
            watched.awaitReplicating(added);
            watched.awaitReplicas(3);

            watched.servers.remove(added);
            watched.awaitReplicas(2);
            assertThat(watched.node(added)).isNull();
            assertThat(watched.primaries()).hasSize(1);
        }
    }
}
