package dev.lockstep.drill;

import dev.lockstep.local.LocalServer;
import java.util.List;

/** Who owns which slot of a cluster, by the word of one of its nodes: a reading of {@code CLUSTER SLOTS}. */
final class SlotOwners {

    private SlotOwners() {}

    /** For each slot the port of its owner; 0 if it has none. */
    static int[] ports(LocalServer node) {
        int[] ports = new int[Placement.SLOTS];
        if (node.command("CLUSTER", "SLOTS") instanceof List<?> ranges) {
            for (Object range : ranges) {
                if (range instanceof List<?> words && words.get(2) instanceof List<?> owner) {
                    for (int slot = number(words.get(0)); slot <= number(words.get(1)); slot++) {
                        ports[slot] = number(owner.get(1));
                    }
                }
            }
        }
        return ports;
    }

    private static int number(Object word) {
        return Integer.parseInt(String.valueOf(word));
    }
}
