package dev.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.topology.HistoryGraph;
import dev.lockstep.topology.Position;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MarkTest {

    private static final String OLD = "a".repeat(40);
    private static final String NEW = "b".repeat(40);

    @Test
    void itIsSettledOnceAndTellsWhoeverWaits() {
        Mark mark = new Mark(1, 1);
        List<String> told = new ArrayList<>();
        mark.whenSettled(() -> told.add("early"));
        assertThat(told).isEmpty();

        mark.settle(new Position(OLD, 7));
        mark.settle(new Position(OLD, 9));
        mark.whenSettled(() -> told.add("late"));

        assertThat(mark.position()).isEqualTo(new Position(OLD, 7));
        assertThat(told).containsExactly("early", "late");
    }

    @Test
    void aMarkOfALostConnectionHasNoPosition() {
        Mark mark = new Mark(1, 1);
        mark.settle(null);
        assertThat(mark.isSettled()).isTrue();
        assertThat(mark.position()).isNull();
    }

    @Test
    void momentsAreOrderedByConnectionThenByTime() {
        Mark early = new Mark(1, 5);
        assertThat(early.next().isAfter(early)).isTrue();
        assertThat(early.isAfter(early)).isFalse();
        assertThat(new Mark(2, 0).isAfter(early)).isTrue();
        assertThat(early.isAfter(new Mark(2, 0))).isFalse();
    }

    @Test
    void offsetsCompareAlongOneLineageOnly() {
        HistoryGraph graph = new HistoryGraph();
        graph.continues(NEW, OLD, 100);
        Lineage lineage = new Lineage(NEW, graph);

        assertThat(lineage.reaches(new Position(NEW, 150), new Position(OLD, 90)))
                .isTrue();
        assertThat(lineage.reaches(new Position(OLD, 95), new Position(OLD, 90)))
                .isTrue();
        assertThat(lineage.reaches(new Position(OLD, 80), new Position(OLD, 90)))
                .isFalse();
        // A copy beyond the cut holds writes that are lost: what it shows may be taken back.
        assertThat(lineage.reaches(new Position(OLD, 120), new Position(OLD, 90)))
                .isFalse();
        assertThat(lineage.reaches(new Position("c".repeat(40), 500), new Position(OLD, 90)))
                .isFalse();
    }
}
