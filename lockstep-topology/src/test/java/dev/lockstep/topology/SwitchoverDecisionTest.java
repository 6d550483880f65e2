package dev.lockstep.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** When a switchover is refused, and how it is to be done else. */
class SwitchoverDecisionTest {

    private static final NodeAddress A = new NodeAddress("a", 1);
    private static final NodeAddress B = new NodeAddress("b", 1);
    private static final NodeAddress C = new NodeAddress("c", 1);

    private final Map<NodeAddress, ReplicationInfo> told =
            new HashMap<>(Map.of(A, primary(1000), B, replica(1000, 100), C, replica(990, 100)));
    private final Map<NodeAddress, String> silent = new HashMap<>();
    private final List<SentinelSight> sentinels =
            new ArrayList<>(List.of(sentinel(1, A, "master"), sentinel(2, A, "master"), sentinel(3, A, "master")));

    private static ReplicationInfo primary(long offset) {
        return ReplicationInfo.parse("role:master\r\nmaster_replid:h\r\nmaster_repl_offset:" + offset + "\r\n");
    }

    private static ReplicationInfo replica(long offset, int priority) {
        return replica("h", offset, "up", priority);
    }

    private static ReplicationInfo replica(String history, long offset, String link, int priority) {
        return ReplicationInfo.parse("role:slave\r\nmaster_host:a\r\nmaster_port:1\r\nmaster_link_status:" + link
                + "\r\nmaster_replid:" + history + "\r\nslave_repl_offset:" + offset + "\r\nslave_priority:" + priority
                + "\r\n");
    }

    private static SentinelSight sentinel(int number, NodeAddress primary, String flags) {
        return sentinel(number, primary, flags, false, null, seen(B, "slave", 100), seen(C, "slave", 100));
    }

    private static SentinelSight sentinel(
            int number,
            NodeAddress primary,
            String flags,
            boolean tilt,
            String noQuorum,
            SentinelSight.Replica... replicas) {
        NodeAddress address = new NodeAddress("s", number);
        return new SentinelSight(
                address,
                "id" + number,
                primary,
                primary,
                Set.of(flags.split(",")),
                2,
                tilt,
                noQuorum,
                List.of(replicas));
    }

    private static SentinelSight.Replica seen(NodeAddress replica, String flags, int priority) {
        return new SentinelSight.Replica(new NodeAddress("in." + replica.host(), 9), replica, Set.of(flags), priority);
    }

    private SwitchoverDecision decide(NodeAddress wanted) {
        return SwitchoverDecision.of(new GroupSight("mymaster", A, told, silent, sentinels), wanted);
    }

    private void refuses(NodeAddress wanted, String... words) {
        assertThatThrownBy(() -> decide(wanted))
                .isInstanceOfSatisfying(
                        SwitchoverException.class,
                        refusal -> assertThat(refusal.changed()).isFalse())
                .hasMessageStartingWith("The switchover was refused: ")
                .hasMessageContainingAll(words)
                .hasMessageEndingWith("Nothing was changed");
    }

    @Test
    void any_replica_in_step_may_be_chosen() {
        SwitchoverDecision decision = decide(null);
        assertThat(decision.sentinel()).isEqualTo(new NodeAddress("s", 1));
        assertThat(decision.candidates()).containsExactly(B, C);
        assertThat(decision.priorities()).isEmpty();
        assertThat(decision.changes()).isEmpty();
    }

    @Test
    void a_target_is_preferred_by_its_priority_and_found_by_either_address() {
        for (NodeAddress name : List.of(C, new NodeAddress("in.c", 9))) {
            SwitchoverDecision decision = decide(name);
            assertThat(decision.target()).isEqualTo(C);
            assertThat(decision.priorities()).isEqualTo(Map.of(B, 100, C, 100));
            assertThat(decision.changes()).isEqualTo(Map.of(C, 99));
        }
    }

    @Test
    void the_target_must_be_a_replica_that_may_be_primary() {
        refuses(A, "a:1 is the primary of mymaster already");
        refuses(new NodeAddress("x", 1), "x:1 is no replica of mymaster", "b:1", "c:1");
        told.put(C, replica(1000, 0));
        refuses(C, "c:1 has replica-priority 0", "CONFIG SET replica-priority");
    }

