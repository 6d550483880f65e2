package dev.lockstep.topology;

import static dev.lockstep.topology.Watched.at;
import static dev.lockstep.topology.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Real clusters, as the watcher sees them. */
class ClusterIT {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterIT.class);

    private static LocalRedis cluster() {
        return LocalRedis.cluster().password("data-secret").nodeTimeout(Duration.ofSeconds(1));
    }

    private static Shard shard(Watched watched, int slot) {
        return Objects.requireNonNull(watched.watcher.current().shardOf(slot), "slot " + slot + " has no shard");
    }

    private static NodeAddress primaryOf(Watched watched, int slot) {
        return Objects.requireNonNull(shard(watched, slot).primary()).address();
    }

    /** Between a demotion and the word of the new primary there may be none. */
    private static boolean isPrimaryOf(Watched watched, int slot, NodeAddress address) {
        Node primary = shard(watched, slot).primary();
        return primary != null && primary.address().equals(address);
    }

    private static void awaitWhole(Watched watched, int shards, int replicas) {
        until(shards + " whole shards", () -> {
            List<Shard> seen = watched.watcher.current().shards();
            return seen.size() == shards && seen.stream().allMatch(shard -> isWhole(shard, replicas));
        });
    }

    private static boolean isWhole(Shard shard, int replicas) {
        return shard.primary() != null
                && shard.primary().reachable()
                && shard.replicas().size() == replicas
                && shard.replicas().stream()
                        .allMatch(node -> node.reachable()
                                && node.info() != null
                                && node.info().role() == Role.REPLICA
                                && node.info().linkUp());
    }

    @Test
    void shards_with_their_slots_and_primaries_are_known_at_once() {
        try (Watched watched = new Watched(cluster().replicas(1))) {
            Topology topology = watched.watcher.current();

            assertThat(topology.shards()).hasSize(3);
            assertThat(IntStream.range(0, 16384)).allMatch(slot -> topology.shardOf(slot) != null);
            assertThat(topology.shards().stream()
                            .map(shard ->
                                    Objects.requireNonNull(shard.primary()).address())
                            .collect(Collectors.toSet()))
                    .isEqualTo(watched.servers.primaries().stream()
                            .map(Watched::at)
                            .collect(Collectors.toSet()));
            assertThat(topology.shards()).allMatch(shard -> shard.name().matches("[0-9a-f]{8}") && shard.epoch() > 0);
            awaitWhole(watched, 3, 1);
            assertThat(watched.watcher.sentinels()).isEmpty();
        }
    }

    @Test
    void a_killed_primary_is_replaced_in_the_same_shard_and_comes_back_as_a_replica() {
        try (Watched watched = new Watched(cluster().replicas(1))) {
            awaitWhole(watched, 3, 1);
            Shard before = shard(watched, 0);
            NodeAddress old = primaryOf(watched, 0);
            Position last = Objects.requireNonNull(
                    Objects.requireNonNull(before.primary()).position());

            long killedAt = System.nanoTime();
            watched.server(old).kill();
            until("another primary", () -> shard(watched, 0).primary() != null && !isPrimaryOf(watched, 0, old));
            LOG.info("kill -9: new primary seen after {} ms", (System.nanoTime() - killedAt) / 1_000_000);

            Shard after = shard(watched, 0);
            assertThat(after.name()).isEqualTo(before.name());
            assertThat(after.slots()).isEqualTo(before.slots());
            assertThat(watched.watcher
                            .histories()
                            .fate(
                                    last,
                                    Objects.requireNonNull(Objects.requireNonNull(after.primary())
                                                    .position())
                                            .history()))
                    .isEqualTo(HistoryGraph.Fate.SURVIVED);
            until("the epoch of the new claim", () -> shard(watched, 0).epoch() > before.epoch());

            watched.server(old).restart();
            awaitWhole(watched, 3, 1);
            assertThat(shard(watched, 0).name()).isEqualTo(before.name());
            assertThat(primaryOf(watched, 0)).isNotEqualTo(old);
            for (Topology told : watched.told()) {
                assertThat(told.shards()).extracting(Shard::name).hasSize(3).contains(before.name());
            }
        }
    }

    @Test
    void slots_that_move_are_followed_and_so_is_a_shard_that_is_added() {
        try (Watched watched = new Watched(cluster().replicas(0))) {
            awaitWhole(watched, 3, 0);
            LocalServer from = watched.servers.primary(0);
            LocalServer to = watched.servers.primary(16383);
            String name = shard(watched, 16383).name();
            long version = watched.watcher.current().version();

            assertThat(watched.servers.moveSlots(from, to, 0, 9).run()).isTrue();
            watched.watcher.suspect(at(to), "a MOVED named it");
            until("slot 9 has moved", () -> isPrimaryOf(watched, 9, at(to)));
            assertThat(shard(watched, 10).primary())
                    .extracting(node -> node.address())
                    .isEqualTo(at(from));
            assertThat(shard(watched, 0).name()).isEqualTo(name);
            assertThat(watched.watcher.current().version()).isGreaterThan(version);

            LocalServer added = watched.servers.addShard();
            until(
                    "a shard without slots",
                    () -> watched.watcher.current().shards().stream()
                            .anyMatch(shard -> shard.slots().isEmpty()
                                    && shard.primary() != null
                                    && shard.primary().address().equals(at(added))));
            assertThat(watched.watcher.current().shards()).hasSize(4);
            assertThat(watched.watcher.current().shards().get(3).slots()).isEmpty();
            assertThat(watched.servers.moveSlots(from, added, 100, 100).run()).isTrue();
            until("slot 100 has moved", () -> isPrimaryOf(watched, 100, at(added)));
        }
    }

    @Test
    void a_cluster_with_dead_seeds_and_dead_shards_opens_with_the_rest() {
        try (Watched watched = new Watched(cluster().replicas(0).fullCoverage(false), deployment -> {
            List<NodeAddress> seeds = new ArrayList<>(deployment.seeds());
            seeds.add(0, new NodeAddress("127.0.0.1", 1));
            return deployment.toBuilder().seeds(seeds).build();
        })) {
            awaitWhole(watched, 3, 0);
            LocalServer alive = watched.servers.primary(0);
            for (LocalServer server : watched.servers.dataNodes()) {
                if (server != alive) {
                    server.kill();
                    watched.awaitNode(server, node -> !node.reachable());
                }
            }
            assertThat(watched.watcher.current().shards()).hasSize(3);
            assertThat(shard(watched, 0).primary()).matches(Node::reachable);
            assertThat(shard(watched, 16383).primary()).matches(node -> !node.reachable());

            Deployment deployment = Deployment.parse(watched.servers.uri());
            ClientResources resources = Watched.resources();
            try (TopologyWatcher second = TopologyWatcher.open(deployment, resources)) {
                assertThat(second.current().shardOf(0)).matches(shard -> shard.primary() != null);
                assertThat(second.current().shardOf(16383)).matches(shard -> shard.primary() == null);
            } finally {
                Watched.shutdown(resources);
            }
        }
    }

    @Test
    void a_failover_by_command_is_followed_and_a_replica_dies_and_returns() {
        try (Watched watched = new Watched(cluster().replicas(1))) {
            awaitWhole(watched, 3, 1);
            String name = shard(watched, 0).name();
            NodeAddress old = primaryOf(watched, 0);
            NodeAddress next = shard(watched, 0).replicas().get(0).address();

            watched.server(next).command("CLUSTER", "FAILOVER");
            until("the replica is primary", () -> isPrimaryOf(watched, 0, next));
            awaitWhole(watched, 3, 1);
            watched.server(old).command("CLUSTER", "FAILOVER", "TAKEOVER");
            until("and back", () -> isPrimaryOf(watched, 0, old));
            awaitWhole(watched, 3, 1);
            assertThat(shard(watched, 0).name()).isEqualTo(name);

            LocalServer replica = watched.server(next);
            replica.kill();
            watched.awaitNode(replica, node -> !node.reachable());
            replica.restart();
            awaitWhole(watched, 3, 1);
            assertThat(watched.told()).allMatch(topology -> topology.shards().size() == 3);
        }
    }

    @Test
    void a_frozen_primary_is_replaced_and_never_taken_back_when_it_thaws() {
        try (Watched watched = new Watched(cluster().replicas(1))) {
            awaitWhole(watched, 3, 1);
            NodeAddress old = primaryOf(watched, 0);
            watched.server(old).pause();
            until("another primary", () -> shard(watched, 0).primary() != null && !isPrimaryOf(watched, 0, old));
            NodeAddress next = primaryOf(watched, 0);
            watched.server(old).resume();
            awaitWhole(watched, 3, 1);
            assertThat(primaryOf(watched, 0)).isEqualTo(next);
            boolean replaced = false;
            for (Topology told : watched.told()) {
                Shard shard = Objects.requireNonNull(told.shardOf(0));
                boolean isNext =
                        shard.primary() != null && shard.primary().address().equals(next);
                assertThat(replaced && !isNext).as("taken back in %s", told).isFalse();
                replaced |= isNext;
            }
        }
    }

    @Test
    void suspecting_without_end_costs_few_questions() {
        try (Watched watched = new Watched(cluster().replicas(0))) {
            awaitWhole(watched, 3, 0);
            LocalServer one = watched.servers.primary(0);
            long before = questions(one);
            for (int i = 0; i < 1_000_000; i++) {
                watched.watcher.suspect(at(one), "MOVED");
            }
            assertThat(questions(one) - before).isLessThan(5_000);
        }
    }

    private static long questions(LocalServer server) {
        return String.valueOf(server.command("INFO", "commandstats"))
                .lines()
                .filter(line -> line.startsWith("cmdstat_cluster|nodes:"))
                .mapToLong(line -> Long.parseLong(
                        line.replaceAll(".*calls=(\\d+),.*", "$1").strip()))
                .sum();
    }
}
