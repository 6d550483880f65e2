package dev.lockstep.drill;

import static dev.lockstep.drill.Script.OTHER;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OutOfNowhereCheckerTest {
    private final Checker checker = new OutOfNowhereChecker();

    @Test
    void acceptsWhatWasWrittenEvenIfItsWriterWasNeverTold() {
        assertThat(new Script()
                        .call(Script.WRITER, Op.WRITE, Script.REGISTER, 1, 10, Script.TIMED_OUT)
                        .read(OTHER, Op.READ_REPLICA, 1, 20)
                        .judgedBy(checker))
                .isEmpty();
    }

    @Test
    void catchesAValueThatNobodyWrote() {
        assertThat(new Script().write(1, 10).read(OTHER, Op.READ_REPLICA, 7, 20).judgedBy(checker))
                .containsExactly(Anomaly.VALUE_OUT_OF_NOWHERE);
    }

    @Test
    void catchesAnAnswerThatBelongsToAnotherKey() {
        assertThat(new Script()
                        .write(1, 10)
                        .read(OTHER, Op.READ_REPLICA, Call.FOREIGN, 20)
                        .judgedBy(checker))
                .containsExactly(Anomaly.VALUE_OUT_OF_NOWHERE);
    }

    @Test
    void catchesAValueReadBeforeItWasWritten() {
        assertThat(new Script().read(OTHER, Op.READ_REPLICA, 1, 10).write(1, 20).judgedBy(checker))
                .containsExactly(Anomaly.VALUE_OUT_OF_NOWHERE);
    }

    @Test
    void catchesAWriteThatWasReportedNotSent() {
        assertThat(new Script()
                        .call(Script.WRITER, Op.WRITE, Script.REGISTER, 1, 10, Script.NOT_SENT)
                        .read(OTHER, Op.READ_REPLICA, 1, 20)
                        .judgedBy(checker))
                .containsExactly(Anomaly.VALUE_OUT_OF_NOWHERE);
    }

    @Test
    void catchesAnElementThatWasReportedNotSent() {
        assertThat(new Script()
                        .call(Script.WRITER, Op.APPEND, Script.LIST, 1, 10, Script.NOT_SENT)
                        .finals(Script.LIST, 1)
                        .judgedBy(checker))
                .containsExactly(Anomaly.VALUE_OUT_OF_NOWHERE);
    }
}
