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
 * @param words what the sentinels say that answer now. A single server's URI counts as a word of epoch 0
 * @param knownSentinels how many sentinels there are, answering or not
 * @param settled whether everybody worth waiting for at start has answered or failed
 * @param histories how the histories seen so far descend from each other
 */
record Evidence(
        Map<NodeAddress, NodeSight> nodes,
        List<SentinelWord> words,
        int knownSentinels,
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

    /** The word of more than half of all known sentinels, in the epoch that so many vouch for; null if they differ. */
    @Nullable
    SentinelWord majority() {
        int needed = knownSentinels / 2 + 1;
        Map<NodeAddress, List<Long>> epochs = new HashMap<>();
        for (SentinelWord word : words) {
            epochs.computeIfAbsent(word.primary(), a -> new ArrayList<>()).add(word.epoch());
        }
        for (Map.Entry<NodeAddress, List<Long>> named : epochs.entrySet()) {
            List<Long> told = named.getValue();
            if (told.size() >= needed) {
                told.sort(Comparator.reverseOrder());
                return new SentinelWord(named.getKey(), told.get(needed - 1));
            }
        }
        return null;
    }

    /** The word of the highest epoch; among equals the one that more sentinels say. Null without any. */
    @Nullable
    SentinelWord newest() {
        SentinelWord newest = null;
        for (SentinelWord word : words) {
            if (newest == null
                    || word.epoch() > newest.epoch()
                    || (word.epoch() == newest.epoch() && times(word) > times(newest))) {
                newest = word;
            }
        }
        return newest;
    }

    private long times(SentinelWord word) {
        return words.stream().filter(word::equals).count();
    }
}
