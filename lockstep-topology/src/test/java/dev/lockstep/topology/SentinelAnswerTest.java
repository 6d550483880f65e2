package dev.lockstep.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class SentinelAnswerTest {

    private static final Map<String, String> MASTER = Map.of("config-epoch", "7", "flags", "master,s_down");

    @Test
    void addresses_are_translated_and_unusable_entries_left_out() {
        SentinelAnswer answer = new SentinelAnswer.Replies(
                        "me",
                        MASTER,
                        List.of("10.0.0.1", "6379"),
                        List.of(
                                Map.of("ip", "10.0.0.2", "port", "6379", "slave-priority", "100"),
                                Map.of("ip", "10.0.0.7", "port", "6379", "slave-priority", "0"),
                                Map.of("ip", "10.0.0.3", "port", "0"),
                                Map.of("port", "6379"),
                                Map.of("ip", "10.0.0.4", "port", "x")),
                        List.of(
                                Map.of("ip", "10.0.0.5", "port", "26379", "runid", "other"),
                                Map.of("ip", "10.0.0.6", "port", "26379", "runid", "")))
                .read(address -> new NodeAddress("nat-" + address.host(), address.port()));

        assertThat(answer.id()).isEqualTo("me");
        assertThat(answer.word()).isEqualTo(new PrimaryWord(new NodeAddress("nat-10.0.0.1", 6379), 7));
        assertThat(answer.flags()).isEqualTo("master,s_down");
        assertThat(answer.replicas())
                .containsExactly(new NodeAddress("nat-10.0.0.2", 6379), new NodeAddress("nat-10.0.0.7", 6379));
        assertThat(answer.barred()).containsExactly(new NodeAddress("nat-10.0.0.7", 6379));
        assertThat(answer.others())
                .isEqualTo(Map.of(
                        "other", new NodeAddress("nat-10.0.0.5", 26379),
                        "nat-10.0.0.6:26379", new NodeAddress("nat-10.0.0.6", 26379)));
    }

    @Test
    void an_answer_that_names_no_primary_or_epoch_is_refused() {
        assertThatThrownBy(() -> read(MASTER, List.of())).hasMessageContaining("expected a host and a port");
        assertThatThrownBy(() -> read(MASTER, List.of("h", "0"))).hasMessageContaining("expected a host and a port");
        assertThatThrownBy(() -> read(Map.of(), List.of("h", "1"))).hasMessageContaining("config-epoch");
        assertThat(read(MASTER, List.of("h", "1")).id()).isNull();
    }

    private static SentinelAnswer read(Map<String, String> master, List<String> address) {
        return new SentinelAnswer.Replies("", master, address, List.of(), List.of()).read(UnaryOperator.identity());
    }
}
