package dev.lockstep.drill;

import static dev.lockstep.drill.Script.OTHER;
import static dev.lockstep.drill.Script.SHARED;
import static dev.lockstep.drill.Script.SHARED_TOO;
import static dev.lockstep.drill.Script.WRITER;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SessionCheckerTest {
    private final Checker checker = new SessionChecker();

    @Test
    void acceptsAWriterThatReadsWhatItWrote() {
        assertThat(new Script()
                        .write(1, 10)
                        .read(WRITER, Op.READ_REPLICA, 1, 20)
                        .write(2, 30)
                        .read(WRITER, Op.READ_SESSION, 2, 40)
                        .judgedBy(checker))
                .isEmpty();
    }

    @Test
    void catchesAnOwnWriteThatIsNotRead() {
        assertThat(new Script()
                        .write(1, 10)
                        .write(2, 20)
                        .read(WRITER, Op.READ_REPLICA, 1, 30)
                        .judgedBy(checker))
                .containsExactly(Anomaly.OWN_WRITE_NOT_READ);
    }

    @Test
    void takesAMissingKeyForTheOldestValue() {
        assertThat(new Script()
                        .write(1, 10)
                        .read(WRITER, Op.READ_SESSION, 0, 20)
                        .judgedBy(checker))
                .containsExactly(Anomaly.OWN_WRITE_NOT_READ);
    }

    @Test
    void leavesOtherSessionsFreeToReadOlder() {
        assertThat(new Script()
                        .write(1, 10)
                        .write(2, 20)
                        .read(OTHER, Op.READ_REPLICA, 1, 30)
                        .judgedBy(checker))
                .isEmpty();
    }

    @Test
    void catchesAReadThatGoesBackInTime() {
        assertThat(new Script()
                        .write(1, 10)
                        .write(2, 20)
                        .read(OTHER, Op.READ_REPLICA, 2, 30)
                        .read(OTHER, Op.READ_REPLICA, 1, 40)
                        .judgedBy(checker))
                .containsExactly(Anomaly.READ_WENT_BACK);
    }

    @Test
    void bindsEveryThreadOfASharedViewToWhatAnyOfThemSaw() {
        assertThat(new Script()
                        .write(1, 10)
                        .write(2, 20)
                        .read(SHARED, Op.READ_REPLICA, 2, 30)
                        .read(SHARED_TOO, Op.READ_REPLICA, 1, 40)
                        .judgedBy(checker))
                .containsExactly(Anomaly.READ_WENT_BACK);
    }

    @Test
    void letsOverlappingReadsDiffer() {
        assertThat(new Script()
                        .write(1, 10)
                        .write(2, 20)
                        .read(SHARED, Op.READ_REPLICA, 2, 30)
                        .read(SHARED_TOO, Op.READ_REPLICA, 1, 31)
                        .judgedBy(checker))
                .isEmpty();
    }

    @Test
    void doesNotBindASessionToAWriteOfUnknownOutcome() {
        assertThat(new Script()
                        .write(1, 10)
                        .call(WRITER, Op.WRITE, Script.REGISTER, 2, 20, Script.TIMED_OUT)
                        .read(WRITER, Op.READ_REPLICA, 1, 30)
                        .judgedBy(checker))
                .isEmpty();
    }

    @Test
    void doesNotHoldBoundedReadsAgainstTheSession() {
        assertThat(new Script()
                        .write(1, 10)
                        .write(2, 20)
                        .read(WRITER, Op.READ_BOUNDED, 1, 30)
                        .judgedBy(checker))
                .isEmpty();
    }

    /** Two elements appended before the failover, of which the second is gone: what stood after the first may be lost. */
    private static Script losingFailover() {
        return new Script()
                .write(1, 10)
                .append(1, 12)
                .write(2, 20)
                .append(2, 22)
                .failover(50, 60)
                .finals(Script.LIST, 1);
    }

    @Test
    void catchesARollbackThatIsNotReported() {
        assertThat(losingFailover().read(WRITER, Op.READ_REPLICA, 1, 70).judgedBy(checker))
                .containsExactly(Anomaly.ROLLBACK_NOT_REPORTED);
    }

    @Test
    void acceptsARollbackThatWasReported() {
        assertThat(losingFailover()
                        .told(WRITER.session(), 65)
                        .read(WRITER, Op.READ_REPLICA, 1, 70)
                        .judgedBy(checker))
                .isEmpty();
    }

    @Test
    void acceptsARollbackThatIsReportedByRefusingARead() {
        assertThat(losingFailover()
                        .call(WRITER, Op.READ_REPLICA, Script.REGISTER, 0, 66, Script.STALE)
                        .read(WRITER, Op.READ_REPLICA, 1, 70)
                        .judgedBy(checker))
                .isEmpty();
    }

    @Test
    void doesNotAcceptARollbackThatAnotherSessionWasTold() {
        assertThat(losingFailover()
                        .told(OTHER.session(), 65)
                        .read(WRITER, Op.READ_REPLICA, 1, 70)
                        .judgedBy(checker))
                .containsExactly(Anomaly.ROLLBACK_NOT_REPORTED);
    }

    @Test
    void doesNotAcceptBeingToldAfterTheRead() {
        assertThat(losingFailover()
                        .read(WRITER, Op.READ_REPLICA, 1, 70)
                        .told(WRITER.session(), 75)
                        .judgedBy(checker))
                .containsExactly(Anomaly.ROLLBACK_NOT_REPORTED);
    }

    @Test
    void bindsASessionAgainAfterItWasTold() {
        assertThat(losingFailover()
                        .told(WRITER.session(), 65)
                        .write(3, 70)
                        .read(WRITER, Op.READ_REPLICA, 1, 80)
                        .judgedBy(checker))
                .containsExactly(Anomaly.ROLLBACK_NOT_REPORTED);
    }

    @Test
    void callsItAStaleReadIfTheValueCannotHaveBeenLost() {
        assertThat(new Script()
                        .write(1, 10)
                        .write(2, 20)
                        .append(1, 30)
                        .failover(50, 60)
                        .finals(Script.LIST, 1)
                        .read(WRITER, Op.READ_REPLICA, 1, 70)
                        .judgedBy(checker))
                .containsExactly(Anomaly.OWN_WRITE_NOT_READ);
    }

    @Test
    void putsTheEvidenceIntoOneSentence() {
        List<Finding> findings = checker.check(new Script()
                .write(1, 10)
                .write(2, 20)
                .read(WRITER, Op.READ_REPLICA, 1, 30)
                .history());

        assertThat(findings.get(0).judged()).isEqualTo(1);
        assertThat(findings.get(0).violations().get(0).evidence())
                .isEqualTo(
                        "session 0 read 1 by replica() in r0 at 0.031 s, although session 0 had written 2 at 0.021 s");
    }
}
