package dev.lockstep.topology;

import static dev.lockstep.topology.Watched.at;
import static dev.lockstep.topology.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalRedisException;
import dev.lockstep.local.LocalServer;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Planned switchovers of real servers under real sentinels: done, refused, and failing halfway. */
class SentinelSwitchoverIT {

    private static final Logger LOG = LoggerFactory.getLogger(SentinelSwitchoverIT.class);
    private static final String ORDERING = "Ordering the failover";

    private LocalDeployment servers;
    private LocalServer primary;
    private List<LocalServer> replicas;

    @BeforeEach
    void start() {
        servers = LocalRedis.sentinel()
                .password("data-secret")
                .quickDemotion(true)
                .start();
        primary = servers.primary();
        replicas = servers.replicas();
    }

    @AfterEach
    void stop() {
        servers.close();
    }

    private Switchover switchTo(LocalServer target) {
        return switchTo(target == null ? null : at(target), line -> {});
    }

    private Switchover switchTo(NodeAddress target, Consumer<String> progress) {
        return switchTo(servers.uri(), target, progress);
    }

    private static Switchover switchTo(String uri, NodeAddress target, Consumer<String> progress) {
        ClientResources resources = Watched.resources();
        try (TopologyWatcher watcher = TopologyWatcher.open(Deployment.parse(uri), resources)) {
            return Switchover.run(watcher, target, line -> {
                LOG.info("{}", line);
                progress.accept(line);
            });
        } finally {
            Watched.shutdown(resources);
        }
    }

    private SwitchoverException failure(NodeAddress target, Consumer<String> progress) {
        SwitchoverException failure = catchThrowableOfType(SwitchoverException.class, () -> switchTo(target, progress));
        assertThat(failure).as("it succeeded").isNotNull();
        LOG.info("{}", failure.getMessage());
        assertThat(failure.getMessage()).doesNotContain("data-secret");
        assertThat(failure.changed()).as(failure.getMessage()).isFalse();
        return failure;
    }

    private void refuses(NodeAddress target, String... words) {
        assertThat(failure(target, line -> {}))
                .hasMessageContaining("was refused")
                .hasMessageContainingAll(words);
    }

    private static String priority(LocalServer server) {
        return ((List<?>) server.command("CONFIG", "GET", "replica-priority"))
                .get(1)
                .toString();
    }

    private static Consumer<String> when(String words, Runnable action) {
        return line -> {
            if (line.contains(words)) {
                action.run();
            }
        };
    }

    @Test
    void a_replica_takes_over_under_load_and_nothing_is_lost() {
        try (Writers writers = new Writers(servers, "written", servers::primary)) {
            Switchover done = switchTo(null);

            assertThat(done.from()).isEqualTo(at(primary));
            assertThat(replicas).anyMatch(replica -> at(replica).equals(done.to()));
            assertThat(done.to()).isEqualTo(at(servers.primary()));
            assertThat(done.shard()).isEqualTo("mymaster");
            assertThat(done.remarks()).isEmpty();
            assertThat(done.writeGap()).isBetween(Duration.ofMillis(1), Duration.ofSeconds(5));
            assertThat(String.valueOf(servers.primary().command("INFO", "replication")))
                    .contains(
                            "master_replid:" + done.history(),
                            "master_replid2:" + done.cut().history());
            writers.awaitMore();
        }
        assertThat(servers.replicas(servers.primary())).contains(primary);
    }

    @Test
    void a_given_replica_takes_over_and_priorities_are_as_before() {
        LocalServer target = replicas.get(1);
        replicas.get(0).command("CONFIG", "SET", "replica-priority", "1");
        target.command("CONFIG", "SET", "replica-priority", "70");
        try (Writers writers = new Writers(servers, "written", servers::primary)) {
            Switchover done = switchTo(target);

            assertThat(done.to()).isEqualTo(at(target));
            assertThat(done.remarks()).isEmpty();
            writers.awaitMore();
        }
        assertThat(priority(replicas.get(0))).isEqualTo("1");
        assertThat(priority(target)).isEqualTo("70");

        // and back again, to a node that was not told any priority
        assertThat(switchTo(primary).to()).isEqualTo(at(primary));
        assertThat(servers.dataNodes())
                .extracting(SentinelSwitchoverIT::priority)
                .containsExactly("100", "1", "70");
    }

    @Test
    void who_cannot_be_primary_is_refused() {
        refuses(at(primary), at(primary) + " is the primary of mymaster already");
        refuses(
                new NodeAddress("127.0.0.1", 1),
                "127.0.0.1:1 is no replica",
                at(replicas.get(0)).toString());

        replicas.get(0).command("CONFIG", "SET", "replica-priority", "0");
        refuses(at(replicas.get(0)), "replica-priority 0");
        replicas.get(0).command("CONFIG", "SET", "replica-priority", "100");

        LocalServer cutOff = replicas.get(0);
        cutOff.command("CONFIG", "SET", "masterauth", "wrong");
        primary.command("CLIENT", "KILL", "TYPE", "replica");
        until(
                "the link is down",
                () -> String.valueOf(cutOff.command("INFO", "replication")).contains("master_link_status:down"));
        refuses(at(cutOff), "replica " + at(cutOff), "link");
        refuses(null, "replica " + at(cutOff), "link");
    }

