package dev.lockstep.topology;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** Whether a replica of a Redis Cluster would take over just the slots that its primary has: a pure function of what both say. */
final class SlotCheck {
    /* A replica claims what it believes to be its primary's, in a new epoch that nobody disputes. What it has not heard to
     * have come, nobody owns afterwards. What it has not heard to have gone, it takes back, and the new owner deletes the
     * keys, which were moved there. News of slots travels with the bus's pings, which reach a replica within seconds. */

    private SlotCheck() {}

    /** Whether slots are on their way to or from the teller. */
    static boolean isMoving(String clusterNodes) {
        return clusterNodes.lines().filter(line -> line.contains("myself")).anyMatch(line -> line.contains(" ["));
    }

    /**
     * How the replica's opinion of its primary's slots differs from the primary's own, in words that follow "it"; null if it
     * does not.
     *
     * @throws IllegalArgumentException if an answer cannot be understood
     */
    static @Nullable String objection(ClusterNodes primary, ClusterNodes replica) {
        BitSet own = slots(primary.myself());
        BitSet believed = new BitSet();
        replica.nodes().stream()
                .filter(node -> node.id().equals(primary.myself().id()))
                .forEach(node -> believed.or(slots(node)));
        BitSet unheard = (BitSet) own.clone();
        unheard.andNot(believed);
        BitSet gone = (BitSet) believed.clone();
        gone.andNot(own);
        if (!unheard.isEmpty()) {
            return "has not heard yet that its primary owns " + count(unheard);
        }
        return gone.isEmpty() ? null : "has not heard yet that its primary gave up " + count(gone);
    }

    private static String count(BitSet slots) {
        int first = slots.nextSetBit(0);
        return slots.cardinality() == 1 ? "slot " + first : slots.cardinality() + " slots, such as " + first;
    }

    private static BitSet slots(ClusterNode node) {
        BitSet slots = new BitSet();
        for (SlotRange range : node.slots()) {
            slots.set(range.first(), range.last() + 1);
        }
        return slots;
    }
}
