package dev.lockstep.topology;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that was observed of one shard, as input of a {@link PrimaryDecision}.
 *
 * @param nodes its data nodes by address
 * @param words what the witnesses say that answer now: the sentinels, or the one map of a Redis Cluster. A single server's
 *     URI counts as a word of epoch 0
 * @param witnesses how many witnesses there are, answering or not; one for a map, which has weighed its nodes already
 * @param settled whether everybody worth waiting for at start has answered or failed
 * @param histories how the histories seen so far descend from each other
 */
record Evidence(
        Map<NodeAddress, NodeSight> nodes,
        List<PrimaryWord> words,
        int witnesses,
        boolean settled,
        HistoryGraph histories) {

    @Nullable
    NodeSight node(@Nullable NodeAddress address) {
        return address == null ? null : nodes.get(address);
    }

    boolean answersAsPrimary(NodeAddress address) {
        NodeSight node = nodes.get(address);
        return node != null && node.answersAsPrimary();
    }

    Collection<NodeSight> all() {
        return nodes.values();
    }

    /** The word of more than half of all witnesses, in the epoch that so many vouch for; null if they differ. */
    @Nullable
    PrimaryWord majority() {
        int needed = witnesses / 2 + 1;
        Map<NodeAddress, List<Long>> epochs = new HashMap<>();
        for (PrimaryWord word : words) {
            epochs.computeIfAbsent(word.primary(), a -> new ArrayList<>()).add(word.epoch());
        }
        for (Map.Entry<NodeAddress, List<Long>> named : epochs.entrySet()) {
            List<Long> told = named.getValue();
            if (told.size() >= needed) {
                told.sort(Comparator.reverseOrder());
                return new PrimaryWord(named.getKey(), told.get(needed - 1));
            }
        }
        return null;
    }

    /** The word of the highest epoch; among equals the one that more witnesses say. Null without any. */
    @Nullable
    PrimaryWord newest() {
        PrimaryWord newest = null;
        for (PrimaryWord word : words) {
            if (newest == null
                    || word.epoch() > newest.epoch()
                    || (word.epoch() == newest.epoch() && times(word) > times(newest))) {
                newest = word;
            }
        }
        return newest;
    }

    private long times(PrimaryWord word) {
        return words.stream().filter(word::equals).count();
    }
}
