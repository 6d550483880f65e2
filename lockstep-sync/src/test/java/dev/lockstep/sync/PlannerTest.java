package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlannerTest {

    private static final TargetShape CLUSTER = new TargetShape(true, 1);
    private static final TargetShape ONE = new TargetShape(false, 16);

    private static Unit unit(int database, Words... commands) {
        int[] databases = new int[commands.length];
        Arrays.fill(databases, database);
        return new Unit(100, 900, commands, databases, database, commands.length > 1);
    }

    private static Planner planner(TargetShape target) {
        return new Planner(target, new RdbFormat(10), () -> 1_000_000);
    }

    private static List<String> texts(Plan plan, int slot) {
        return plan.local().getOrDefault(slot, List.of()).stream()
                .map(applied -> applied.database() + " " + applied.words().text(0) + " "
                        + applied.words().text(1))
                .toList();
    }

    @Test
    void aTransactionStaysWholeWhereThereAreNoSlots() {
        Plan plan = planner(ONE).plan(unit(3, Words.of("INCR", "a"), Words.of("RENAME", "a", "b")));
        assertThat(plan.isLocal()).isTrue();
        assertThat(texts(plan, 0)).containsExactly("3 INCR a", "3 RENAME a");
    }

    @Test
    void whatCrossesSlotsIsAStepOfItsOwnBetweenThoseAroundIt() {
        Plan plan = planner(CLUSTER)
                .plan(unit(0, Words.of("INCR", "a"), Words.of("RENAME", "a", "b"), Words.of("INCR", "b")));
        assertThat(plan.steps())
                .extracting(step -> step.getClass().getSimpleName())
                .containsExactly("Local", "Crossing", "Local");
    }

    @Test
    void whatAnotherCopyKeepsInTheSourceIsNotCopied() {
        String own = Checkpoint.key(0);
        assertThat(planner(ONE).plan(unit(0, Words.of("HSET", own, "1", "7:9"))).steps())
                .isEmpty();
        assertThat(texts(planner(ONE).plan(unit(0, Words.of("HSET", own, "1", "7:9"), Words.of("INCR", "a"))), 0))
                .containsExactly("0 INCR a");
        assertThat(texts(planner(ONE).plan(unit(1, Words.of("HSET", own, "1", "x"))), 0))
                .as("in another database it is data")
                .hasSize(1);
    }

    @Test
    void aDatabaseThatTheTargetLacksIsRefused() {
        assertThatThrownBy(() -> planner(ONE).plan(unit(16, Words.of("INCR", "a"))))
                .isInstanceOf(SyncException.class)
                .hasMessageContainingAll("database 16", "the target has 16");
        assertThatThrownBy(() -> planner(CLUSTER).plan(unit(1, Words.of("INCR", "a"))))
                .hasMessageContaining("database 0 only");
    }

    @Test
    void timesHaveGraceUntilTheCopyIsLive() {
        Planner planner = planner(ONE);
        planner.graceful(true);
        Unit unit = unit(0, Words.of("PEXPIREAT", "a", "5000"));
        assertThat(planner.plan(unit).local().get(0).get(0).words().number(2)).isEqualTo(5000 + Expiries.GRACE);
        planner.graceful(false);
        assertThat(planner.plan(unit).local().get(0).get(0).words().number(2)).isEqualTo(5000);
    }

    @Test
    void whatTheCopyKeepsStaysWhenDatabasesChangePlaces() {
        Plan plan = planner(ONE).plan(unit(0, Words.of("SWAPDB", "0", "2")));
        assertThat(texts(plan, 0).get(0)).isEqualTo("0 SWAPDB 0");
        assertThat(texts(plan, 0))
                .contains("2 MOVE " + TargetStore.RECORDS, "2 MOVE " + Ownership.KEY, "2 MOVE " + Checkpoint.key(0))
                .hasSize(7);
        assertThat(texts(planner(ONE).plan(unit(0, Words.of("SWAPDB", "1", "2"))), 0))
                .hasSize(1);
    }

    @Test
    void whatIsNotKnownStopsTheCopyInFrontOfIt() {
        assertThatThrownBy(() -> planner(ONE).plan(unit(0, Words.of("NOSUCH.COMMAND", "a"))))
                .isInstanceOf(SyncException.class)
                .hasMessageContainingAll("before offset 900", "NOSUCH.COMMAND");
    }
}
