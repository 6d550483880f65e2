package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LaneProgressTest {

    private final List<String> told = new ArrayList<>();
    private long nanos;

    private final LaneProgress progress = new LaneProgress("shard", () -> nanos, new SyncListener() {
        @Override
        public void phase(String shard, SyncProgress.Phase phase) {
            told.add(shard + " " + phase);
        }

        @Override
        public void hindered(String shard, String why) {
            told.add(shard + " " + why);
        }

        @Override
        public void ended(String shard, RuntimeException why) {
            told.add(shard + " " + why.getMessage());
            throw new IllegalStateException("a listener that fails");
        }
    });

    @Test
    void aListenerIsToldWhatChanges() {
        progress.phase(LaneRecord.Phase.COPY);
        progress.phase(LaneRecord.Phase.COPY);
        progress.setback("no connection");
        progress.setback("no connection");
        progress.phase(LaneRecord.Phase.CATCH_UP);
        progress.stream(10, 20, 1);
        progress.setback("no connection");
        progress.phase(LaneRecord.Phase.BEHIND);
        progress.phase(LaneRecord.Phase.LIVE);
        progress.ended(new SyncException("it cannot go on"));
        progress.ended(null);
        assertThat(told)
                .containsExactly(
                        "shard FULL_COPY",
                        "shard no connection",
                        "shard CATCH_UP",
                        "shard no connection",
                        "shard LIVE",
                        "shard it cannot go on");
    }

    @Test
    void theLagIsHowLongTheOldestWaits() {
        progress.stream(0, 100, 0);
        nanos = 2_000_000_000L;
        progress.stream(50, 200, 1);
        assertThat(progress.now().lagMillis()).isEqualTo(2_000);
        progress.stream(100, 200, 1);
        assertThat(progress.now().lagMillis()).as("of what came later").isZero();
        nanos = 3_000_000_000L;
        progress.stream(150, 200, 2);
        assertThat(progress.now().lagMillis()).isEqualTo(1_000);
        progress.stream(200, 200, 3);
        assertThat(progress.now().lagMillis()).isZero();
    }
}
