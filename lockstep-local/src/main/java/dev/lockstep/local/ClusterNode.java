package dev.lockstep.local;

import java.util.BitSet;
import java.util.List;
import java.util.Set;

/**
 * What one node of a cluster says of another one, or of itself: a line of {@code CLUSTER NODES}.
 *
 * @param port the data port that others are told
 * @param primaryId whom it follows; "-" when it is a primary
 * @param epoch the epoch in which its slots became its own; a replica has that of its primary
 * @param slots what it owns
 * @param moving slots that it is importing or migrating; a node says this only of itself
 */
record ClusterNode(
        String id,
        int port,
        Set<String> flags,
        String primaryId,
        long epoch,
        boolean linked,
        BitSet slots,
        BitSet moving) {

    private static final int SLOTS_FROM = 8;

    static List<ClusterNode> parseAll(String text) {
        return text.lines()
                .filter(line -> !line.isBlank())
                .map(ClusterNode::parse)
                .toList();
    }

    private static ClusterNode parse(String line) {
        String[] words = line.split(" ", -1);
        if (words.length < SLOTS_FROM) {
            throw new LocalRedisException("Expected a line of CLUSTER NODES with 8 or more words, got: " + line);
        }
        // host:port@busport[,hostname[,name=value…]]
        String address = words[1].split(",", 2)[0].split("@", 2)[0];
        BitSet slots = new BitSet(Cluster.SLOTS);
        BitSet moving = new BitSet(Cluster.SLOTS);
        for (int i = SLOTS_FROM; i < words.length; i++) {
            if (words[i].startsWith("[")) {
                moving.set(Integer.parseInt(words[i].substring(1, words[i].indexOf('-'))));
            } else {
                String[] ends = words[i].split("-", 2);
                slots.set(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]) + 1);
            }
        }
        return new ClusterNode(
                words[0],
                Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)),
                Set.of(words[2].split(",")),
                words[3],
                Long.parseLong(words[6]),
                words[7].equals("connected"),
                slots,
                moving);
    }

    boolean isMyself() {
        return flags.contains("myself");
    }

    boolean isPrimary() {
        return flags.contains("master");
    }

    boolean follows(String id) {
        return flags.contains("slave") && primaryId.equals(id);
    }

    /** Whether the one who says this has met it, and does not think it dead. */
    boolean isWell() {
        return linked && flags.stream().noneMatch(Set.of("handshake", "noaddr", "fail", "fail?")::contains);
    }
}
