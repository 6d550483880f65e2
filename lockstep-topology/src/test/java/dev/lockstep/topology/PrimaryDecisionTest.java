package dev.lockstep.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The table of who is believed to be primary. Everywhere: A was the primary in epoch 5 with history "h", last verified
 * at time 1000; B and C were its replicas.
 */
class PrimaryDecisionTest {

    private static final NodeAddress A = new NodeAddress("a", 1);
    private static final NodeAddress B = new NodeAddress("b", 2);
    private static final NodeAddress C = new NodeAddress("c", 3);
    private static final Belief A_IN_5 = new Belief(A, false, "h", 5, 1000, Set.of());
    private static final long SOON = 2000;
    private static final long LATE = 1000 + PrimaryDecision.PATIENCE;

    private final HistoryGraph histories = new HistoryGraph();
    private final Map<NodeAddress, NodeSight> nodes = new LinkedHashMap<>();
    private final List<PrimaryWord> words = new ArrayList<>();
    private int known = 3;
    private boolean settled = true;

    /** The map of a cluster is the only witness: it names who claims the slots, in which epoch. */
    @Nested
    class ByTheMapOfACluster {

        @Test
        void a_claim_in_a_newer_epoch_ends_the_old_primary_though_it_answers() {
            known = 1;
            says(B, 6);
            primary(A, "h", null);
            primary(B, "hb", "h");

            Belief belief = decide(A_IN_5, SOON);
            assertThat(belief.primary()).isEqualTo(B);
            assertThat(belief.epoch()).isEqualTo(6);
        }

        @Test
        void a_claim_of_a_silent_node_is_not_believed() {
            known = 1;
            says(B, 6);
            primary(A, "h", null);
            silent(B, "h");

            assertThat(decide(A_IN_5, SOON).primary()).isEqualTo(A);
        }

        @Test
        void a_promotion_is_known_by_its_history_first_and_by_its_epoch_later() {
            known = 1;
            says(A, 5);
            silent(A, "h");
            primary(B, "hb", "h");
            Belief byHistory = decide(A_IN_5, SOON);
            assertThat(byHistory.primary()).isEqualTo(B);

            words.clear();
            says(B, 6);
            Belief byEpoch = decide(byHistory, SOON);
            assertThat(byEpoch.epoch()).isEqualTo(6);

            // the dead one returns and claims what it had; the map weighs it and keeps naming the other
            primary(A, "h", null);
            assertThat(decide(byEpoch, SOON).primary()).isEqualTo(B);
        }

        @Test
        void two_failovers_in_short_order_end_at_the_second() {
            known = 1;
            says(B, 6);
            silent(A, "h");
            silent(B, "hb");
            histories.continues("hb", "h", 100);
            primary(C, "hc", "hb");
            Belief belief = decide(A_IN_5, SOON);
            assertThat(belief.primary()).isEqualTo(C);

            primary(B, "hb", "h");
            assertThat(decide(belief, SOON).primary())
                    .as("the first is told late")
                    .isEqualTo(C);
        }

        @Test
        void a_primary_that_restarts_in_place_stays_with_a_new_history() {
            known = 1;
            says(A, 5);
            primary(A, "other", null);

            Belief belief = decide(A_IN_5, SOON);
            assertThat(belief.primary()).isEqualTo(A);
            assertThat(belief.history()).isEqualTo("other");
        }
    }

    @Nested
    class AtStart {

        @Test
        void takes_the_word_of_the_highest_epoch_once_the_node_confirms_it() {
            says(A, 5);
            says(A, 5);
            says(B, 6);
            primary(B, "hb", "h");
            primary(A, "h", null);

            assertThat(decide(Belief.NONE, SOON).primary()).isEqualTo(B);
        }

        @Test
        void waits_for_those_who_have_not_answered_yet() {
            settled = false;
            says(A, 5);
            primary(A, "h", null);

            assertThat(decide(Belief.NONE, SOON)).isEqualTo(Belief.NONE);
        }

        @Test
        void believes_nobody_without_the_node_itself() {
            says(A, 5);
            replica(A, "h", B);
            assertThat(decide(Belief.NONE, SOON).primary()).isNull();

            nodes.clear();
            assertThat(decide(Belief.NONE, SOON).primary()).isNull();

            silent(A, "h");
            assertThat(decide(Belief.NONE, SOON).primary()).isNull();

            words.clear();
            primary(A, "h", null);
            assertThat(decide(Belief.NONE, SOON).primary()).isNull();
        }

