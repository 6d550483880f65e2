package dev.lockstep.drill;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What one node of a cluster says of all nodes: a reading of {@code CLUSTER NODES}, as far as a drill asks.
 *
 * @param nodes how many it knows, itself included
 * @param owners the ports of the primaries that own slots
 * @param trouble whom it has not met, does not reach or thinks dead, or why it says nothing, for people; empty if all is well
 */
record Gossip(int nodes, Set<Integer> owners, String trouble) {
    private static final Set<String> UNWELL = Set.of("handshake", "noaddr", "fail", "fail?");
    private static final int SLOTS_FROM = 8;

    /** Of a node that said nothing. */
    static final Gossip NONE = new Gossip(0, Set.of(), "it does not answer");

    static Gossip parse(String text) {
        Set<Integer> owners = new HashSet<>();
        List<String> unwell = new ArrayList<>();
        List<String> lines = text.lines().filter(line -> !line.isBlank()).toList();
        for (String line : lines) {
            String[] words = line.split(" ", -1);
            if (words.length < SLOTS_FROM) {
                return new Gossip(0, Set.of(), "it says \"" + line + "\"");
            }
            Set<String> flags = Set.of(words[2].split(","));
            if (!words[7].equals("connected") || flags.stream().anyMatch(UNWELL::contains)) {
                unwell.add(words[1] + " is " + words[2] + " and " + words[7]);
            }
            if (flags.contains("master") && words.length > SLOTS_FROM) {
                owners.add(port(words[1]));
            }
        }
        return new Gossip(lines.size(), Set.copyOf(owners), String.join(", ", unwell));
    }

    /** The same of a node that serves nobody. */
    Gossip refusing() {
        return new Gossip(nodes, owners, trouble.isEmpty() ? "the cluster is down" : "the cluster is down, " + trouble);
    }

    /** Whether it sees so many nodes, all of them well, and these as the owners of slots. */
    boolean agrees(int count, Set<Integer> primaries) {
        return trouble.isEmpty() && nodes == count && owners.equals(primaries);
    }

    /** Of {@code host:port@busport}, perhaps with more after a comma. */
    private static int port(String address) {
        String told = address.split(",", 2)[0].split("@", 2)[0];
        return Integer.parseInt(told.substring(told.lastIndexOf(':') + 1));
    }
}
