package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RefusalTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MOVED 1 127.0.0.1:1",
                "OOM command not allowed",
                "EXECABORT Transaction discarded because of: OOM command not allowed"
            })
    void whatMayPassIsTriedAgain(String text) {
        assertThat(Refusal.isPassing(new Reply.Failure(text))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "WRONGTYPE Operation",
                "NOPERM this user",
                "EXECABORT Transaction discarded because of previous errors.",
                "ERR unknown command"
            })
    void whatDoesNotPassStopsTheCopy(String text) {
        assertThat(Refusal.isPassing(new Reply.Failure(text))).isFalse();
    }
}