        @Test
        void prefers_a_node_that_continues_the_history_of_the_named_one() {
            says(A, 5);
            primary(A, "h", null);
            primary(B, "hb", "h");

            assertThat(decide(Belief.NONE, SOON).primary()).isEqualTo(B);
        }

        @Test
        void does_not_prefer_a_node_of_an_unrelated_history() {
            says(A, 5);
            primary(A, "h", null);
            primary(B, "hb", null);

            assertThat(decide(Belief.NONE, SOON).primary()).isEqualTo(A);
        }

        @Test
        void follows_a_named_node_that_was_demoted() {
            says(A, 5);
            replica(A, "hb", B);
            primary(B, "hb", "other");

            assertThat(decide(Belief.NONE, SOON).primary()).isEqualTo(B);
        }
    }

    @Nested
    class WhileThePrimaryAnswers {

        @Test
        void it_stays_and_its_new_history_is_taken_over() {
            says(A, 5);
            primary(A, "h2", "h");

            assertThat(decide(A_IN_5, SOON)).isEqualTo(new Belief(A, false, "h2", 5, SOON, Set.of()));
        }

        @Test
        void a_majority_in_a_higher_epoch_overrides_it() {
            says(B, 6);
            says(B, 6);
            says(A, 5);
            primary(A, "h", null);
            primary(B, "hb", "h");

            Belief after = decide(A_IN_5, SOON);

            assertThat(after.primary()).isEqualTo(B);
            assertThat(after.epoch()).isEqualTo(6);
        }

        @Test
        void a_majority_changes_nothing_until_the_node_confirms_it() {
            says(B, 6);
            says(B, 6);
            primary(A, "h", null);
            replica(B, "h", A);

            assertThat(decide(A_IN_5, SOON).primary()).isEqualTo(A);
        }

        @ParameterizedTest
        @CsvSource({"4", "5"})
        void a_majority_with_old_news_changes_nothing(long epoch) {
            says(B, epoch);
            says(B, epoch);
            says(B, epoch);
            primary(A, "h", null);
            primary(B, "hb", null);

            assertThat(decide(A_IN_5, LATE).primary()).isEqualTo(A);
        }

        @Test
        void a_minority_changes_nothing() {
            says(B, 6);
            primary(A, "h", null);
            primary(B, "hb", "h");

            assertThat(decide(A_IN_5, SOON).primary()).isEqualTo(A);
        }

        @Test
        void a_majority_counts_in_the_epoch_that_so_many_vouch_for() {
            says(B, 9);
            says(B, 5);
            primary(A, "h", null);
            primary(B, "hb", "h");

            assertThat(decide(A_IN_5, SOON).primary()).isEqualTo(A);
        }

        @Test
        void a_belated_announcement_of_the_last_but_one_failover_changes_nothing() {
            Belief c = new Belief(C, false, "hc", 5, 1000, Set.of());
            histories.continues("hc", "hb", 10);
            says(B, 6);
            says(B, 6);
            primary(B, "hb", "h");
            primary(C, "hc", "hb");
            assertThat(decide(c, SOON).primary()).isEqualTo(C);

            silent(C, "hc");
            assertThat(decide(c, SOON).primary()).isEqualTo(C);
        }

        @Test
        void absent_sentinels_count_for_the_majority() {
            known = 5;
            says(B, 6);
            says(B, 6);
            primary(A, "h", null);
            primary(B, "hb", "h");

            assertThat(decide(A_IN_5, SOON).primary()).isEqualTo(A);
        }

        @Test
        void words_that_name_it_raise_the_epoch() {
            says(A, 8);
            primary(A, "h", null);

            assertThat(decide(A_IN_5, SOON).epoch()).isEqualTo(8);
        }

        @Test
        void a_detached_copy_is_a_stray_and_stays_one_when_the_primary_falls_silent() {
            primary(A, "h", null, 1900);
            primary(B, "hb", "h", 1500, 1800);

            Belief after = decide(A_IN_5, SOON);
            assertThat(after.strays()).containsExactly("hb");

            silent(A, "h");
            assertThat(decide(after, SOON + 1).primary()).isEqualTo(A);
        }

