package dev.lockstep.drill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.topology.ReplicationInfo;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WitnessTest {
    private static final String OLD = "a".repeat(40);
    private static final String NEW = "b".repeat(40);
    private static final String OTHER = "c".repeat(40);

    private final Witness witness = new Witness(0);

    private static ReplicationInfo primary(String history, String parent) {
        return ReplicationInfo.parse("role:master\nmaster_replid:" + history + "\nmaster_replid2:" + parent
                + "\nmaster_repl_offset:100\nsecond_repl_offset:90\n");
    }

    private static ReplicationInfo primary(String history) {
        return primary(history, "0".repeat(40));
    }

    private static ReplicationInfo replicaOf(int port, String link) {
        return ReplicationInfo.parse("role:slave\nmaster_host:127.0.0.1\nmaster_port:" + port + "\nmaster_link_status:"
                + link + "\nslave_repl_offset:100\nmaster_replid:" + OLD + "\nmaster_repl_offset:100\n");
    }

    private void start() {
        witness.answered("node-1", primary(OLD), 0, 1);
        witness.answered("node-2", replicaOf(1, "up"), 0, 1);
    }

    @Test
    void seesNoChangeInTheFirstPrimary() {
        start();

        assertThat(witness.primary()).isEqualTo("node-1");
        assertThat(witness.changes()).isEmpty();
    }

    @Test
    void boundsAPromotionByTheAnswersBeforeAndAfterIt() {
        start();
        witness.answered("node-2", replicaOf(1, "down"), 50, 55);
        witness.answered("node-2", primary(NEW, OLD), 90, 95);

        assertThat(witness.changes()).containsExactly(new PrimaryChange(0, 50, 95, "node-1", "node-2"));
    }

    @Test
    void callsAPrimaryThatReturnsBesideItsSuccessorOusted() {
        start();
        witness.silent("node-1", NodeLane.State.DOWN, 40);
        witness.answered("node-2", primary(NEW, OLD), 90, 95);
        witness.answered("node-1", primary(OTHER), 100, 105);

        assertThat(witness.primary()).isEqualTo("node-2");
        assertThat(witness.changes()).hasSize(1);
        assertThat(witness.nodes(NodeLane.State.OUSTED)).containsExactly("node-1");
    }

    @Test
    void callsAPrimaryOustedThatNeverWentAway() {
        start();
        witness.answered("node-2", primary(NEW, OLD), 90, 95);

        assertThat(witness.nodes(NodeLane.State.OUSTED)).containsExactly("node-1");
    }

    @Test
    void countsARestartWithAnotherHistoryAsAChange() {
        start();
        witness.silent("node-1", NodeLane.State.DOWN, 40);
        witness.answered("node-1", primary(OTHER), 100, 105);

        assertThat(witness.changes()).containsExactly(new PrimaryChange(0, 0, 105, "node-1", "node-1"));
    }

    @Test
    void isWholeOnlyWithEveryReplicaInStepWithThePrimary() {
        Map<String, Integer> ports = Map.of("node-1", 1, "node-2", 2);
        start();
        assertThat(witness.isWhole(ports)).isTrue();

        witness.answered("node-2", replicaOf(1, "down"), 10, 11);
        assertThat(witness.isWhole(ports)).isFalse();

        witness.answered("node-2", replicaOf(3, "up"), 20, 21);
        assertThat(witness.isWhole(ports)).isFalse();

        witness.answered("node-2", replicaOf(1, "up"), 30, 31);
        assertThat(witness.isWhole(Map.of("node-1", 1, "node-2", 2, "node-3", 3)))
                .isFalse();
    }

    @Test
    void drawsLanesWithoutGaps() {
        start();
        witness.silent("node-1", NodeLane.State.DOWN, 40);

        assertThat(witness.lanes(100).get(0))
                .isEqualTo(new NodeLane(
                        "node-1",
                        java.util.List.of(
                                new NodeLane.Span(NodeLane.State.DOWN, 0, 1),
                                new NodeLane.Span(NodeLane.State.PRIMARY, 1, 40),
                                new NodeLane.Span(NodeLane.State.DOWN, 40, 100))));
    }
}
