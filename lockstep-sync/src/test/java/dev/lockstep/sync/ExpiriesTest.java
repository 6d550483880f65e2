package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ExpiriesTest {

    @Test
    void graceIsTakenBack() {
        assertThat(Expiries.trueTime(Expiries.graced(1_800_000_000_000L))).isEqualTo(1_800_000_000_000L);
        assertThat(Expiries.trueTime(1_800_000_000_000L)).isEqualTo(1_800_000_000_000L);
        assertThatThrownBy(() -> Expiries.graced(Expiries.GRACE)).isInstanceOf(SyncException.class);
    }
}
