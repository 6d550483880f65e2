package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SyncMetersTest {

    private static SyncProgress.Lane lane(
            SyncProgress.Phase phase, long applied, long written, long lag, String trouble) {
        return new SyncProgress.Lane("shard", phase, 10, 10, 7, applied, written, 3, lag, trouble);
    }

    @Test
    void theyTellWhatTheCopyTells() {
        AtomicReference<SyncProgress> now = new AtomicReference<>(new SyncProgress(Duration.ZERO, List.of()));
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        new SyncMeters(now::get).bindTo(registry);
        assertThat(registry.get("lockstep.sync.in.step").gauge().value()).isZero();
        now.set(new SyncProgress(
                Duration.ZERO,
                List.of(
                        lane(SyncProgress.Phase.LIVE, 90, 100, 1_500, ""),
                        lane(SyncProgress.Phase.CATCH_UP, 50, 80, 200, "no stream from the source"))));
        assertThat(registry.get("lockstep.sync.lag.bytes").gauge().value()).isEqualTo(40);
        assertThat(registry.get("lockstep.sync.lag.seconds").gauge().value()).isEqualTo(1.5);
        assertThat(registry.get("lockstep.sync.hindered").gauge().value()).isEqualTo(1);
        assertThat(registry.get("lockstep.sync.units").functionCounter().count())
                .isEqualTo(6);
        assertThat(registry.get("lockstep.sync.keys").gauge().value()).isEqualTo(14);
        assertThat(registry.get("lockstep.sync.shards")
                        .tag("phase", "live")
                        .gauge()
                        .value())
                .isEqualTo(1);
        assertThat(registry.get("lockstep.sync.in.step").gauge().value()).isZero();
        now.set(new SyncProgress(Duration.ZERO, List.of(lane(SyncProgress.Phase.LIVE, 100, 100, 0, ""))));
        assertThat(registry.get("lockstep.sync.in.step").gauge().value()).isEqualTo(1);
    }
}
