package dev.lockstep.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The small values of the model. */
class ValuesTest {

    @Test
    void an_address_has_a_host_and_a_port_and_prints_ipv6_in_brackets() {
        assertThat(new NodeAddress("h", 1)).hasToString("h:1");
        assertThat(new NodeAddress("::1", 65535)).hasToString("[::1]:65535");
        assertThat(List.of(new NodeAddress("b", 1), new NodeAddress("a", 2), new NodeAddress("a", 1)).stream()
                        .sorted())
                .containsExactly(new NodeAddress("a", 1), new NodeAddress("a", 2), new NodeAddress("b", 1));
        assertThatThrownBy(() -> new NodeAddress(" ", 1)).hasMessageContaining("host");
        assertThatThrownBy(() -> new NodeAddress("h", 0)).hasMessageContaining("1 to 65535");
        assertThatThrownBy(() -> new NodeAddress("h", 65536)).hasMessageContaining("1 to 65535");
    }

    @Test
    void an_address_is_read_as_it_prints() {
        assertThat(NodeAddress.parse("h:1")).isEqualTo(new NodeAddress("h", 1));
        assertThat(NodeAddress.parse("[::1]:65535")).isEqualTo(new NodeAddress("::1", 65535));
        for (String wrong : List.of("", "h", "h:", ":1", "::1", "h:x", "h:-1", "h:123456", "redis://h:1")) {
            assertThatThrownBy(() -> NodeAddress.parse(wrong)).hasMessageContaining("expected host:port");
        }
        assertThatThrownBy(() -> NodeAddress.parse("h:70000")).hasMessageContaining("1 to 65535");
    }

    @Test
    void a_slot_range_is_within_the_slots() {
        assertThat(SlotRange.ALL).isEqualTo(new SlotRange(0, 16383));
        assertThatThrownBy(() -> new SlotRange(-1, 3)).hasMessageContaining("0-16383");
        assertThatThrownBy(() -> new SlotRange(0, 16384)).hasMessageContaining("0-16383");
        assertThatThrownBy(() -> new SlotRange(4, 3)).hasMessageContaining("4-3");
    }

    @Test
    void a_position_prints_briefly() {
        assertThat(new Position("0123456789abcdef", 7).brief()).isEqualTo("01234567@7");
        assertThat(new Position("abc", 7).brief()).isEqualTo("abc@7");
    }

    @Test
    void a_topology_prints_in_one_line() {
        Node primary = new Node(
                new NodeAddress("a", 1),
                "run",
                PrimaryDecisionTest.info(Role.PRIMARY, "history", null, -1, null),
                true,
                null,
                "redis 7.0.15",
                true);
        Node replica = new Node(new NodeAddress("b", 2), null, null, false, "nothing listens there", null, true);

        assertThat(new Topology(3, List.of(new Shard("m", List.of(SlotRange.ALL), 1, primary, List.of(replica)))))
                .hasToString("Topology 3 [m: a:1 PRIMARY history@100 <- [b:2 (nothing listens there)]]");
        assertThat(primary.position()).isEqualTo(new Position("history", 100));
        assertThat(replica.position()).isNull();
    }

    @Test
    void a_topology_knows_the_shard_of_a_slot() {
        Shard one = new Shard("one", List.of(new SlotRange(0, 9), new SlotRange(20, 29)), 1, null, List.of());
        Shard two = new Shard("two", List.of(new SlotRange(10, 19), new SlotRange(16383, 16383)), 1, null, List.of());
        Shard none = new Shard("none", List.of(), 1, null, List.of());
        Topology topology = new Topology(1, List.of(one, two, none));

        for (int slot = 0; slot < 10; slot++) {
            assertThat(topology.shardOf(slot)).isSameAs(one);
            assertThat(topology.shardOf(slot + 10)).isSameAs(two);
            assertThat(topology.shardOf(slot + 20)).isSameAs(one);
            assertThat(topology.shardOf(slot + 30)).isNull();
        }
        assertThat(topology.shardOf(16383)).isSameAs(two);
        assertThat(topology).isEqualTo(new Topology(1, List.of(one, two, none)));
        assertThat(Structure.of(List.of(one)))
                .isNotEqualTo(Structure.of(List.of(new Shard("one", one.slots(), 2, null, List.of()))));
        assertThat(Structure.of(List.of(none))).isNotEqualTo(Structure.of(List.of()));
    }
}
