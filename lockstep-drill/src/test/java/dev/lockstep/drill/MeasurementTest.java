package dev.lockstep.drill;

import static dev.lockstep.drill.Script.WRITER;
import static dev.lockstep.drill.Script.millis;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MeasurementTest {

    private static Figures figures(Script script) {
        return Measurement.figures(script.history(), millis(1_000), 0);
    }

    @Test
    void countsLostAppendsAndIncrements() {
        Figures figures = figures(new Script()
                .append(1, 10)
                .append(2, 20)
                .append(3, 30)
                .increment(1, 40)
                .increment(2, 50)
                .finals(Script.LIST, 1, 3)
                .finals(Script.COUNTER, 1));

        assertThat(figures.acknowledged()).isEqualTo(5);
        assertThat(figures.lost()).isEqualTo(2);
    }

    @Test
    void doesNotCallAWriteLostThatWasNeverAcknowledged() {
        assertThat(figures(new Script()
                                .call(WRITER, Op.APPEND, Script.LIST, 1, 10, Script.TIMED_OUT)
                                .finals(Script.LIST))
                        .lost())
                .isZero();
    }

    @Test
    void countsFailuresByWhatWasTold() {
        Figures figures = figures(new Script()
                .call(WRITER, Op.WRITE, 0, 1, 10, Script.TIMED_OUT)
                .call(WRITER, Op.WRITE, 0, 2, 20, Script.NOT_SENT)
                .call(WRITER, Op.READ_SESSION, 0, 0, 30, Script.TIMED_OUT));

        assertThat(figures.failures()).isEqualTo(Map.of("timed out", 2L, "not sent", 1L));
        assertThat(figures.unknownOutcomes()).isEqualTo(1);
    }

    @Test
    void measuresTheLongestTimeWithoutASuccess() {
        Figures figures = figures(new Script()
                .write(1, 99)
                .call(WRITER, Op.WRITE, 0, 2, 300, Script.TIMED_OUT)
                .write(3, 599)
                .write(4, 899));

        assertThat(figures.writes().stall()).isEqualTo(millis(500));
    }

    @Test
    void takesTheEndForTheEndOfTheLastStall() {
        assertThat(figures(new Script().write(1, 99)).writes().stall()).isEqualTo(millis(900));
    }

    @Test
    void countsCallsInTheBucketInWhichTheyEnded() {
        Throughput calls = Measurement.throughput(
                new Script()
                        .write(1, 10)
                        .read(WRITER, Op.READ_SESSION, 1, 20)
                        .call(WRITER, Op.READ_SESSION, 0, 0, 249, Script.TIMED_OUT)
                        .history(),
                List.of(),
                millis(400));

        assertThat(calls.writes()).containsExactly(1, 0);
        assertThat(calls.reads()).containsExactly(1, 0);
        assertThat(calls.failed()).containsExactly(0, 1);
    }
}
