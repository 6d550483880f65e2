package dev.lockstep.topology;

import static dev.lockstep.topology.Watched.at;
import static dev.lockstep.topology.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Planned switchovers where no sentinel has a part: in a Redis Cluster, and not of a single server. */
class ClusterSwitchoverIT {

    private static final int SLOT = 12_182; // of the key foo

    private static Switchover switchTo(LocalDeployment servers, NodeAddress target, Consumer<String> progress) {
        ClientResources resources = Watched.resources();
        try (TopologyWatcher watcher = TopologyWatcher.open(Deployment.parse(servers.uri()), resources)) {
            return Switchover.run(watcher, target, progress);
        } finally {
            Watched.shutdown(resources);
        }
    }

    private static SwitchoverException failure(LocalDeployment servers, NodeAddress target, Consumer<String> progress) {
        SwitchoverException failure =
                catchThrowableOfType(SwitchoverException.class, () -> switchTo(servers, target, progress));
        assertThat(failure).as("it succeeded").isNotNull();
        assertThat(failure.changed()).as(failure.getMessage()).isFalse();
        return failure;
    }

    @Test
    void a_replica_takes_over_under_load_and_nothing_is_lost() {
        try (LocalDeployment servers =
                LocalRedis.cluster().password("data-secret").start()) {
            LocalServer old = servers.primary(SLOT);
            LocalServer target = servers.replicas(old).get(0);
            try (Writers writers = new Writers(servers, "foo", () -> servers.primary(SLOT))) {
                Switchover done = switchTo(servers, at(target), line -> {});

                assertThat(done.from()).isEqualTo(at(old));
                assertThat(done.to()).isEqualTo(at(target));
                assertThat(done.remarks()).isEmpty();
                assertThat(done.writeGap()).isBetween(Duration.ofMillis(1), Duration.ofSeconds(5));
                assertThat(servers.primary(SLOT)).isEqualTo(target);
                assertThat(String.valueOf(target.command("INFO", "replication")))
                        .contains(
                                "master_replid:" + done.history(),
                                "master_replid2:" + done.cut().history(),
                                "second_repl_offset:" + (done.cut().offset() + 1));
                writers.awaitMore();
            }
        }
    }

    @Test
    void what_cannot_be_done_is_refused_with_the_reason() {
        try (LocalDeployment servers = LocalRedis.cluster().start()) {
            LocalServer old = servers.primary(SLOT);
            LocalServer target = servers.replicas(old).get(0);
            assertThat(failure(servers, null, line -> {}))
                    .hasMessageContainingAll(
                            "the cluster has 3 shards", at(target).toString());
            assertThat(failure(servers, at(old), line -> {}))
                    .hasMessageContaining("is the primary of its shard already");
            assertThat(failure(servers, new NodeAddress("127.0.0.1", 1), line -> {}))
                    .hasMessageContaining("is no replica of the cluster");
            target.kill();
            assertThat(failure(servers, at(target), line -> {}))
                    .hasMessageContainingAll(at(target).toString(), "nothing listens there");
            assertThat(servers.primary(SLOT)).isEqualTo(old);
        }
    }

    @Test
    void slots_on_their_way_are_not_handed_over() {
        try (LocalDeployment servers = LocalRedis.cluster().start()) {
            LocalServer old = servers.primary(SLOT);
            LocalServer other = servers.primary(0);
            LocalServer target = servers.replicas(old).get(0);
            String slot = Integer.toString(SLOT);
            old.command("CLUSTER", "SETSLOT", slot, "MIGRATING", String.valueOf(other.command("CLUSTER", "MYID")));
            assertThat(failure(servers, at(target), line -> {}))
                    .hasMessageContainingAll("slots are being moved to or from " + at(old), "finish that first");
            old.command("CLUSTER", "SETSLOT", slot, "STABLE");
            assertThat(servers.moveSlots(other, old, List.of(0, 1, 2)).run()).isTrue();
            switchTo(servers, at(target), line -> {});
            until(
                    "the slots that have just come are the new primary's",
                    () -> servers.primary(0).equals(target));
        }
    }

    @Test
    void without_a_vote_the_old_primary_goes_on() {
        try (LocalDeployment servers = LocalRedis.cluster().start()) {
            LocalServer old = servers.primary(SLOT);
            LocalServer target = servers.replicas(old).get(0);
            List<LocalServer> voters = servers.primaries().stream()
                    .filter(primary -> !primary.equals(old))
                    .toList();
            boolean[] frozen = {false};
            SwitchoverException failure = failure(servers, at(target), line -> {
                if (!frozen[0]) {
                    frozen[0] = true;
                    voters.forEach(LocalServer::pause);
                }
            });
            assertThat(failure).hasMessageContainingAll(at(old) + " goes on as the primary", "nothing was lost");

            assertThat(failure(servers, at(target), line -> {}))
                    .hasMessageContainingAll("only 1 of 3 primaries answer", "a majority has to vote");
            voters.forEach(LocalServer::resume);
            until("the primary takes writes", () -> takesWrites(old));
        }
    }

    private static boolean takesWrites(LocalServer server) {
        try {
            return "OK".equals(server.command("SET", "foo", "bar"));
        } catch (RuntimeException e) {
            return false; // CLUSTERDOWN for a while
        }
    }

    @Test
    void a_cluster_of_one_shard_needs_no_target() {
        try (LocalDeployment servers = LocalRedis.cluster().shards(1).start()) {
            LocalServer old = servers.primary(SLOT);
            LocalServer replica = servers.replicas(old).get(0);
            assertThat(switchTo(servers, null, line -> {}).to()).isEqualTo(at(replica));
        }
    }

    @Test
    void a_single_server_and_a_group_without_replicas_have_nobody_to_switch_to() {
        try (LocalDeployment servers = LocalRedis.standalone().replicas(1).start()) {
            assertThat(failure(servers, at(servers.replicas().get(0)), line -> {}))
                    .hasMessageContainingAll("was refused", "redis-sentinel://");
        }
        try (LocalDeployment servers =
                LocalRedis.sentinel().replicas(0).quickDemotion(true).start()) {
            assertThat(failure(servers, null, line -> {})).hasMessageContaining("mymaster has no replica");
        }
    }
}
