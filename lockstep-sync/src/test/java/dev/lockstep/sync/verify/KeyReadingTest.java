package dev.lockstep.sync.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.sync.HashKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is asked about one key, answered by hand: a server tells an element twice only when it likes to. */
class KeyReadingTest {

    private static final ServerTraits TRAITS = new ServerTraits(true, false, true, true, true);
    private static final HashKey KEY = new HashKey(3, 4);

    private final List<String> asked = new ArrayList<>();

    private KeyReading<Tally> read(List<List<Object>> pages, long length) {
        KeyReading<Tally> reading = KeyReading.of(new byte[] {'k'}, KEY, key -> new Tally(key.hash()));
        int page = 0;
        for (List<Ask> asks = reading.next(TRAITS); !asks.isEmpty(); asks = reading.next(TRAITS)) {
            for (Ask ask : asks) {
                asked.add(ask.commandName());
                switch (ask.commandName()) {
                    case "type" -> answer(ask, "set");
                    case "pexpiretime" -> answer(ask, -1L);
                    case "scard" -> answer(ask, length);
                    case "memory" -> answer(ask, 1_000_000L);
                    case "sscan" -> {
                        int next = (page + 1) % pages.size();
                        answer(ask, List.of(String.valueOf(next), pages.get(page)));
                        page = next;
                    }
                    default -> throw new AssertionError(ask.commandName());
                }
            }
            reading.clock(1, 2);
        }
        return reading;
    }

    private static void answer(Ask ask, Object reply) {
        tell(ask, reply);
        ask.complete();
    }

    private static void tell(Ask ask, Object reply) {
        if (reply instanceof List<?> list) {
            ask.getOutput().multi(list.size());
            list.forEach(element -> tell(ask, element));
        } else if (reply instanceof Long number) {
            ask.getOutput().set(number);
        } else {
            ask.getOutput().set(ByteBuffer.wrap(reply.toString().getBytes(StandardCharsets.UTF_8)));
        }
    }

    @Test
    void aScanThatTellsEachMemberOnceIsEnough() {
        KeyReading<Tally> reading = read(List.of(List.of("a", "b"), List.of(), List.of("c")), 3);
        assertThat(reading.elements().count(Part.VALUE)).isEqualTo(3);
        assertThat(asked).filteredOn("sscan"::equals).hasSize(3);
        assertThat(reading.isWhole()).isTrue();
    }

    @Test
    void aMemberThatIsToldTwiceCountsOnce() {
        KeyReading<Tally> once = read(List.of(List.of("a", "b"), List.of("c")), 3);
        asked.clear();
        KeyReading<Tally> twice = read(List.of(List.of("a", "b"), List.of("b", "c")), 3);
        assertThat(asked).filteredOn("sscan"::equals).hasSize(4);
        assertThat(twice.elements().sameAs(once.elements())).isTrue();
    }

    @Test
    void aMemberThatIsToldTwiceDoesNotStandInForAnother() {
        KeyReading<Tally> three = read(List.of(List.of("a", "b"), List.of("c")), 3);
        KeyReading<Tally> two = read(List.of(List.of("a", "b"), List.of("b")), 2);
        assertThat(two.elements().sameAs(three.elements())).isFalse();
        assertThat(two.elements().count(Part.VALUE)).isEqualTo(2);
    }
}