        @Test
        void an_answer_asked_before_the_promotion_makes_no_stray() {
            primary(A, "h", null, 1700);
            primary(B, "hb", "h", 1900, 1800);

            assertThat(decide(A_IN_5, SOON).strays()).isEmpty();
        }
    }

    @Nested
    class WhileThePrimaryIsSilent {

        @Test
        void it_stays_when_nobody_replaces_it() {
            silent(A, "h");
            replica(B, "h", A);

            assertThat(decide(A_IN_5, LATE)).isEqualTo(A_IN_5);
        }

        @Test
        void it_stays_even_when_it_is_not_known_any_more() {
            assertThat(decide(A_IN_5, SOON)).isEqualTo(A_IN_5);
        }

        @Test
        void a_node_that_continues_its_history_is_taken_before_the_sentinels_speak() {
            says(A, 5);
            says(A, 5);
            silent(A, "h");
            primary(B, "hb", "h");

            Belief after = decide(A_IN_5, SOON);

            assertThat(after.primary()).isEqualTo(B);
            assertThat(after.epoch())
                    .as("the sentinels' own word is yet to come")
                    .isEqualTo(5);
        }

        @Test
        void a_node_that_continues_it_over_several_promotions_is_taken() {
            histories.continues("hb", "h", 10);
            silent(A, "h");
            primary(C, "hc", "hb");

            assertThat(decide(A_IN_5, SOON).primary()).isEqualTo(C);
        }

        @Test
        void of_two_the_later_one_is_taken() {
            silent(A, "h");
            primary(B, "hb", "h");
            primary(C, "hc", "hb");

            assertThat(decide(A_IN_5, SOON).primary()).isEqualTo(C);
        }

        @Test
        void of_two_side_by_side_the_one_that_kept_more_is_taken() {
            silent(A, "h");
            nodes.put(B, sight(B, info(Role.PRIMARY, "hb", "h", 10, null), true, 2, 2));
            nodes.put(C, sight(C, info(Role.PRIMARY, "hc", "h", 20, null), true, 2, 2));

            assertThat(decide(A_IN_5, SOON).primary()).isEqualTo(C);
        }

        @ParameterizedTest
        @CsvSource(
                nullValues = "none",
                value = {"none", "older", "hb"})
        void a_primary_of_any_other_history_is_not_taken(@Nullable String parent) {
            silent(A, "h");
            primary(B, "hx", parent);

            assertThat(decide(A_IN_5, LATE).primary()).isEqualTo(A);
        }

        @Test
        void a_successor_that_does_not_answer_now_is_not_taken() {
            silent(A, "h");
            nodes.put(B, sight(B, info(Role.PRIMARY, "hb", "h", 10, null), false, 2, 2));

            assertThat(decide(A_IN_5, SOON).primary()).isEqualTo(A);
        }

        @Test
        void one_sentinel_with_a_newer_epoch_is_enough() {
            says(C, 6);
            silent(A, "h");
            primary(B, "hb", "h");
            primary(C, "hc", null);

            assertThat(decide(A_IN_5, SOON).primary()).isEqualTo(C);
        }

        @Test
        void a_returning_sentinel_with_old_news_changes_nothing() {
            says(C, 5);
            silent(A, "h");
            primary(C, "hc", null);

            assertThat(decide(A_IN_5, LATE).primary()).isEqualTo(A);
        }

        @Test
        void a_majority_that_names_another_one_for_long_is_followed_in_any_epoch() {
            says(B, 1);
            says(B, 1);
            silent(A, "h");
            primary(B, "hx", null);

            assertThat(decide(A_IN_5, LATE - 1).primary()).isEqualTo(A);
            assertThat(decide(A_IN_5, LATE)).isEqualTo(new Belief(B, false, "hx", 1, LATE, Set.of()));
        }
    }

    @Nested
    class OnceThePrimaryIsDemoted {

        @Test
        void there_is_none_until_another_is_verified() {
            replica(A, "h", B);
            replica(B, "h", A);

            Belief after = decide(A_IN_5, SOON);

            assertThat(after.usable()).isNull();
            assertThat(after.primary()).isEqualTo(A);
            assertThat(after.history()).isEqualTo("h");
        }

        @Test
        void it_is_not_taken_back_by_falling_silent() {
            Belief demoted = A_IN_5.asDemoted();
            silent(A, "h");

            assertThat(decide(demoted, SOON).usable()).isNull();
        }

