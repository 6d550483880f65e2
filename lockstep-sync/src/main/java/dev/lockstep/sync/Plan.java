package dev.lockstep.sync;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How one unit is carried out on a target: in steps, each of which finds what those before it have left. Immutable.
 *
 * @param steps none if the unit changes nothing
 */
record Plan(List<Step> steps) {

    /** One step. */
    sealed interface Step {

        /** Commands of one slot each, which belong together slot by slot. */
        record Local(Map<Integer, List<Applied>> bySlot) implements Step {}

        /** Something that concerns several slots, or all. */
        record Crossing(Effect effect, int database) implements Step {

            /** Its command, if that has keys. */
            @Nullable
            Words words() {
                return effect instanceof Effect.Relocation relocation
                        ? relocation.from().words()
                        : effect instanceof Effect.Transfer transfer
                                ? transfer.words()
                                : effect instanceof Effect.Computation computation ? computation.words() : null;
            }
        }
    }

    Plan {
        steps = List.copyOf(steps);
    }

    /** The only step of a plan that {@link #isLocal is local}. */
    Map<Integer, List<Applied>> local() {
        return steps.isEmpty() ? Map.of() : ((Step.Local) steps.get(0)).bySlot();
    }

    /** Whether no step concerns several slots. */
    boolean isLocal() {
        return steps.isEmpty() || (steps.size() == 1 && steps.get(0) instanceof Step.Local);
    }
}
