package dev.lockstep.drill;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What one node of a cluster says of all nodes: a reading of {@code CLUSTER NODES}, as far as a drill asks.
 *
 * @param nodes how many it knows, itself included
 * @param owners the ports of the primaries that own slots
 * @param allWell whether it has met every one, reaches it, and thinks none of them dead
 */
record Gossip(int nodes, Set<Integer> owners, boolean allWell) {
    private static final Set<String> UNWELL = Set.of("handshake", "noaddr", "fail", "fail?");
    private static final int SLOTS_FROM = 8;

    /** Of a node that said nothing. */
    static final Gossip NONE = new Gossip(0, Set.of(), false);

    static Gossip parse(String text) {
        Set<Integer> owners = new HashSet<>();
        boolean allWell = true;
        List<String> lines = text.lines().filter(line -> !line.isBlank()).toList();
        for (String line : lines) {
            String[] words = line.split(" ", -1);
            if (words.length < SLOTS_FROM) {
                return NONE;
            }
            Set<String> flags = Set.of(words[2].split(","));
            allWell &= words[7].equals("connected") && flags.stream().noneMatch(UNWELL::contains);
            if (flags.contains("master") && words.length > SLOTS_FROM) {
                owners.add(port(words[1]));
            }
        }
        return new Gossip(lines.size(), Set.copyOf(owners), allWell);
    }

    /** Whether it sees so many nodes, all of them well, and these as the owners of slots. */
    boolean agrees(int count, Set<Integer> primaries) {
        return allWell && nodes == count && owners.equals(primaries);
    }

    /** Of {@code host:port@busport}, perhaps with more after a comma. */
    private static int port(String address) {
        String told = address.split(",", 2)[0].split("@", 2)[0];
        return Integer.parseInt(told.substring(told.lastIndexOf(':') + 1));
    }
}
