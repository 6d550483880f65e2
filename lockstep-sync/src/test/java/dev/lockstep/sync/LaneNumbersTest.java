package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.topology.Node;
import dev.lockstep.topology.NodeAddress;
import dev.lockstep.topology.ReplicationInfo;
import dev.lockstep.topology.Shard;
import dev.lockstep.topology.SlotRange;
import java.util.List;
import org.junit.jupiter.api.Test;

class LaneNumbersTest {

    private static final String OLD = "a".repeat(40);
    private static final String NEW = "b".repeat(40);

    private static SlotRange slots(int first, int last) {
        return new SlotRange(first, last);
    }

    private static Shard shard(String name, SlotRange... slots) {
        return new Shard(name, List.of(slots), 1, null, List.of());
    }

    private static Shard withHistory(String name, String history, String parent, SlotRange... slots) {
        ReplicationInfo info = ReplicationInfo.parse("role:master\nmaster_replid:" + history + "\nmaster_replid2:"
                + parent + "\nmaster_repl_offset:100\nsecond_repl_offset:50\nrepl_backlog_active:1\n");
        Node primary = new Node(new NodeAddress("127.0.0.1", 1), "run", info, true, null, "redis 7.0.15", true);
        return new Shard(name, List.of(slots), 1, primary, List.of());
    }

    private static LaneRecord record(int lane, String history, SlotRange... slots) {
        return new LaneRecord(lane, 7, LaneRecord.Phase.LIVE, history, 10, 0, 0, "", List.of(slots));
    }

    @Test
    void whereNothingIsRememberedEachHasItsSlots() {
        LaneNumbers numbers = LaneNumbers.of(List.of(shard("a", slots(0, 9)), shard("b", slots(10, 19))), List.of());
        assertThat(numbers.unknown()).isNull();
        assertThat(numbers.shards()).containsOnlyKeys(1, 2);
        assertThat(Slots.ranges(numbers.slots().get(2))).containsExactly(slots(10, 19));
    }

    @Test
    void aShardKeepsItsNumberByItsSlotsThoughSomeHaveGone() {
        LaneNumbers numbers = LaneNumbers.of(
                List.of(shard("a", slots(0, 3)), shard("b", slots(4, 19))),
                List.of(record(2, OLD, slots(0, 9)), record(5, OLD, slots(10, 19))));
        assertThat(numbers.unknown()).isNull();
        assertThat(numbers.shards().get(2).name()).isEqualTo("a");
        assertThat(numbers.shards().get(5).name()).isEqualTo("b");
        assertThat(Slots.ranges(numbers.slots().get(2)))
                .as("what has been applied, not where the slots are")
                .containsExactly(slots(0, 9));
    }

    @Test
    void theHistoryOfItsStreamCountsMoreThanItsSlots() {
        LaneNumbers numbers = LaneNumbers.of(
                List.of(withHistory("a", NEW, OLD, slots(10, 19)), shard("b", slots(0, 9))),
                List.of(record(1, OLD, slots(0, 9)), record(2, "c".repeat(40), slots(10, 19))));
        assertThat(numbers.unknown()).as("shard b has nothing in common with 2").contains("10-19");
        numbers = LaneNumbers.of(
                List.of(withHistory("a", NEW, OLD, slots(10, 19)), shard("b", slots(0, 9))),
                List.of(record(1, OLD, slots(0, 9))));
        assertThat(numbers.shards().get(1).name()).isEqualTo("a");
    }

    @Test
    void aShardThatHasComeHasNoSlotsYet() {
        LaneNumbers numbers = LaneNumbers.of(
                List.of(shard("new", slots(4, 9)), withHistory("a", OLD, NEW, slots(0, 3))),
                List.of(record(1, OLD, slots(0, 9))));
        assertThat(numbers.unknown()).isNull();
        assertThat(numbers.shards().get(2).name()).isEqualTo("new");
        assertThat(numbers.slots().get(2).isEmpty()).isTrue();
        assertThat(numbers.slots().get(1).cardinality()).isEqualTo(10);
    }

    @Test
    void aShardThatIsGoneMayHaveDoneWhatNobodyHeardOf() {
        LaneNumbers numbers = LaneNumbers.of(
                List.of(shard("a", slots(0, 19))), List.of(record(1, OLD, slots(0, 9)), record(2, OLD, slots(10, 19))));
        assertThat(numbers.unknown()).contains("nobody knows the shard any more");
        assertThat(numbers.shards()).containsOnlyKeys(1);
        LaneNumbers without = LaneNumbers.of(
                List.of(shard("a", slots(0, 19))), List.of(record(1, OLD, slots(0, 19)), record(2, OLD)));
        assertThat(without.unknown()).as("all of it had been taken over").isNull();
        assertThat(without.shards()).containsOnlyKeys(1);
    }

    @Test
    void ofTwoThatClaimASlotTheOneThatHasItIsRight() {
        List<LaneRecord> both = List.of(record(1, OLD, slots(0, 9)), record(2, NEW, slots(9, 19)));
        LaneNumbers numbers = LaneNumbers.of(List.of(shard("a", slots(0, 8)), shard("b", slots(9, 19))), both);
        assertThat(numbers.slots().get(1).get(9)).isFalse();
        assertThat(numbers.slots().get(2).get(9)).isTrue();
        LaneNumbers gone = LaneNumbers.of(
                List.of(shard("a", slots(0, 8)), shard("b", slots(10, 19)), shard("c", slots(9, 9))), both);
        assertThat(gone.unknown()).contains("slot 9");
    }
}
