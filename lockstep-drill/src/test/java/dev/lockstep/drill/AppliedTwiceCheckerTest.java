package dev.lockstep.drill;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AppliedTwiceCheckerTest {
    private final Checker checker = new AppliedTwiceChecker();

    @Test
    void acceptsACounterThatCountsItsCalls() {
        assertThat(new Script()
                        .increment(1, 10)
                        .increment(2, 20)
                        .finals(Script.COUNTER, 2)
                        .judgedBy(checker))
                .isEmpty();
    }

    @Test
    void catchesAnIncrementThatWasReplayed() {
        assertThat(new Script().increment(1, 10).increment(3, 20).judgedBy(checker))
                .containsExactly(Anomaly.APPLIED_TWICE);
    }

    @Test
    void explainsASurplusByCallsWhoseOutcomeNobodyKnew() {
        assertThat(new Script()
                        .increment(1, 10)
                        .call(Script.WRITER, Op.INCREMENT, Script.COUNTER, 0, 20, Script.TIMED_OUT)
                        .increment(3, 30)
                        .judgedBy(checker))
                .isEmpty();
    }

    @Test
    void usesEachSuchCallForOneExplanationOnly() {
        assertThat(new Script()
                        .call(Script.WRITER, Op.INCREMENT, Script.COUNTER, 0, 10, Script.TIMED_OUT)
                        .increment(2, 20)
                        .increment(4, 30)
                        .judgedBy(checker))
                .containsExactly(Anomaly.APPLIED_TWICE);
    }

    @Test
    void doesNotExplainASurplusByACallThatWasReportedNotApplied() {
        assertThat(new Script()
                        .call(Script.WRITER, Op.INCREMENT, Script.COUNTER, 0, 10, Script.NOT_SENT)
                        .increment(2, 20)
                        .judgedBy(checker))
                .containsExactly(Anomaly.APPLIED_TWICE);
    }

    @Test
    void catchesAReplayOfTheLastIncrementInWhatIsHeldAfterIt() {
        assertThat(new Script().increment(1, 10).finals(Script.COUNTER, 2).judgedBy(checker))
                .containsExactly(Anomaly.APPLIED_TWICE);
    }

    @Test
    void doesNotTakeTheReturnToAnOlderBranchForAReplay() {
        // A frozen primary thaws beside its successor and answers once more before it is demoted.
        assertThat(new Script()
                        .increment(1, 10)
                        .increment(2, 20)
                        .increment(3, 30)
                        .increment(2, 40)
                        .increment(4, 50)
                        .judgedBy(checker))
                .isEmpty();
    }

    @Test
    void catchesAnElementThatStandsInItsListTwice() {
        assertThat(new Script()
                        .append(1, 10)
                        .append(2, 20)
                        .finals(Script.LIST, 1, 2, 1)
                        .judgedBy(checker))
                .containsExactly(Anomaly.APPLIED_TWICE);
    }

    @Test
    void acceptsAListThatLostElements() {
        assertThat(new Script()
                        .append(1, 10)
                        .append(2, 20)
                        .finals(Script.LIST, 1)
                        .judgedBy(checker))
                .isEmpty();
    }
}
