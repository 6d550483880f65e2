package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.topology.SlotRange;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a target remembers, as texts and back. */
class LaneRecordTest {

    private static final LaneRecord RECORD = new LaneRecord(
            2, 77, LaneRecord.Phase.COPY, "abc", 1234, 3, 99, "f00", List.of(new SlotRange(0, 5), new SlotRange(9, 9)));

    @Test
    void aRecordIsReadAsItWasWritten() {
        assertThat(LaneRecord.parse(2, RECORD.toString())).isEqualTo(RECORD);
        assertThat(LaneRecord.parse(2, RECORD.in(LaneRecord.Phase.DIVERGED).toString())
                        .phase())
                .isEqualTo(LaneRecord.Phase.DIVERGED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "generation=1 phase=COPY", "generation=one phase=COPY history=a offset=1"})
    void whatIsNoRecordIsNotGuessed(String text) {
        assertThatThrownBy(() -> LaneRecord.parse(1, text))
                .isInstanceOf(SyncException.class)
                .hasMessageContainingAll("source shard 1", "cannot be read", Checkpoint.PREFIX);
    }

    @Test
    void aCheckpointIsReadAsItWasWritten() {
        Checkpoint checkpoint = new Checkpoint(5, 123_456_789_012L);
        assertThat(Checkpoint.parse(checkpoint.toString().getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(checkpoint);
        assertThat(Checkpoint.parse(null)).isNull();
        assertThatThrownBy(() -> Checkpoint.parse(new byte[] {'x'})).hasMessageContaining("GENERATION:OFFSET");
        assertThat(Checkpoint.isOwn(ByteBuffer.wrap(Checkpoint.key(7).getBytes(StandardCharsets.UTF_8))))
                .isTrue();
        assertThat(Checkpoint.isOwn(ByteBuffer.wrap("lockstep".getBytes(StandardCharsets.UTF_8))))
                .isFalse();
    }
}
