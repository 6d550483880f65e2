package dev.lockstep.drill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.topology.ReplicationInfo;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WitnessesTest {
    private static final String ONE = "a".repeat(40);
    private static final String TWO = "b".repeat(40);
    private static final String NEXT = "c".repeat(40);

    private final Witnesses witnesses = new Witnesses(2);

    private static ReplicationInfo primary(String history, String parent) {
        return ReplicationInfo.parse("role:master\nmaster_replid:" + history + "\nmaster_replid2:" + parent
                + "\nmaster_repl_offset:100\nsecond_repl_offset:90\n");
    }

    private static ReplicationInfo replicaOf(int port, String history) {
        return ReplicationInfo.parse("role:slave\nmaster_host:127.0.0.1\nmaster_port:" + port
                + "\nmaster_link_status:up\nslave_repl_offset:100\nmaster_replid:" + history
                + "\nmaster_repl_offset:100\n");
    }

    private void start() {
        witnesses.belongs("node-1", 1, 0);
        witnesses.belongs("node-2", 2, 1);
        witnesses.answered("node-1", 1, primary(ONE, "0".repeat(40)), 0, 1);
        witnesses.answered("node-2", 2, primary(TWO, "0".repeat(40)), 0, 1);
        witnesses.answered("node-3", 3, replicaOf(1, ONE), 0, 1);
        witnesses.answered("node-4", 4, replicaOf(2, TWO), 0, 1);
    }

    @Test
    void findsTheShardOfAReplicaByWhomItFollows() {
        start();

        assertThat(witnesses.shardOf("node-4")).isEqualTo(1);
        assertThat(witnesses.label("node-4")).isEqualTo("node-4 of shard 2");
        assertThat(witnesses.isWhole(Map.of("node-1", 1, "node-2", 2, "node-3", 3, "node-4", 4)))
                .isTrue();
    }

    @Test
    void waitsForANewNodeToFollowSomebody() {
        start();
        witnesses.answered("node-5", 5, primary(NEXT, "0".repeat(40)), 10, 11);

        assertThat(witnesses.shardOf("node-5")).isEqualTo(-1);
        assertThat(witnesses.isWhole(Map.of("node-1", 1, "node-2", 2, "node-3", 3, "node-4", 4, "node-5", 5)))
                .isFalse();

        witnesses.answered("node-5", 5, replicaOf(1, ONE), 20, 21);
        assertThat(witnesses.shardOf("node-5")).isZero();
    }

    @Test
    void attributesAPromotionToItsShardOnly() {
        start();
        witnesses.silent("node-2", NodeLane.State.DOWN, 40);
        witnesses.answered("node-4", 4, primary(NEXT, TWO), 90, 95);

        assertThat(witnesses.changes()).containsExactly(new PrimaryChange(1, 0, 95, "node-2", "node-4"));
        assertThat(witnesses.primaries()).containsExactly("node-1", "node-4");
        assertThat(witnesses.isPrimary(4)).isTrue();
        assertThat(witnesses.isPrimary(2)).isFalse();
    }

    @Test
    void knowsTheShardThatIsNamedAfterOneOfItsNodes() {
        start();
        witnesses.identified("node-2", "0123456789abcdef");

        assertThat(witnesses.shardNamed("01234567")).isEqualTo(1);
        assertThat(witnesses.shardNamed("99999999")).isEqualTo(-1);
        assertThat(new Witnesses(1).shardNamed("mymaster")).isZero();
    }

    @Test
    void noticesAReplicaThatFollowsAnotherShard() {
        start();
        assertThat(witnesses.strays()).isEmpty();

        witnesses.answered("node-4", 4, replicaOf(1, ONE), 10, 11);
        assertThat(witnesses.strays()).containsExactly("node-4");
        assertThat(witnesses.isWhole(Map.of("node-1", 1, "node-2", 2, "node-3", 3, "node-4", 4)))
                .isFalse();

        witnesses.silent("node-2", NodeLane.State.DOWN, 20);
        assertThat(witnesses.strays())
                .as("there is no primary that it could follow")
                .isEmpty();
    }
}
