package dev.lockstep.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How the answer to CLUSTER NODES is read, whatever it looks like. */
class ClusterNodesTest {

    private static final String A = "07c37dfeb235213a872192d90877d0cd55635b91";
    private static final String B = "67ed2db8d677e59ec4a4cefb06858cf2a1a89fa1";
    private static final String TEXT =
            A + " 127.0.0.1:30004@31004,h4 slave,nofailover " + B + " 0 1426238317239 4 connected\n"
                    + B + " 127.0.0.1:30002@31002 myself,master - 0 1426238316232 2 connected 5461-10922 7 [93-<-" + A
                    + "] [77->-"
                    + A + "]\n";

    @Test
    void tells_of_each_node_where_it_is_what_it_is_and_what_it_owns() {
        ClusterNodes nodes = ClusterNodes.parse(TEXT);

        assertThat(nodes.nodes())
                .containsExactly(
                        new ClusterNode(
                                A,
                                new NodeAddress("127.0.0.1", 30004),
                                new NodeAddress("h4", 30004),
                                false,
                                false,
                                B,
                                4,
                                true,
                                List.of()),
                        new ClusterNode(
                                B,
                                new NodeAddress("127.0.0.1", 30002),
                                null,
                                true,
                                true,
                                null,
                                2,
                                false,
                                List.of(new SlotRange(5461, 10922), new SlotRange(7, 7))));
        assertThat(nodes.myself().id()).isEqualTo(B);
        assertThat(ClusterNodes.parse(TEXT.replace("\n", "\r\n"))).isEqualTo(nodes);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1.2.3.4:1@2 | 1.2.3.4:1 | ",
                "1.2.3.4:1 | 1.2.3.4:1 | ",
                "::1:7000@17000 | [::1]:7000 | ",
                "1.2.3.4:1@2,name | 1.2.3.4:1 | name:1",
                "1.2.3.4:1@2, | 1.2.3.4:1 | ",
                "1.2.3.4:1@2,,shard-id=x | 1.2.3.4:1 | ",
                "1.2.3.4:1@2,shard-id=x | 1.2.3.4:1 | ",
                "1.2.3.4:1@2,name,tls-port=3 | 1.2.3.4:1 | name:1",
                ":1@2,name | name:1 | ",
                "?:1@2,name | name:1 | ",
                ":1@2 | | ",
                "?:1@2,? | | ",
                ":0@0 | | ",
            })
    void an_address_has_many_forms(String word, String address, String alias) {
        ClusterNode node = Objects.requireNonNull(ClusterNode.parse(A + " " + word + " master - 0 0 1 connected"));

        assertThat(node.address() == null ? null : node.address().toString()).isEqualTo(address);
        assertThat(node.alias() == null ? null : node.alias().toString()).isEqualTo(alias);
    }

    @Test
    void flags_tell_what_a_node_is() {
        assertThat(line("master,fail?").primary()).isTrue();
        assertThat(line("slave,fail").primary()).isFalse();
        assertThat(line("master,noaddr").address()).isNull();
        assertThat(line("myself,master,nofailover").own()).isTrue();
        assertThat(ClusterNode.parse(A + " h:1@2 handshake - 0 0 0 disconnected"))
                .isNull();
        assertThat(ClusterNode.parse(A + " h:1@2 master,handshake - 0 0 0 disconnected"))
                .isNull();
        assertThat(ClusterNode.parse(A + " h:1@2 noflags - 0 0 0 disconnected")).isNull();
    }

    private static ClusterNode line(String flags) {
        return Objects.requireNonNull(ClusterNode.parse(A + " h:1@2 " + flags + " - 0 0 1 connected"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense",
                "a b c d e f g",
                "id h:1@2 master - 0 0 x connected",
                "id h:1@2 master - 0 0 -1 connected",
                "id h@2 master - 0 0 1 connected",
                "id h:x@2 master - 0 0 1 connected",
                "id h:70000@2 master - 0 0 1 connected",
                "id h:1@2 master - 0 0 1 connected 5-3",
                "id h:1@2 master - 0 0 1 connected 16384",
                "id h:1@2 master - 0 0 1 connected -3",
                "id h:1@2 master - 0 0 1 connected 1-x",
                "id h:1@2 myself - 0 0 1 connected",
            })
    void a_line_that_is_none_is_told_as_it_was_seen(String line) {
        assertThatThrownBy(() -> ClusterNodes.parse(line))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("CLUSTER NODES says \"" + line + "\"");
    }

    @Test
    void exactly_one_line_is_of_the_teller() {
        assertThatThrownBy(() -> ClusterNodes.parse("")).hasMessageContaining("0 lines flagged myself");
        assertThatThrownBy(() -> ClusterNodes.parse(TEXT + TEXT)).hasMessageContaining("2 lines flagged myself");
    }

    @Test
    void whatever_comes_it_is_read_or_refused() {
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder(TEXT);
            for (int change = 0; change <= random.nextInt(4); change++) {
                int at = random.nextInt(text.length());
                switch (random.nextInt(3)) {
                    case 0 -> text.setCharAt(at, (char) (32 + random.nextInt(96)));
                    case 1 -> text.deleteCharAt(at);
                    default -> text.setLength(Math.max(9, at));
                }
            }
            Throwable failure = catchThrowable(() -> ClusterNodes.parse(text.toString()));
            assertThat(failure == null || failure instanceof IllegalArgumentException)
                    .as("%s after %s", failure, text)
                    .isTrue();
        }
    }

    @Test
    void addresses_are_told_as_this_process_reaches_them() {
        ClusterNodes nodes = ClusterNodes.parse(TEXT).translated(address -> new NodeAddress("out", address.port()));

        assertThat(nodes.nodes())
                .extracting(ClusterNode::address)
                .containsExactly(new NodeAddress("out", 30004), new NodeAddress("out", 30002));
        assertThat(nodes.nodes().get(1).alias()).isNull();
    }
}
