package dev.lockstep.drill;

import static dev.lockstep.drill.Script.OTHER;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OlderValueCheckerTest {
    private final Checker checker = new OlderValueChecker();

    @Test
    void catchesAWriteThatLandsLateOverANewerOne() {
        assertThat(new Script()
                        .call(Script.WRITER, Op.WRITE, Script.REGISTER, 1, 10, Script.TIMED_OUT)
                        .write(2, 20)
                        .read(OTHER, Op.READ_PRIMARY, 2, 30)
                        .read(OTHER, Op.READ_PRIMARY, 1, 40)
                        .judgedBy(checker))
                .containsExactly(Anomaly.OLDER_VALUE_RETURNED);
    }

    @Test
    void catchesItInWhatIsHeldAfterTheLastCall() {
        assertThat(new Script()
                        .write(1, 10)
                        .write(2, 20)
                        .finals(Script.REGISTER, 1)
                        .judgedBy(checker))
                .containsExactly(Anomaly.OLDER_VALUE_RETURNED);
    }

    @Test
    void leavesReplicasFreeToBeOlder() {
        assertThat(new Script()
                        .write(1, 10)
                        .write(2, 20)
                        .read(OTHER, Op.READ_REPLICA, 1, 30)
                        .judgedBy(checker))
                .isEmpty();
    }

    @Test
    void acceptsAReadThatOverlapsTheWrite() {
        assertThat(new Script()
                        .write(1, 10)
                        .write(2, 20)
                        .read(OTHER, Op.READ_PRIMARY, 1, 21)
                        .judgedBy(checker))
                .isEmpty();
    }

    @Test
    void doesNotBlameTheClientForWhatAFailoverLost() {
        assertThat(new Script()
                        .write(1, 10)
                        .append(1, 15)
                        .write(2, 20)
                        .append(2, 25)
                        .failover(50, 60)
                        .finals(Script.LIST, 1)
                        .finals(Script.REGISTER, 1)
                        .read(OTHER, Op.READ_PRIMARY, 1, 70)
                        .judgedBy(checker))
                .isEmpty();
    }

    @Test
    void doesNotTakeAFailoverForAnExcuseIfTheValueSurvivedIt() {
        assertThat(new Script()
                        .write(1, 10)
                        .write(2, 20)
                        .append(1, 25)
                        .failover(50, 60)
                        .finals(Script.LIST, 1)
                        .finals(Script.REGISTER, 1)
                        .judgedBy(checker))
                .containsExactly(Anomaly.OLDER_VALUE_RETURNED);
    }

    @Test
    void doesNotTakeAFailoverForAnExcuseBeforeItBegan() {
        assertThat(new Script()
                        .write(1, 10)
                        .write(2, 20)
                        .read(OTHER, Op.READ_PRIMARY, 1, 30)
                        .failover(50, 60)
                        .judgedBy(checker))
                .containsExactly(Anomaly.OLDER_VALUE_RETURNED);
    }
}
