package dev.lockstep.drill;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What must be there at the end, or have been told to be lost. */
class LossCheckerTest {

    private static Script script() {
        return new Script()
                .append(1, 10)
                .append(2, 20)
                .appendDurably(1, 30)
                .increment(1, 40)
                .increment(2, 50)
                .finals(Script.COUNTER, 2)
                .finals(Script.LIST, 1, 2)
                .finals(Script.DURABLE_LIST, 1);
    }

    @Test
    void allIsThere() {
        assertThat(script().judgedBy(new LossChecker())).isEmpty();
        assertThat(new LossChecker().check(script().history()))
                .extracting(Finding::judged)
                .containsExactly(1L, 5L);
    }

    @Test
    void aConfirmedWriteMustNotBeLostEvenIfThatIsTold() {
        assertThat(script().finals(Script.DURABLE_LIST)
                        .toldLost(Script.DURABLE_LIST, 1)
                        .judgedBy(new LossChecker()))
                .containsExactly(Anomaly.CONFIRMED_WRITE_LOST);
    }

    @Test
    void anyOtherMayBeLostIfThatIsTold() {
        Script lost = script().finals(Script.LIST, 1).finals(Script.COUNTER, 0);
        assertThat(lost.judgedBy(new LossChecker()))
                .containsExactly(Anomaly.LOSS_NOT_REPORTED, Anomaly.LOSS_NOT_REPORTED);
        lost.toldLost(Script.LIST, 1).toldLost(Script.COUNTER, 1);
        assertThat(lost.judgedBy(new LossChecker()))
                .as("two increments are gone, one was told")
                .containsExactly(Anomaly.LOSS_NOT_REPORTED);
        lost.toldLost(Script.COUNTER, 2);
        assertThat(lost.judgedBy(new LossChecker())).isEmpty();
    }

    @Test
    void whatWasNeverAcknowledgedMayBeGone() {
        assertThat(script().call(Script.WRITER, Op.APPEND_DURABLE, Script.DURABLE_LIST, 2, 60, Script.TIMED_OUT)
                        .judgedBy(new LossChecker()))
                .isEmpty();
    }
}
