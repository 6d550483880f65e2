package dev.lockstep.drill;

import static dev.lockstep.drill.Script.SHARED;
import static dev.lockstep.drill.Script.WRITER;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What the checkers make of failovers when keys have several shards to be in. */
class ShardedHistoryTest {
    private final SessionChecker sessions = new SessionChecker();
    private final OlderValueChecker older = new OlderValueChecker();

    /** The second value was confirmed in the first shard just before somebody takes over there at 50. */
    private static Script lostIn(int shard) {
        return new Script()
                .sharded()
                .append(1, 10)
                .write(1, 20)
                .write(2, 40)
                .failover(shard, 49, 50)
                .finals(Script.LIST, 1);
    }

    @Test
    void aFailoverOfTheShardThatHasTheKeyMayHaveLostIt() {
        assertThat(lostIn(0).read(SHARED, Op.READ_PRIMARY, 1, 60).judgedBy(older))
                .isEmpty();
    }

    @Test
    void aFailoverOfAnotherShardExcusesNothing() {
        assertThat(lostIn(1).read(SHARED, Op.READ_PRIMARY, 1, 60).judgedBy(older))
                .containsExactly(Anomaly.OLDER_VALUE_RETURNED);
        assertThat(lostIn(1).read(WRITER, Op.READ_REPLICA, 1, 60).judgedBy(sessions))
                .containsExactly(Anomaly.OWN_WRITE_NOT_READ);
    }

    @Test
    void whatAnotherShardToldTheSessionExcusesNothing() {
        assertThat(lostIn(0)
                        .told(WRITER.session(), 1, 55)
                        .read(WRITER, Op.READ_REPLICA, 1, 60)
                        .judgedBy(sessions))
                .containsExactly(Anomaly.ROLLBACK_NOT_REPORTED);
        assertThat(lostIn(0)
                        .told(WRITER.session(), 0, 55)
                        .read(WRITER, Op.READ_REPLICA, 1, 60)
                        .judgedBy(sessions))
                .isEmpty();
    }

    @Test
    void aMoveByItselfExcusesNothing() {
        Script moved = new Script().sharded().write(1, 20).write(2, 40).moved(0, 1, 45, 50);

        assertThat(moved.read(WRITER, Op.READ_REPLICA, 1, 60).judgedBy(sessions))
                .containsExactly(Anomaly.OWN_WRITE_NOT_READ);
    }

    @Test
    void aFailoverOfTheShardThatHadTheKeyBeforeExcusesNothingLater() {
        Script moved = new Script()
                .sharded()
                .write(1, 20)
                .write(2, 40)
                .moved(0, 1, 45, 50)
                .failover(0, 5_000, 5_010);

        assertThat(moved.read(WRITER, Op.READ_REPLICA, 1, 5_100).judgedBy(sessions))
                .containsExactly(Anomaly.OWN_WRITE_NOT_READ);
    }

    @Test
    void aKeyThatHasJustArrivedMayBeLostHoweverOldItsValueIs() {
        // The target's own lists, which could bear witness, say nothing here: nothing was appended since.
        Script moved =
                new Script().sharded().write(1, 20).moved(0, 1, 1_000, 1_010).failover(1, 5_000, 5_010);

        assertThat(moved.read(SHARED, Op.READ_PRIMARY, 0, 5_100).judgedBy(older))
                .isEmpty();
    }

    @Test
    void aKeyThatHasArrivedBeforeAnAppendSurvivedIsNotLost() {
        Script moved = new Script()
                .sharded()
                .write(1, 20)
                .moved(0, 1, 1_000, 1_010)
                .append(1, 1_100)
                .failover(1, 5_000, 5_010)
                .finals(Script.LIST, 1);

        assertThat(moved.read(SHARED, Op.READ_PRIMARY, 0, 5_100).judgedBy(older))
                .containsExactly(Anomaly.OLDER_VALUE_RETURNED);
    }

    @Test
    void whatIsUndoneWithAMoveIsHeldAgainstNobody() {
        for (int shard : List.of(0, 1)) {
            Script undone = new Script()
                    .sharded()
                    .append(1, 10)
                    .write(1, 20)
                    .write(2, 40)
                    .moved(0, 1, 45, 80)
                    .failover(shard, 60, 65)
                    .finals(Script.LIST, 1);

            assertThat(undone.read(WRITER, Op.READ_REPLICA, 1, 90).judgedBy(sessions))
                    .isEmpty();
            assertThat(undone.read(SHARED, Op.READ_PRIMARY, 1, 90).judgedBy(older))
                    .isEmpty();
        }
    }
}
