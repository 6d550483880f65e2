package dev.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Kept values under every order of events that the seeds bring. To see one seed again: {@code new TrackedSimulation(seed, bug).run(EVENTS)}. */
class TrackedSimulationTest {

    private static final int SEEDS = Integer.getInteger("lockstep.seeds", 4000);
    private static final int EVENTS = 3000;

    @Test
    void whatIsReturnedIsNeverOlderThanPromised() {
        long hits = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            TrackedSimulation simulation = new TrackedSimulation(seed, TrackedSimulation.Bug.NO_BUG);
            assertThat(simulation.run(EVENTS)).as("seed %d", seed).isNull();
            hits += simulation.hits;
        }
        assertThat(hits).as("hits, without which nothing was tested").isGreaterThan(5L * SEEDS);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NO_BUG")
    void aBrokenImplementationIsCaught(TrackedSimulation.Bug bug) {
        String caught = null;
        for (long seed = 0; seed < SEEDS && caught == null; seed++) {
            caught = new TrackedSimulation(seed, bug).run(EVENTS);
        }
        assertThat(caught).isNotNull();
    }
}
