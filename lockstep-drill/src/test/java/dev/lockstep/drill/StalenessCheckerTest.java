package dev.lockstep.drill;

import static dev.lockstep.drill.Script.BOUNDED_100;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StalenessCheckerTest {
    private final Checker checker = new StalenessChecker();

    @Test
    void catchesAReadThatMissesAValueConfirmedLongerAgoThanItsBound() {
        assertThat(new Script()
                        .write(1, 10)
                        .write(2, 20)
                        .read(BOUNDED_100, Op.READ_BOUNDED, 1, 122)
                        .judgedBy(checker))
                .containsExactly(Anomaly.STALENESS_EXCEEDED);
    }

    @Test
    void acceptsAReadThatIsOldByExactlyItsBound() {
        assertThat(new Script()
                        .write(1, 10)
                        .write(2, 20)
                        .read(BOUNDED_100, Op.READ_BOUNDED, 1, 121)
                        .judgedBy(checker))
                .isEmpty();
    }

    @Test
    void doesNotAskForAValueOfUnknownOutcome() {
        assertThat(new Script()
                        .write(1, 10)
                        .call(Script.WRITER, Op.WRITE, Script.REGISTER, 2, 20, Script.TIMED_OUT)
                        .read(BOUNDED_100, Op.READ_BOUNDED, 1, 500)
                        .judgedBy(checker))
                .isEmpty();
    }

    @Test
    void doesNotAskForAValueThatAFailoverMayHaveLost() {
        assertThat(new Script()
                        .write(1, 10)
                        .append(1, 15)
                        .write(2, 20)
                        .failover(50, 60)
                        .finals(Script.LIST, 1)
                        .read(BOUNDED_100, Op.READ_BOUNDED, 1, 500)
                        .judgedBy(checker))
                .isEmpty();
    }

    @Test
    void stillAsksForTheNewestValueThatSurvivedAFailover() {
        assertThat(new Script()
                        .write(1, 10)
                        .write(2, 12)
                        .append(1, 15)
                        .write(3, 20)
                        .failover(50, 60)
                        .finals(Script.LIST, 1)
                        .read(BOUNDED_100, Op.READ_BOUNDED, 1, 500)
                        .judgedBy(checker))
                .containsExactly(Anomaly.STALENESS_EXCEEDED);
    }

    @Test
    void asksTheSameOfANearCache() {
        Script script = new Script().write(1, 10).write(2, 20).read(BOUNDED_100, Op.READ_NEAR_BOUNDED, 1, 122);

        assertThat(script.judgedBy(checker)).containsExactly(Anomaly.NEAR_CACHE_TOO_OLD);
        assertThat(script.judgedBy(new SessionChecker())).isEmpty();
    }
}
