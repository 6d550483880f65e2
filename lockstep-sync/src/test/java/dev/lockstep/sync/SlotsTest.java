package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SlotsTest {

    private static int slot(String key) {
        return Slots.of(key.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void keysAreWhereServersSayThatTheyAre() {
        assertThat(slot("foo")).isEqualTo(12_182); // CLUSTER KEYSLOT
        assertThat(slot("123456789")).isEqualTo(12_739);
        assertThat(slot("")).isZero();
        assertThat(slot("a{foo}b")).isEqualTo(slot("foo"));
        assertThat(slot("{}foo")).isNotEqualTo(slot("foo"));
        assertThat(slot("{foo")).isNotEqualTo(slot("foo"));
    }

    @Test
    void everySlotHasATagOfItsOwn() {
        for (int slot = 0; slot < Slots.COUNT; slot++) {
            assertThat(slot("lockstep:ck:{" + SlotTags.of(slot) + "}")).isEqualTo(slot);
            assertThat(SlotTags.of(slot).length()).isLessThanOrEqualTo(4);
        }
    }
}
