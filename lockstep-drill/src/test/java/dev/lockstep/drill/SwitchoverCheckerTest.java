package dev.lockstep.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What was acknowledged while a primary was replaced as planned. */
class SwitchoverCheckerTest {
    private static final FaultWindow PLANNED = window(FaultKind.SWITCHOVER, 100, 200);

    private static FaultWindow window(FaultKind kind, long from, long healed) {
        return new FaultWindow(kind, "b", 0, Script.millis(from), Script.millis(healed), Script.millis(healed + 50));
    }

    private static Script script() {
        return new Script().append(1, 50).append(2, 150).append(3, 300).failover(140, 160);
    }

    @Test
    void nothingIsLost() {
        Script all = script().finals(Script.LIST, 1, 2, 3);

        assertThat(all.judgedBy(new SwitchoverChecker(List.of(PLANNED)))).isEmpty();
        assertThat(new SwitchoverChecker(List.of(PLANNED)).check(all.history()))
                .extracting(Finding::judged)
                .containsExactly(1L);
    }

    @Test
    void oneIsLostAlthoughItIsTold() {
        assertThat(script().finals(Script.LIST, 1, 3)
                        .toldLost(Script.LIST, 1)
                        .judgedBy(new SwitchoverChecker(List.of(PLANNED))))
                .containsExactly(Anomaly.LOST_IN_SWITCHOVER);
    }

    @Test
    void whatElseIsLostIsNotItsFault() {
        assertThat(script().finals(Script.LIST, 2).judgedBy(new SwitchoverChecker(List.of(PLANNED))))
                .isEmpty();
    }

    @Test
    void saysNothingWhereThereWasNoneOrNotAlone() {
        Script lost = script().finals(Script.LIST);

        assertThat(new SwitchoverChecker(List.of(window(FaultKind.KILL_PRIMARY, 100, 200))).check(lost.history()))
                .isEmpty();
        assertThat(new SwitchoverChecker(List.of(PLANNED, window(FaultKind.PAUSE_REPLICA, 240, 300)))
                        .check(lost.history()))
                .isEmpty();
    }
}