    @Test
    void a_replica_that_might_come_back_with_less_is_refused() {
        LocalServer dead = replicas.get(0);
        dead.kill();
        refuses(null, "replica " + at(dead), "nothing listens there", "SENTINEL RESET mymaster");
        refuses(at(replicas.get(1)), "replica " + at(dead), "nothing listens there");
    }

    @Test
    void without_a_majority_of_the_sentinels_it_is_refused() {
        servers.sentinels().subList(0, 2).forEach(LocalServer::kill);
        refuses(null, "only 1 of 3 sentinels answer", "nothing listens there");
    }

    @Test
    void without_the_rights_it_says_which_to_grant() {
        for (LocalServer node : servers.dataNodes()) {
            node.command("ACL SETUSER app on >data-secret ~* +@all -client|pause".split(" "));
        }
        SwitchoverException failure = catchThrowableOfType(
                SwitchoverException.class, () -> switchTo(servers.uri().replace("://:", "://app:"), null, line -> {}));
        assertThat(failure).hasMessageContainingAll("NOPERM", "+client|pause");
        assertThat(failure.changed()).isFalse();
        assertThat(servers.primary()).isEqualTo(primary);
    }

    @Test
    void without_masterauth_at_the_primary_it_is_refused() {
        primary.command("CONFIG", "SET", "masterauth", "");
        refuses(null, "the primary " + at(primary) + " has no masterauth");
    }

    @Test
    void a_replica_that_freezes_halfway_costs_nothing_but_time() {
        try (Writers writers = new Writers(servers, "written", servers::primary)) {
            SwitchoverException failure = failure(null, when(ORDERING, () -> replicas.forEach(LocalServer::pause)));

            assertThat(failure)
                    .hasMessageContainingAll("no replica became primary within 5 s", "All is as it was before");
            assertThat(primary.command("SET", "after", "1")).isEqualTo("OK");
            writers.awaitMore();
            replicas.forEach(LocalServer::resume);
            // one of them promotes itself as it thaws, and is made a replica again
            until("all replicas follow again", () -> servers.replicas(primary).size() == 2 && inSync());
            writers.awaitMore();
        }
        assertThat(servers.primary()).isEqualTo(primary);
        assertThat(switchTo(null).remarks()).as("and then it can be done").isEmpty();
    }

    private boolean inSync() {
        return replicas.stream().allMatch(replica -> {
            try {
                return String.valueOf(replica.command("INFO", "replication")).contains("master_link_status:up");
            } catch (LocalRedisException e) {
                return false;
            }
        });
    }

    @Test
    void sentinels_that_freeze_halfway_do_not_carry_out_the_order_when_they_thaw() {
        try (Writers writers = new Writers(servers, "written", servers::primary)) {
            LocalServer target = replicas.get(0);
            SwitchoverException failure =
                    failure(at(target), when(ORDERING, () -> servers.sentinels().forEach(LocalServer::pause)));

            assertThat(failure).hasMessageContainingAll("did not answer SENTINEL FAILOVER", "All is as it was before");
            assertThat(primary.command("SET", "after", "1")).isEqualTo("OK");
            assertThat(priority(target)).isEqualTo("100");
            writers.awaitMore();
            servers.sentinels().forEach(LocalServer::resume);
            until(
                    "one has read the order and its end",
                    () -> servers.sentinels().stream()
                            .anyMatch(sentinel -> sentinel.logTail(50).contains("+reset-master")));
            assertThat(servers.sentinels())
                    .noneMatch(sentinel -> String.valueOf(sentinel.command("SENTINEL", "MASTER", "mymaster"))
                            .contains("failover_in_progress"));
            writers.awaitMore();
        }
        assertThat(servers.primary()).isEqualTo(primary);
        assertThat(servers.replicas(primary)).hasSize(2);
    }

    @Test
    void an_interrupt_before_the_order_leaves_all_as_it_was() {
        Thread caller = Thread.currentThread();
        SwitchoverException failure =
                failure(at(replicas.get(1)), when("Waiting until every sentinel has seen", caller::interrupt));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(failure).hasMessageContainingAll("it was stopped", "All is as it was before");
        assertThat(priority(replicas.get(1))).isEqualTo("100");
        assertThat(servers.primary()).isEqualTo(primary);
        assertThat(primary.command("SET", "after", "1")).isEqualTo("OK");
    }

    @Test
    void of_two_at_once_the_second_is_refused() {
        SwitchoverException[] second = new SwitchoverException[1];
        Switchover first = switchTo(
                at(replicas.get(1)),
                when("Waiting until every sentinel has seen", () -> second[0] = failure(null, line -> {})));
        assertThat(second[0]).hasMessageContaining("another switchover is under way");
        assertThat(first.remarks()).isEmpty();
    }
}
