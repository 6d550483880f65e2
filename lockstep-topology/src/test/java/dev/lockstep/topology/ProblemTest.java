package dev.lockstep.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class ProblemTest {

    @Test
    void what_has_no_message_is_told_in_words_all_the_same() {
        assertThat(Problem.of(new CompletionException(new TimeoutException()), false, false)
                        .text())
                .isEqualTo("it does not answer in time");
        assertThat(Problem.of(new IllegalStateException(), false, false).text()).isEqualTo("IllegalStateException");
    }
}
