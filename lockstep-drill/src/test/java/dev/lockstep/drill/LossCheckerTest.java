package dev.lockstep.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
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
        assertThat(script().judgedBy(new LossChecker(List.of()))).isEmpty();
        assertThat(new LossChecker(List.of()).check(script().history()))
                .extracting(Finding::judged)
                .containsExactly(1L, 5L, 5L);
    }

    @Test
    void aConfirmedWriteMustNotBeLostEvenIfThatIsTold() {
        assertThat(script().finals(Script.DURABLE_LIST)
                        .toldLost(Script.DURABLE_LIST, 1)
                        .judgedBy(new LossChecker(List.of())))
                .containsExactly(Anomaly.CONFIRMED_WRITE_LOST);
    }

    @Test
    void anyOtherMayBeLostIfThatIsTold() {
        Script lost = script().finals(Script.LIST, 1).finals(Script.COUNTER, 0);
        assertThat(lost.judgedBy(new LossChecker(List.of())))
                .containsExactly(Anomaly.LOSS_NOT_REPORTED, Anomaly.LOSS_NOT_REPORTED);
        lost.toldLost(Script.LIST, 1).toldLost(Script.COUNTER, 1);
        assertThat(lost.judgedBy(new LossChecker(List.of())))
                .as("two increments are gone, one was told")
                .containsExactly(Anomaly.LOSS_NOT_REPORTED);
        lost.toldLost(Script.COUNTER, 2);
        assertThat(lost.judgedBy(new LossChecker(List.of()))).isEmpty();
    }

    @Test
    void whatWasNeverAcknowledgedMayBeGone() {
        assertThat(script().call(Script.WRITER, Op.APPEND_DURABLE, Script.DURABLE_LIST, 2, 60, Script.TIMED_OUT)
                        .judgedBy(new LossChecker(List.of())))
                .isEmpty();
    }

    private static Script onOne() {
        return new Script()
                .call(Script.WRITER, Op.APPEND_TO_ONE, Script.LIST_ON_ONE, 1, 100, Outcome.OK)
                .failover(150, 160)
                .toldLost(Script.LIST_ON_ONE, 1)
                .finals(Script.LIST_ON_ONE);
    }

    private static LossChecker during(FaultKind kind, long from, long settled) {
        return new LossChecker(List.of(
                new FaultWindow(kind, "a", 0, Script.millis(from), Script.millis(settled), Script.millis(settled))));
    }

    @Test
    void aLossThatIsToldThoughThereNeedsAFailoverAtLeast() {
        assertThat(script().toldLost(Script.LIST, 1).judgedBy(new LossChecker(List.of())))
                .containsExactly(Anomaly.LOSS_MADE_UP);
        assertThat(script().toldLost(Script.LIST, 1).failover(45, 46).judgedBy(new LossChecker(List.of())))
                .isEmpty();
        assertThat(Measurement.figures(script().toldLost(Script.LIST, 1).history(), 1_000, 0)
                        .toldThere())
                .isEqualTo(1);
    }

    @Test
    void whatOneReplicaHeldSurvivesThePrimaryAlone() {
        assertThat(onOne().judgedBy(during(FaultKind.KILL_PRIMARY, 120, 300)))
                .containsExactly(Anomaly.CONFIRMED_WRITE_LOST);
    }

    @Test
    void whatOneReplicaHeldMayBeLostWithThatReplica() {
        assertThat(onOne().judgedBy(during(FaultKind.KILL_PRIMARY_AND_REPLICA, 120, 300)))
                .isEmpty();
        assertThat(onOne().judgedBy(during(FaultKind.ISOLATE_PRIMARY_AND_REPLICA, 90, 300)))
                .isEmpty();
        assertThat(onOne().judgedBy(during(FaultKind.KILL_PRIMARY_AND_REPLICA, 10, 99)))
                .as("that was over before it was written")
                .containsExactly(Anomaly.CONFIRMED_WRITE_LOST);
        assertThat(onOne().judgedBy(during(FaultKind.KILL_REPLICA, 200, 300)))
                .as("that was after the loss")
                .containsExactly(Anomaly.CONFIRMED_WRITE_LOST);
    }

    @Test
    void anEmptiedPrimaryTakesAllAndTheClientMustSaySo() {
        LossChecker emptied = during(FaultKind.EMPTY_PRIMARY, 60, 70);
        Script gone = script().finals(Script.COUNTER, 0)
                .finals(Script.LIST)
                .finals(Script.DURABLE_LIST)
                .failover(60, 65);
        assertThat(gone.judgedBy(emptied))
                .containsExactly(Anomaly.LOSS_NOT_REPORTED, Anomaly.LOSS_NOT_REPORTED, Anomaly.LOSS_NOT_REPORTED);
        gone.toldEmptied(66);
        assertThat(gone.judgedBy(emptied)).isEmpty();
        assertThat(gone.append(3, 100).judgedBy(emptied))
                .as("it was written after that")
                .containsExactly(Anomaly.LOSS_NOT_REPORTED);
        assertThat(gone.judgedBy(during(FaultKind.KILL_PRIMARY, 60, 70)))
                .as("no other fault may do that")
                .contains(Anomaly.CONFIRMED_WRITE_LOST);
    }
}
