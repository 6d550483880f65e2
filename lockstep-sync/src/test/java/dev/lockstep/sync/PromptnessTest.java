package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PromptnessTest {

    private long nanos;

    private boolean look(Promptness promptness, long millisLater, long applied, long end) {
        nanos += TimeUnit.MILLISECONDS.toNanos(millisLater);
        return promptness.isPrompt(applied, end);
    }

    @Test
    void aStreamThatNeverEndsIsFollowedIfItIsAppliedAtOnce() {
        Promptness promptness = new Promptness(1_000, () -> nanos);
        assertThat(look(promptness, 10, 500, 1_200)).as("nobody knows yet").isFalse();
        assertThat(look(promptness, 20, 1_100, 1_300)).isTrue();
        assertThat(look(promptness, 20, 1_250, 1_400)).isTrue();
        assertThat(look(promptness, 30, 1_350, 1_500)).isTrue();
        assertThat(look(promptness, 200, 1_450, 1_600)).as("it took longer").isFalse();
        assertThat(look(promptness, 10, 1_600, 1_700)).isFalse();
        assertThat(look(promptness, 10, 1_700, 1_800)).as("as fast again").isTrue();
    }

    @Test
    void whatHadGatheredIsNotFollowedBeforeItIsApplied() {
        Promptness promptness = new Promptness(1_000_000, () -> nanos);
        for (int i = 1; i < 50; i++) {
            assertThat(look(promptness, 10, i * 20_000, 1_000_000 + i)).isFalse();
        }
        assertThat(look(promptness, 10, 1_000_049, 1_000_049)).as("all of it").isTrue();
    }
}
