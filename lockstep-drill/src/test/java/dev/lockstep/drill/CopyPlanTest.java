package dev.lockstep.drill;

import static dev.lockstep.drill.CopyDrillSettings.Kind.CLUSTER;
import static dev.lockstep.drill.CopyDrillSettings.Kind.SENTINEL;
import static dev.lockstep.drill.CopyDrillSettings.Kind.STANDALONE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.lockstep.drill.CopyPlan.Moment;
import dev.lockstep.drill.CopyPlan.Strike;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CopyPlanTest {

    private static CopyPlan plan(long seed, CopyFault... faults) {
        return CopyPlan.of(CopyDrillSettings.random(seed).withFaults(EnumSet.copyOf(List.of(faults))));
    }

    @Test
    void isTheSameForTheSameSeedOnly() {
        assertThat(CopyPlan.of(CopyDrillSettings.random(7))).isEqualTo(CopyPlan.of(CopyDrillSettings.random(7)));
        assertThat(CopyPlan.of(CopyDrillSettings.random(7))).isNotEqualTo(CopyPlan.of(CopyDrillSettings.random(8)));
    }

    @Test
    void killsTheCopierHalfOfTheTimeInTheFullCopyAndThereFirst() {
        for (long seed = 0; seed < 50; seed++) {
            assertThat(plan(seed, CopyFault.KILL_COPIER).strikes())
                    .extracting(Strike::moment)
                    .containsExactly(Moment.FULL_COPY, Moment.FULL_COPY, Moment.LIVE, Moment.LIVE);
        }
    }

    @Test
    void drawsEveryKindAndEveryFaultThatIsUsual() {
        Set<CopyDrillSettings.Kind> sources = new HashSet<>();
        Set<CopyDrillSettings.Kind> targets = new HashSet<>();
        Set<CopyFault> faults = new HashSet<>();
        for (long seed = 0; seed < 200; seed++) {
            CopyPlan plan = CopyPlan.of(CopyDrillSettings.random(seed));
            sources.add(plan.source());
            targets.add(plan.target());
            plan.strikes().forEach(strike -> {
                faults.add(strike.fault());
                assertThat(strike.fault().fits(plan.source(), plan.target())).isTrue();
            });
        }
        assertThat(sources).containsExactlyInAnyOrder(CopyDrillSettings.Kind.values());
        assertThat(targets).containsExactlyInAnyOrder(CopyDrillSettings.Kind.values());
        assertThat(faults).containsExactlyInAnyOrderElementsOf(CopyFault.usual());
    }

    @Test
    void drawsDeploymentsToWhichTheFaultCanBeDone() {
        for (long seed = 0; seed < 50; seed++) {
            assertThat(plan(seed, CopyFault.MOVE_TARGET_SLOTS).target()).isEqualTo(CLUSTER);
            assertThat(plan(seed, CopyFault.MOVE_SOURCE_SLOTS).source()).isEqualTo(CLUSTER);
            assertThat(plan(seed, CopyFault.LOSE_SOURCE).source()).isNotEqualTo(STANDALONE);
            assertThat(plan(seed, CopyFault.KILL_SOURCE).source()).isNotEqualTo(STANDALONE);
            assertThat(plan(seed, CopyFault.KILL_TARGET).target()).isNotEqualTo(STANDALONE);
        }
    }

    @Test
    void takesTheDeploymentsThatAreGiven() {
        CopyPlan plan = CopyPlan.of(CopyDrillSettings.random(7).between(SENTINEL, STANDALONE));
        assertThat(plan.source()).isEqualTo(SENTINEL);
        assertThat(plan.target()).isEqualTo(STANDALONE);
    }

    @Test
    void movesSlotsOnlyOnceTheTargetFollows() {
        for (long seed = 0; seed < 50; seed++) {
            assertThat(plan(seed, CopyFault.MOVE_TARGET_SLOTS, CopyFault.MOVE_SOURCE_SLOTS)
                            .strikes())
                    .extracting(Strike::moment)
                    .containsOnly(Moment.LIVE);
        }
    }

    @Test
    void refusesFaultsThatCannotBe() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CopyDrillSettings.random(1)
                        .withFaults(EnumSet.of(CopyFault.MOVE_TARGET_SLOTS))
                        .between(null, STANDALONE))
                .withMessage("move-target-slots cannot be done to a copy from anything to standalone");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CopyFault.parse("kill-copier,earthquake"))
                .withMessageContaining("Unknown fault 'earthquake' of a copy. Known are: all, kill-copier,")
                .withMessageContaining("move-source-slots");
    }
}
