package dev.lockstep.drill;

import static dev.lockstep.drill.DrillSettings.Topology.CLUSTER;
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
    void strikesTheSameSentinelThroughoutSinceAFrozenOneStaysUselessForLong() {
        for (long seed = 0; seed < 500; seed++) {
            assertThat(Schedule.random(SENTINEL, seed, MINUTE, ALL).steps().stream()
                            .map(Schedule.Step::fault)
                            .filter(fault -> fault.kind().target() == FaultKind.Target.SENTINEL)
                            .map(Fault::pick)
                            .distinct())
                    .hasSizeLessThan(2);
        }
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
    void drawsEveryFaultOfAClusterAndSometimesTwoAtOnce() {
        Set<FaultKind> drawn = EnumSet.noneOf(FaultKind.class);
        int together = 0;
        int movesMet = 0;
        for (long seed = 0; seed < 100; seed++) {
            List<Schedule.Step> steps = cluster(seed).steps();
            steps.forEach(step -> drawn.add(step.fault().kind()));
            for (List<Schedule.Step> pair : overlapping(steps)) {
                together++;
                Fault second = pair.get(1).fault();
                movesMet += pair.get(0).fault().kind() == FaultKind.MOVE_SLOTS
                                && second.kind().takesPrimary()
                        ? 1
                        : 0;
            }
        }

        assertThat(drawn).isEqualTo(FaultKind.all(CLUSTER));
        assertThat(together).isGreaterThan(50);
        assertThat(movesMet).isGreaterThan(20);
    }

    @Test
    void strikesTheShardsOfAClusterOneByOneAndNeverTwoOfItsPrimaries() {
        for (long seed = 0; seed < 500; seed++) {
            for (List<Schedule.Step> pair : overlapping(cluster(seed).steps())) {
                Fault one = pair.get(0).fault();
                Fault other = pair.get(1).fault();
                assertThat(Schedule.mayOverlap(one, other, 3))
                        .as("%s with seed %d", pair, seed)
                        .isTrue();
                boolean slots = one.kind() == FaultKind.MOVE_SLOTS || other.kind() == FaultKind.MOVE_SLOTS;
                assertThat(slots || one.shard(3) != other.shard(3))
                        .as("%s with seed %d", pair, seed)
                        .isTrue();
            }
        }
    }

    @Test
    void leavesAMajorityOfTheClusterAndTheOnlyReplicaOfADyingPrimary() {
        Fault kill = fault(FaultKind.KILL_PRIMARY, 0);

        assertThat(Schedule.mayOverlap(kill, fault(FaultKind.KILL_REPLICA, 1), 3))
                .isTrue();
        assertThat(Schedule.mayOverlap(kill, fault(FaultKind.KILL_REPLICA, 3), 3))
                .isFalse();
        assertThat(Schedule.mayOverlap(kill, fault(FaultKind.PAUSE_PRIMARY, 1), 3))
                .isFalse();
        assertThat(Schedule.mayOverlap(kill, fault(FaultKind.PROMOTE_REPLICA, 1), 3))
                .isFalse();
        assertThat(Schedule.mayOverlap(kill, fault(FaultKind.MOVE_SLOTS, 0), 3)).isTrue();
        assertThat(Schedule.mayOverlap(kill, fault(FaultKind.ADD_REPLICA, 1), 3))
                .isFalse();
        assertThat(Schedule.mayOverlap(kill, fault(FaultKind.KILL_REPLICA, 0), 1))
                .isFalse();
    }

    @Test
    void doesNotReplaceAPrimaryThatLivesWhileItImportsSlots() {
        Fault move = fault(FaultKind.MOVE_SLOTS, 0);

        assertThat(move.destination(3)).isEqualTo(1);
        assertThat(Schedule.mayOverlap(move, fault(FaultKind.PROMOTE_REPLICA, 1), 3))
                .isFalse();
        assertThat(Schedule.mayOverlap(fault(FaultKind.FREEZE_PRIMARY, 1), move, 3))
                .isFalse();
        assertThat(Schedule.mayOverlap(move, fault(FaultKind.PROMOTE_REPLICA, 0), 3))
                .isTrue();
        assertThat(Schedule.mayOverlap(move, fault(FaultKind.KILL_PRIMARY, 1), 3))
                .isTrue();
    }

    private static Fault fault(FaultKind kind, int pick) {
        return new Fault(kind, Duration.ofSeconds(2), pick, Duration.ZERO);
    }

    private static Schedule cluster(long seed) {
        return Schedule.random(CLUSTER, seed, MINUTE, FaultKind.all(CLUSTER));
    }

    /** Pairs of faults that begin while the other is there, or together with it, companions aside. */
    private static List<List<Schedule.Step>> overlapping(List<Schedule.Step> steps) {
        List<Schedule.Step> grave = steps.stream()
                .filter(step -> !Schedule.isCompanion(step.fault().kind()))
                .toList();
        List<List<Schedule.Step>> pairs = new ArrayList<>();
        for (int i = 1; i < grave.size(); i++) {
            Schedule.Step one = grave.get(i - 1);
            Duration apart = grave.get(i).at().minus(one.at()).minus(one.fault().lasting());
            if (apart.compareTo(Duration.ofMillis(700)) < 0) {
                pairs.add(List.of(one, grave.get(i)));
            }
        }
        return pairs;
    }

    @Test
    void tellsTheStoryOfAClusterInItsOrder() {
        assertThat(Schedule.story(CLUSTER).steps())
                .extracting(step -> step.fault().kind())
                .containsExactly(
                        FaultKind.KILL_REPLICA, FaultKind.ADD_REPLICA, FaultKind.MOVE_SLOTS, FaultKind.KILL_PRIMARY);
    }

    @Test
    void tellsTheStoryInItsOrder() {
        assertThat(Schedule.story(SENTINEL).steps())
                .extracting(step -> step.fault().kind())
                .containsExactly(FaultKind.KILL_REPLICA, FaultKind.ADD_REPLICA, FaultKind.KILL_PRIMARY);
    }
}
