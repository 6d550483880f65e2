package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.DeploymentStatus.NodeStatus;
import dev.lockstep.cli.DeploymentStatus.SentinelStatus;
import dev.lockstep.cli.DeploymentStatus.ShardStatus;
import dev.lockstep.topology.Deployment;
import dev.lockstep.topology.Node;
import dev.lockstep.topology.NodeAddress;
import dev.lockstep.topology.ReplicationInfo;
import dev.lockstep.topology.Shard;
import dev.lockstep.topology.SlotRange;
import dev.lockstep.topology.Topology;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jline.utils.AttributedString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StatusTextTest {
    private static final String HISTORY = "0123456789abcdef0123456789abcdef01234567";
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00.123456Z");

    private static final String PRIMARY_INFO = """
            role:master
            connected_slaves:1
            slave0:ip=10.0.0.2,port=6379,state=online,offset=1200,lag=1
            master_replid:%s
            master_repl_offset:1234
            repl_backlog_active:1
            """.formatted(HISTORY);

    private static final String REPLICA_INFO = """
            role:slave
            master_host:10.0.0.1
            master_port:6379
            master_link_status:%s
            master_link_down_since_seconds:%d
            master_sync_in_progress:0
            slave_repl_offset:%d
            master_replid:%s
            """;

    private static Node node(String host, String info) {
        return new Node(
                new NodeAddress(host, 6379), "r", ReplicationInfo.parse(info), true, null, "redis 7.0.15", true);
    }

    private static DeploymentStatus of(Node primary, Node... replicas) {
        Shard shard = new Shard("mymaster", List.of(SlotRange.ALL), 1, primary, List.of(replicas));
        Deployment deployment = Deployment.parse("redis://:secret@10.0.0.1", Map.of());
        return DeploymentStatus.of(deployment, new Topology(3, List.of(shard)), List.of(), NOW);
    }

    @Test
    void aReplicaLagsByWhatItLacksOfThePrimarysHistory() {
        DeploymentStatus status =
                of(node("10.0.0.1", PRIMARY_INFO), node("10.0.0.2", REPLICA_INFO.formatted("up", -1, 1200, HISTORY)));
        NodeStatus replica = status.shards().get(0).replicas().get(0);
        assertThat(replica.lagBytes()).isEqualTo(34);
        assertThat(replica.lagSeconds()).isEqualTo(1);
        assertThat(replica.link()).isEqualTo("up");
        assertThat(status.observedAt()).hasToString("2026-11-22T12:00:00.123Z");
        assertThat(status.uri()).isEqualTo("redis://:***@10.0.0.1:6379");
    }

    @Test
    void aReplicaAskedAfterItsPrimaryIsNotAhead() {
        DeploymentStatus status =
                of(node("10.0.0.1", PRIMARY_INFO), node("10.0.0.2", REPLICA_INFO.formatted("up", -1, 1300, HISTORY)));
        assertThat(status.shards().get(0).replicas().get(0).lagBytes()).isZero();
    }

    @Test
    void ofAnotherHistoryNobodyKnowsTheLag() {
        String other = "f".repeat(40);
        DeploymentStatus status =
                of(node("10.0.0.1", PRIMARY_INFO), node("10.0.0.2", REPLICA_INFO.formatted("down", 7, 1200, other)));
        NodeStatus replica = status.shards().get(0).replicas().get(0);
        assertThat(replica.lagBytes()).isNull();
        assertThat(replica.link()).isEqualTo("down");
        assertThat(replica.linkDownSeconds()).isEqualTo(7);
    }

    @Test
    void oneLineForEachServer() {
        NodeStatus primary = new NodeStatus(
                "10.0.0.1:6379",
                "primary",
                true,
                null,
                "redis 7.0.15",
                "r",
                HISTORY,
                1_234_567L,
                null,
                null,
                null,
                null);
        NodeStatus fine = new NodeStatus(
                "10.0.0.2:6379", "replica", true, null, "redis 7.0.15", "r", HISTORY, 1_234_500L, "up", null, 67L, 0L);
        NodeStatus dead = new NodeStatus(
                "10.0.0.3:6379", null, false, "nothing listens there", null, null, null, null, null, null, null, null);
        NodeStatus demoted = new NodeStatus(
                "10.0.0.4:6379", "primary", true, null, "redis 7.0.15", "r", "ffffffffff", 9L, null, null, null, null);
        DeploymentStatus status = new DeploymentStatus(
                1,
                NOW,
                "redis-sentinel://10.0.0.9:26379#缓存",
                "sentinel",
                1,
                16384,
                List.of(),
                List.of(shard("缓存", List.of("0-16383"), 16384, primary, List.of(fine, dead, demoted))),
                List.of(new SentinelStatus("10.0.0.9:26379", true, null, "10.0.0.1:6379", 4L, "master,s_down", 3, 2)));
        assertThat(StatusText.lines(status)).map(AttributedString::toString).containsExactly("""
                redis-sentinel://10.0.0.9:26379#缓存  at 2026-11-22T12:00:00.123456Z

                缓存     ADDRESS        STATE         HISTORY      OFFSET   LAG    ACKED  LINK  SERVER        PROBLEM
                primary  10.0.0.1:6379  up            01234567  1,234,567                       redis 7.0.15
                replica  10.0.0.2:6379  up            01234567  1,234,500  67 B  0 s ago  up    redis 7.0.15
                replica  10.0.0.3:6379  down          -                 -     -        -        -             nothing listens there
                replica  10.0.0.4:6379  says primary  ffffffff          9     -        -        redis 7.0.15

                SENTINEL        STATE  NAMES AS PRIMARY  EPOCH  FLAGS          REPLICAS  OTHER SENTINELS
                10.0.0.9:26379  up     10.0.0.1:6379         4  master,s_down         3                2
                """.split("\n"));
    }

    @Test
    void withoutAPrimaryItSaysSo() {
        DeploymentStatus status = new DeploymentStatus(
                1,
                NOW,
                "redis://10.0.0.1:6379",
                "standalone",
                1,
                16384,
                List.of(),
                List.of(shard("x", List.of("0-16383"), 16384, null, List.of())),
                List.of());
        assertThat(StatusText.lines(status)).map(AttributedString::toString).contains("no primary");
    }

    private static ShardStatus shard(
            String name, List<String> slots, int count, @Nullable NodeStatus primary, List<NodeStatus> replicas) {
        return new ShardStatus(name, slots, count, 4, primary, replicas);
    }

    private static NodeStatus up(int port, long offset, @Nullable Long lag) {
        return new NodeStatus(
                "10.0.0.1:" + port,
                lag == null ? "primary" : "replica",
                true,
                null,
                "redis 7.0.15",
                "r",
                HISTORY,
                offset,
                lag == null ? null : "up",
                null,
                lag,
                lag == null ? null : 1L);
    }

    @Test
    void aClusterIsAListOfShardsWithTheirSlots() {
        NodeStatus dead = new NodeStatus(
                "10.0.0.1:7001", null, false, "nothing listens there", null, null, null, null, null, null, null, null);
        DeploymentStatus status = new DeploymentStatus(
                1,
                NOW,
                "redis-cluster://10.0.0.1:7000",
                "cluster",
                1,
                16379,
                List.of("100-102", "7", "16383"),
                List.of(
                        shard(
                                "0a0a0a0a",
                                List.of("0-6", "8-99", "103-8191"),
                                8188,
                                up(7000, 1_234_567, null),
                                List.of(up(7003, 1_234_567, 0L))),
                        shard("1b1b1b1b", List.of("8192-16382"), 8191, dead, List.of(up(7004, 99, 1L))),
                        shard("2c2c2c2c", List.of(), 0, up(7002, 0, null), List.of()),
                        shard("3d3d3d3d", List.of(), 0, null, List.of())),
                List.of());
        assertThat(StatusText.lines(status)).map(AttributedString::toString).containsExactly("""
                redis-cluster://10.0.0.1:7000  at 2026-11-22T12:00:00.123456Z
                16,379 of 16,384 slots are covered
                WARNING: no shard owns slots 100-102 7 16383
                WARNING: no primary answers for slots 8192-16382

                SHARD       ADDRESS        STATE  HISTORY      OFFSET  LAG    ACKED  LINK  SERVER        PROBLEM
                0a0a0a0a  slots 0-6 8-99 103-8191 (8,188), epoch 4
                primary     10.0.0.1:7000  up     01234567  1,234,567                      redis 7.0.15
                replica     10.0.0.1:7003  up     01234567  1,234,567  0 B  1 s ago  up    redis 7.0.15
                1b1b1b1b  slots 8192-16382 (8,191), epoch 4
                primary     10.0.0.1:7001  down   -                 -                      -             nothing listens there
                replica     10.0.0.1:7004  up     01234567         99  1 B  1 s ago  up    redis 7.0.15
                2c2c2c2c  no slots, epoch 4
                primary     10.0.0.1:7002  up     01234567          0                      redis 7.0.15
                3d3d3d3d  no slots, epoch 4
                no primary
                """.split("\n"));
    }

    @Test
    void whatNoShardOwnsIsNotCovered() {
        Node primary = node("10.0.0.1", PRIMARY_INFO);
        Topology topology = new Topology(
                1,
                List.of(
                        new Shard("a", List.of(new SlotRange(0, 6), new SlotRange(8, 8191)), 1, primary, List.of()),
                        new Shard("b", List.of(new SlotRange(8192, 16380)), 2, primary, List.of()),
                        new Shard("c", List.of(new SlotRange(16382, 16382)), 3, null, List.of())));
        DeploymentStatus status =
                DeploymentStatus.of(Deployment.parse("redis-cluster://10.0.0.1", Map.of()), topology, List.of(), NOW);
        assertThat(status.kind()).isEqualTo("cluster");
        assertThat(status.coveredSlots()).isEqualTo(16381);
        assertThat(status.uncoveredSlots()).containsExactly("7", "16381", "16383");
        assertThat(status.shards())
                .extracting(ShardStatus::slots)
                .containsExactly(List.of("0-6", "8-8191"), List.of("8192-16380"), List.of("16382"));
        assertThat(status.shards()).extracting(ShardStatus::slotCount).containsExactly(8191, 8189, 1);
        assertThat(status.shards()).extracting(ShardStatus::epoch).containsExactly(1L, 2L, 3L);
    }
}
