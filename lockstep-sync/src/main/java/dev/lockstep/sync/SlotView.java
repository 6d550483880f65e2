package dev.lockstep.sync;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a primary of a Redis Cluster says of the slots. Not to be changed.
 *
 * @param id its own
 * @param owned what it serves
 * @param leaving slots of its own that are on their way, and to whom
 * @param arriving slots that are on their way to it, and from whom
 * @param others what other primaries own, as far as it has heard, by their ids
 */
record SlotView(
        String id,
        BitSet owned,
        Map<Integer, String> leaving,
        Map<Integer, String> arriving,
        Map<String, BitSet> others) {

    private static final int FIRST_SLOT = 8;

    /**
     * Reads the text of {@code CLUSTER NODES}.
     *
     * @throws IllegalArgumentException if it is something else, with what was seen
     */
    static SlotView parse(String nodes) {
        String id = "";
        BitSet owned = new BitSet();
        Map<Integer, String> leaving = new HashMap<>();
        Map<Integer, String> arriving = new HashMap<>();
        Map<String, BitSet> others = new HashMap<>();
        for (String line : nodes.lines().toList()) {
            List<String> words = List.of(line.strip().split(" +", -1));
            if (words.size() < FIRST_SLOT) {
                throw new IllegalArgumentException("CLUSTER NODES has a line of " + words.size() + " words");
            }
            List<String> flags = List.of(words.get(2).split(",", -1));
            boolean own = flags.contains("myself");
            if (own && flags.contains("master")) {
                id = words.get(0);
            }
            BitSet its = own ? owned : new BitSet();
            for (String word : words.subList(FIRST_SLOT, words.size())) {
                read(word, its, leaving, arriving);
            }
            if (!own) {
                others.put(words.get(0), its);
            }
        }
        return new SlotView(id, owned, leaving, arriving, others);
    }

    /** {@code 7}, {@code 7-9}, {@code [7->-id]} or {@code [7-<-id]}. */
    private static void read(String word, BitSet its, Map<Integer, String> leaving, Map<Integer, String> arriving) {
        if (word.startsWith("[")) {
            int dash = word.indexOf('-');
            int slot = Integer.parseInt(word.substring(1, dash));
            String peer = word.substring(dash + 3, word.length() - 1);
            (word.startsWith("->-", dash) ? leaving : arriving).put(slot, peer);
            return;
        }
        int dash = word.indexOf('-');
        int first = Integer.parseInt(dash < 0 ? word : word.substring(0, dash));
        its.set(first, (dash < 0 ? first : Integer.parseInt(word.substring(dash + 1))) + 1);
    }

    /** Whether it is a primary. */
    boolean isPrimary() {
        return !id.isEmpty();
    }

    /** What it serves, and what comes to it. */
    BitSet taken() {
        BitSet taken = (BitSet) owned.clone();
        arriving.keySet().forEach(taken::set);
        return taken;
    }

    /** Whether no slot is on its way from it or to it. */
    boolean isAtRest() {
        return leaving.isEmpty() && arriving.isEmpty();
    }

    /** Whether it serves a slot, or takes what is left of it. */
    boolean takes(int slot) {
        return owned.get(slot) || arriving.containsKey(slot);
    }

    /** Whether it has given a slot to somebody, or is about to. */
    boolean gives(int slot, String to) {
        return to.equals(leaving.get(slot)) || hasGiven(slot, to);
    }

    /** Whether it has given a slot to somebody, and will not write there any more. */
    boolean hasGiven(int slot, String to) {
        BitSet its = others.get(to);
        return !owned.get(slot) && !leaving.containsKey(slot) && its != null && its.get(slot);
    }
}
