package dev.lockstep.drill;

import static dev.lockstep.drill.DrillSettings.Topology.SENTINEL;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static final Set<FaultKind> ALL = FaultKind.all(SENTINEL);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    @Test
    void isTheSameForTheSameSeed() {
        assertThat(Schedule.random(SENTINEL, 7, MINUTE, ALL)).isEqualTo(Schedule.random(SENTINEL, 7, MINUTE, ALL));
    }

    @Test
    void isAnotherForAnotherSeed() {
        assertThat(Schedule.random(SENTINEL, 7, MINUTE, ALL)).isNotEqualTo(Schedule.random(SENTINEL, 8, MINUTE, ALL));
    }

    @Test
    void drawsOnlyFromTheFaultsGiven() {
        Set<FaultKind> two = EnumSet.of(FaultKind.KILL_PRIMARY, FaultKind.PAUSE_REPLICA);

        for (long seed = 0; seed < 100; seed++) {
            assertThat(Schedule.random(SENTINEL, seed, MINUTE, two).steps())
                    .isNotEmpty()
                    .allMatch(step -> two.contains(step.fault().kind()));
        }
    }

    @Test
    void drawsEveryFaultSoonerOrLater() {
        Set<FaultKind> drawn = EnumSet.noneOf(FaultKind.class);
        for (long seed = 0; seed < 100; seed++) {
            Schedule.random(SENTINEL, seed, MINUTE, ALL)
                    .steps()
                    .forEach(step -> drawn.add(step.fault().kind()));
        }

        assertThat(drawn).isEqualTo(ALL);
    }

    @Test
    void neverTakesTwoCopiesAtOnceNorAMajorityOfTheSentinels() {
        for (long seed = 0; seed < 500; seed++) {
            List<Schedule.Step> open = new ArrayList<>();
            for (Schedule.Step step :
                    Schedule.random(SENTINEL, seed, MINUTE, ALL).steps()) {
                open.removeIf(other -> other.at().plus(other.fault().lasting()).compareTo(step.at()) <= 0);
                open.add(step);
                assertThat(open.stream()
                                .filter(other ->
                                        !Schedule.isCompanion(other.fault().kind())))
                        .as("faults of data nodes at %s with seed %d", step.at(), seed)
                        .hasSizeLessThanOrEqualTo(1);
                assertThat(open.stream().filter(other -> other.fault().kind().target() == FaultKind.Target.SENTINEL))
                        .as("faults of Sentinels at %s with seed %d", step.at(), seed)
                        .hasSizeLessThanOrEqualTo(1);
            }
        }
    }

    @Test
    void endsItsFaultsBeforeItEnds() {
        for (long seed = 0; seed < 100; seed++) {
            assertThat(Schedule.random(SENTINEL, seed, MINUTE, ALL).steps())
                    .allMatch(step -> step.at().plus(step.fault().lasting()).compareTo(MINUTE) < 0);
        }
    }

    @Test
    void tellsTheStoryInItsOrder() {
        assertThat(Schedule.story(SENTINEL).steps())
                .extracting(step -> step.fault().kind())
                .containsExactly(FaultKind.KILL_REPLICA, FaultKind.ADD_REPLICA, FaultKind.KILL_PRIMARY);
    }
}