    @Test
    void every_replica_that_a_sentinel_might_choose_must_be_in_step() {
        told.put(C, replica("h", 1000, "down", 100));
        refuses(B, "replica c:1 has lost its link");
        told.put(C, replica("other", 1000, "up", 100));
        refuses(null, "replica c:1 is in another history", "other@1000", "h@1000");
        told.put(A, primary(1000 + CopyCheck.FAR_BEHIND));
        told.put(C, replica(999, 100));
        refuses(null, "replica c:1 is 16 MiB behind");
        told.put(C, primary(1000));
        refuses(null, "replica c:1 says that it is a primary");
        told.remove(C);
        silent.put(C, "c:1 could not be asked INFO: nothing listens there");
        refuses(B, "replica c:1 does not answer", "nothing listens there", "SENTINEL RESET mymaster");
    }

    @Test
    void a_replica_that_nobody_may_promote_need_not_be_there() {
        told.remove(C);
        sentinels.replaceAll(old ->
                sentinel(old.address().port(), A, "master", false, null, seen(B, "slave", 100), seen(C, "s_down", 0)));
        assertThat(decide(null).candidates()).containsExactly(B);
        told.put(B, replica(1000, 0));
        assertThat(decide(null).candidates())
                .as("the sentinels have not heard of it yet")
                .containsExactly(B);
        sentinels.replaceAll(old ->
                sentinel(old.address().port(), A, "master", false, null, seen(B, "slave", 0), seen(C, "s_down", 0)));
        refuses(null, "all replicas of mymaster", "replica-priority 0");
    }

    @Test
    void without_a_replica_there_is_nobody_to_promote() {
        sentinels.replaceAll(old -> sentinel(old.address().port(), A, "master", false, null));
        refuses(null, "mymaster has no replica");
    }

    @Test
    void a_majority_of_the_sentinels_must_answer_and_agree() {
        SentinelSight last = sentinels.remove(2);
        assertThat(decide(null).candidates()).hasSize(2);
        SentinelSight second = sentinels.remove(1);
        silent.put(second.address(), "sentinel s:2 did not answer SENTINEL MASTER within 1000 ms");
        refuses(null, "only 1 of 3 sentinels answer", "s:2 did not answer");
        sentinels.addAll(List.of(second, sentinel(3, B, "master")));
        refuses(null, "sentinel s:3 names b:1", "a:1 is");
        sentinels.set(2, sentinel(3, A, "master,failover_in_progress"));
        refuses(null, "sentinel s:3 says of the primary: failover_in_progress, master");
        sentinels.set(2, last);
        told.put(A, replica(1000, 100));
        refuses(null, "the primary a:1 says that it is a replica");
    }

    @Test
    void the_sentinel_that_is_asked_can_act_and_sees_the_target() {
        sentinels.set(0, sentinel(1, A, "master", true, null, seen(B, "slave", 100), seen(C, "slave", 100)));
        assertThat(decide(C).sentinel()).isEqualTo(new NodeAddress("s", 2));
        sentinels.set(
                1, sentinel(2, A, "master", false, "NOQUORUM 1 usable", seen(B, "slave", 100), seen(C, "slave", 100)));
        sentinels.set(2, sentinel(3, A, "master", false, null, seen(B, "slave", 100), seen(C, "s_down", 100)));
        assertThat(decide(B).sentinel()).isEqualTo(new NodeAddress("s", 3));
        refuses(C, "s:1 is in TILT mode", "NOQUORUM 1 usable", "s:3 does not see c:1 well");
    }

    @Test
    void as_few_priorities_are_changed_as_possible_and_none_to_never() {
        assertThat(PriorityPlan.changes(Map.of(B, 10, C, 20), B)).isEmpty();
        assertThat(PriorityPlan.changes(Map.of(B, 10, C, 20), C)).isEqualTo(Map.of(C, 9));
        assertThat(PriorityPlan.changes(Map.of(C, 20), C)).isEmpty();
        assertThat(PriorityPlan.changes(Map.of(A, 0, B, 0, C, 20), C)).isEmpty();
        assertThat(PriorityPlan.changes(Map.of(A, 5, B, 1, C, 20), C)).isEqualTo(Map.of(C, 1, B, 2));
        assertThat(PriorityPlan.changes(Map.of(A, 1, B, 1, C, 1), C)).isEqualTo(Map.of(A, 2, B, 2));
    }
}
