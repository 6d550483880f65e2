package dev.lockstep.topology;

import static dev.lockstep.topology.HistoryGraph.Fate.LOST;
import static dev.lockstep.topology.HistoryGraph.Fate.SURVIVED;
import static dev.lockstep.topology.HistoryGraph.Fate.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HistoryGraphTest {

    private final HistoryGraph graph = new HistoryGraph();

    @Test
    void a_position_in_the_current_history_survived() {
        assertThat(fate("a", Long.MAX_VALUE, "a")).isEqualTo(SURVIVED);
    }

    @Test
    void a_promotion_keeps_everything_up_to_its_cut_and_nothing_beyond() {
        graph.continues("b", "a", 100);

        assertThat(fate("a", 100, "b")).isEqualTo(SURVIVED);
        assertThat(fate("a", 101, "b")).isEqualTo(LOST);
        assertThat(fate("b", 1, "a"))
                .as("an older history says nothing about a newer one")
                .isEqualTo(UNKNOWN);
    }

    @Test
    void the_smallest_cut_on_the_way_decides() {
        graph.continues("b", "a", 100);
        graph.continues("c", "b", 90);

        assertThat(fate("a", 90, "c")).isEqualTo(SURVIVED);
        assertThat(fate("a", 95, "c")).isEqualTo(LOST);
        assertThat(fate("b", 95, "c")).isEqualTo(LOST);
    }

    @Test
    void a_renamed_history_loses_nothing() {
        graph.continues("b", "a", Long.MAX_VALUE);

        assertThat(fate("a", 1L << 50, "b")).isEqualTo(SURVIVED);
    }

    @Test
    void the_first_telling_of_a_descent_stays() {
        graph.continues("b", "a", 100);
        graph.continues("b", "a", 200);

        assertThat(fate("a", 150, "b")).isEqualTo(LOST);
    }

    @Test
    void a_chain_with_a_gap_or_a_loop_is_unknown() {
        graph.continues("c", "b", 10);
        assertThat(fate("a", 1, "c")).isEqualTo(UNKNOWN);

        graph.continues("b", "c", 10);
        graph.continues("b", "b", 10);
        assertThat(fate("a", 1, "c")).isEqualTo(UNKNOWN);
        assertThat(graph.descends("c", "a")).isFalse();
    }

    @Test
    void descent_is_transitive_and_not_reflexive() {
        graph.continues("b", "a", 10);
        graph.continues("c", "b", 5);

        assertThat(graph.descends("c", "a")).isTrue();
        assertThat(graph.descends("a", "c")).isFalse();
        assertThat(graph.descends("a", "a")).isFalse();
    }

    @Test
    void only_a_primary_is_asked_for_its_descent() {
        graph.learn(PrimaryDecisionTest.info(Role.REPLICA, "b", "a", 7, null));
        assertThat(fate("a", 1, "b")).isEqualTo(UNKNOWN);

        graph.learn(PrimaryDecisionTest.info(Role.PRIMARY, "b", "a", 7, null));
        assertThat(fate("a", 7, "b")).isEqualTo(SURVIVED);
    }

    private HistoryGraph.Fate fate(String history, long offset, String current) {
        return graph.fate(new Position(history, offset), current);
    }
}
