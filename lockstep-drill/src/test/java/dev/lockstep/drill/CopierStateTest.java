package dev.lockstep.drill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.sync.SyncProgress;
import dev.lockstep.sync.SyncProgress.Phase;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class CopierStateTest {

    private static SyncProgress.Lane lane(Phase phase, long done, long total, String trouble) {
        return new SyncProgress.Lane("shard", phase, done, total, done, 100, 130, 5, done, trouble);
    }

    @Test
    void isAsFarAsTheShardThatIsLeastFar() {
        CopierState state = CopierState.of(new SyncProgress(
                Duration.ofSeconds(1),
                List.of(lane(Phase.LIVE, 10, 10, ""), lane(Phase.FULL_COPY, 20, 30, "slow\nthere"))));
        assertThat(state).isEqualTo(new CopierState(Phase.FULL_COPY, 0.75, 30, 60, 20, false, "slow\nthere"));
        assertThat(CopierState.parse(state.line()))
                .isEqualTo(new CopierState(Phase.FULL_COPY, 0.75, 30, 60, 20, false, "slow there"));
    }

    @Test
    void doesNotKnowItsPartAsLongAsASizeIsNotKnown() {
        assertThat(CopierState.of(new SyncProgress(
                                Duration.ofSeconds(1),
                                List.of(lane(Phase.FULL_COPY, 10, -1, ""), lane(Phase.FULL_COPY, 20, 30, ""))))
                        .part())
                .isNegative();
    }

    @Test
    void takesNothingElseForAState() {
        assertThat(CopierState.parse("The target cannot be taken")).isNull();
    }
}