        @Test
        void it_is_taken_back_when_it_is_promoted_again() {
            primary(A, "h2", "h");

            assertThat(decide(A_IN_5.asDemoted(), SOON).usable()).isEqualTo(A);
        }

        @Test
        void the_primary_that_it_follows_is_taken_if_it_continues_the_history() {
            replica(A, "h", B);
            primary(B, "hb", "h");

            assertThat(decide(A_IN_5, SOON).primary()).isEqualTo(B);
        }

        @Test
        void the_primary_that_it_follows_is_taken_if_it_is_a_copy_of_it_by_now() {
            replica(A, "hb", B);
            primary(B, "hb", null);

            assertThat(decide(A_IN_5, SOON).primary()).isEqualTo(B);
        }

        @Test
        void the_primary_that_it_follows_is_taken_even_if_that_was_a_stray() {
            Belief withStray = new Belief(A, false, "h", 5, 1000, Set.of("hb"));
            replica(A, "h", B);
            primary(B, "hb", "h");

            assertThat(decide(withStray, SOON).primary()).isEqualTo(B);
        }

        @Test
        void a_stray_that_it_does_not_follow_is_not_taken() {
            Belief withStray = new Belief(A, false, "h", 5, 1000, Set.of("hb"));
            replica(A, "h", C);
            primary(B, "hb", "h");
            replica(C, "h", A);

            assertThat(decide(withStray, SOON).usable()).isNull();
        }

        @Test
        void a_primary_of_an_unrelated_history_is_not_taken_although_it_follows_it() {
            replica(A, "h", B);
            primary(B, "hx", null);

            assertThat(decide(A_IN_5, SOON).usable()).isNull();
        }
    }

    @Test
    void the_dead_primary_that_comes_back_and_calls_itself_primary_is_not_taken_back() {
        histories.continues("hb", "h", 100);
        Belief bInSix = new Belief(B, false, "hb", 6, 1000, Set.of());
        says(A, 5);
        says(B, 6);
        says(B, 6);
        primary(A, "h", null);

        primary(B, "hb", "h");
        assertThat(decide(bInSix, SOON).primary()).isEqualTo(B);

        silent(B, "hb");
        assertThat(decide(bInSix, LATE).primary()).isEqualTo(B);
    }

    @Test
    void a_decision_for_another_node_says_why_and_any_other_does_not() {
        silent(A, "h");
        assertThat(PrimaryDecision.of(A_IN_5, evidence(), SOON).why()).isNull();

        primary(B, "hb", "h");
        assertThat(PrimaryDecision.of(A_IN_5, evidence(), SOON).why()).contains("continues");
    }

    private Belief decide(Belief before, long now) {
        return PrimaryDecision.of(before, evidence(), now).belief();
    }

    private Evidence evidence() {
        for (NodeSight node : nodes.values()) {
            if (node.info() != null) {
                histories.learn(node.info());
            }
        }
        return new Evidence(nodes, words, known, settled, histories);
    }

    private void says(NodeAddress primary, long epoch) {
        words.add(new PrimaryWord(primary, epoch));
    }

    private void primary(NodeAddress node, String history, @Nullable String parent) {
        primary(node, history, parent, 1500);
    }

    private void primary(NodeAddress node, String history, @Nullable String parent, long askedAt) {
        primary(node, history, parent, askedAt, 1500);
    }

    private void primary(NodeAddress node, String history, @Nullable String parent, long askedAt, long since) {
        nodes.put(node, sight(node, info(Role.PRIMARY, history, parent, 100, null), true, askedAt, since));
    }

    private void replica(NodeAddress node, String history, NodeAddress follows) {
        nodes.put(node, sight(node, info(Role.REPLICA, history, null, -1, follows), true, 1500, 0));
    }

    /** A former primary that does not answer any more. */
    private void silent(NodeAddress node, String history) {
        nodes.put(node, sight(node, info(Role.PRIMARY, history, null, -1, null), false, 1000, 0));
    }

    static NodeSight sight(NodeAddress node, ReplicationInfo info, boolean reachable, long askedAt, long since) {
        return new NodeSight(node, info, reachable, askedAt, since);
    }

    static ReplicationInfo info(
            Role role, String history, @Nullable String parent, long cut, @Nullable NodeAddress follows) {
        return new ReplicationInfo(
                role, new Position(history, 100), parent, cut, true, follows, true, -1, false, 100, List.of());
    }
}
