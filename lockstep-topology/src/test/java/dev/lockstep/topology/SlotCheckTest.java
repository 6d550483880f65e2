package dev.lockstep.topology;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SlotCheckTest {

    private static final String PRIMARY = "a".repeat(40);
    private static final String REPLICA = "b".repeat(40);

    private static ClusterNodes primary(String slots) {
        return ClusterNodes.parse(PRIMARY + " 127.0.0.1:7000@17000 myself,master - 0 0 3 connected " + slots + "\n"
                + REPLICA + " 127.0.0.1:7001@17001 slave " + PRIMARY + " 0 0 3 connected\n");
    }

    private static ClusterNodes replica(String slots) {
        return ClusterNodes.parse(PRIMARY + " 127.0.0.1:7000@17000 master - 0 0 3 connected " + slots + "\n" + REPLICA
                + " 127.0.0.1:7001@17001 myself,slave " + PRIMARY + " 0 0 3 connected\n");
    }

    @Test
    void the_same_slots_in_other_ranges_are_the_same() {
        assertThat(SlotCheck.objection(primary("0-5 9"), replica("0-3 4-5 9"))).isNull();
    }

    @Test
    void what_came_and_what_went_unheard_is_named() {
        assertThat(SlotCheck.objection(primary("0-5 9"), replica("0-5")))
                .isEqualTo("has not heard yet that its primary owns slot 9");
        assertThat(SlotCheck.objection(primary("0-3"), replica("0-5 9")))
                .isEqualTo("has not heard yet that its primary gave up 3 slots, such as 4");
        assertThat(SlotCheck.objection(primary("7"), replica("")))
                .isEqualTo("has not heard yet that its primary owns slot 7");
    }

    @Test
    void slots_on_their_way_are_told_by_the_owner_of_the_line_only() {
        String line = PRIMARY + " 127.0.0.1:7000@17000 myself,master - 0 0 3 connected 0-5";
        assertThat(SlotCheck.isMoving(line + "\n")).isFalse();
        assertThat(SlotCheck.isMoving(line + " [7-<-" + REPLICA + "]\n")).isTrue();
        assertThat(SlotCheck.isMoving(line + " [5->-" + REPLICA + "]\n")).isTrue();
    }
}
