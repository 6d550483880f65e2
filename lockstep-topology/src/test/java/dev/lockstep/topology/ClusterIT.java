package dev.lockstep.topology;

import static dev.lockstep.topology.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.local.LocalRedis;
import java.time.Duration;
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
            until("another primary", () -> !primaryOf(watched, 0).equals(old));
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
}
