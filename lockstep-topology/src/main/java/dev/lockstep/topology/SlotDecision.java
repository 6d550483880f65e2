package dev.lockstep.topology;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The decision who owns which slot of a Redis Cluster, and who belongs to it: a pure function of what was decided before
 * and of the words of all nodes that answer.
 *
 * @param nodes every member by its id, as it is best known: by its own word if it answers, at the address where others
 *     find it
 * @param informed whether more than half of the primaries with slots were heard; if not, nobody is forgotten
 */
record SlotDecision(SlotMap slots, Map<String, ClusterNode> nodes, boolean informed) {
    /* A cluster has no place where its map is kept: every node has its own, and they differ while something happens. But
     * each claim to slots comes with an epoch, and epochs say which claim is the later one:
     *
     *  - a failover takes an epoch that a majority of the primaries grants once, higher than any before; TAKEOVER takes
     *    the next one without asking;
     *  - a slot that moves makes its new owner take a higher epoch too (SETSLOT NODE on the importing side);
     *  - so a map from before, of a node that was cut off or frozen, has the lower epochs and loses, however many nodes
     *    still tell it, and a primary that returns from the dead does not get its slots back.
     *
     * Of each node the statement of the highest epoch counts; among equals its own word over hearsay, because only its own
     * word tells what it gave away (a slot that left it leaves its epoch as it is), then the one that was asked for
     * last. Then each slot is given to the claim of the highest epoch.
     *
     * What was decided is not taken back when the node that told it falls silent and only older maps are left. A slot stays
     * with its owner until a claim of a higher epoch comes, or until an informed view does not know the owner any more
     * (FORGET), or until the owner itself says in no lower epoch that it has handed the slot to another, or to nobody
     * (DELSLOTS needs no epoch). Then it is believed about that other too: where a slot has gone is known first by the
     * one that gave it away, who does not know yet in which epoch it was taken, and everybody else may be thinking of
     * an owner from long before.
     *
     * Role and primary are another matter than slots: nobody knows earlier than the node itself, so its own word counts
     * first. And a node whose address now belongs to another cluster has no say: a word counts if its teller was a member
     * before, or is listed by one whose word counts. */

    static final SlotDecision NONE = new SlotDecision(SlotMap.NONE, Map.of(), false);

    private record Statement(ClusterNode node, long askedAt) {}

    private static final Comparator<Statement> BY_EPOCH = Comparator.comparingLong(
                    (Statement statement) -> statement.node().epoch())
            .thenComparing(statement -> statement.node().own())
            .thenComparingLong(Statement::askedAt);

    private static final Comparator<Statement> BY_NEARNESS = Comparator.comparing(
                    (Statement statement) -> statement.node().own())
            .thenComparingLong(statement -> statement.node().epoch())
            .thenComparingLong(Statement::askedAt);

    SlotDecision {
        nodes = Map.copyOf(nodes);
    }

    static SlotDecision of(SlotDecision before, List<ClusterWord> heard) {
        List<ClusterWord> words = members(before, heard);
        Map<String, List<Statement>> statements = new LinkedHashMap<>();
        Set<String> listed = new HashSet<>();
        for (ClusterWord word : words) {
            for (ClusterNode node : word.said().nodes()) {
                statements.computeIfAbsent(node.id(), id -> new ArrayList<>()).add(new Statement(node, word.askedAt()));
                if (!node.own() || words.size() == 1) {
                    listed.add(node.id());
                }
            }
        }
        Map<String, ClusterNode> claims = new HashMap<>();
        Map<String, ClusterNode> nearest = new HashMap<>();
        statements.forEach((id, said) -> {
            claims.put(id, best(said, BY_EPOCH));
            nearest.put(id, best(said, BY_NEARNESS));
        });
        boolean informed = informed(claims, nearest);
        SlotMap slots = slots(before.slots, claims, own(words), informed);
        // One that only lists itself was removed; unless it owns something, and nobody is there to list it
        Set<String> members = new HashSet<>(listed);
        members.addAll(slots.byOwner().keySet());
        Map<String, ClusterNode> nodes = new HashMap<>();
        before.nodes.forEach((id, node) -> {
            if (!informed || members.contains(id)) {
                nodes.put(id, node.hearsay());
            }
        });
        nearest.forEach((id, node) -> {
            if (!informed || members.contains(id)) {
                nodes.put(id, located(node, statements.getOrDefault(id, List.of()), words, nodes.get(id)));
            }
        });
        return new SlotDecision(slots, nodes, informed);
    }

    private static ClusterNode best(List<Statement> said, Comparator<Statement> order) {
        return said.stream().max(order).orElseThrow().node();
    }

    /** The words of those that belong to the cluster that was decided about before. */
    private static List<ClusterWord> members(SlotDecision before, List<ClusterWord> heard) {
        Set<String> known = new HashSet<>(before.slots.byOwner().keySet());
        if (heard.stream().noneMatch(word -> known.contains(word.said().myself().id()))) {
            known.addAll(before.nodes.keySet());
        }
        if (heard.stream().noneMatch(word -> known.contains(word.said().myself().id()))) {
            return heard;
        }
        List<ClusterWord> trusted = new ArrayList<>();
        List<ClusterWord> others = new ArrayList<>(heard);
        for (boolean grown = true; grown; ) {
            grown = false;
            for (ClusterWord word : List.copyOf(others)) {
                if (known.contains(word.said().myself().id())) {
                    others.remove(word);
                    trusted.add(word);
                    word.said().nodes().forEach(node -> known.add(node.id()));
                    grown = true;
                }
            }
        }
        return trusted;
    }

    /** The word of each node that answers; of one that is asked under two addresses the latest. */
    private static Map<String, ClusterNodes> own(List<ClusterWord> words) {
        Map<String, ClusterNodes> own = new HashMap<>();
        words.stream()
                .sorted(Comparator.comparingLong(ClusterWord::askedAt))
                .forEach(word -> own.put(word.said().myself().id(), word.said()));
        return own;
    }

    private static boolean informed(Map<String, ClusterNode> claims, Map<String, ClusterNode> nearest) {
        long owners = 0;
        long heard = 0;
        for (ClusterNode claim : claims.values()) {
            if (!claim.slots().isEmpty()) {
                owners++;
                ClusterNode near = nearest.get(claim.id());
                heard += near != null && near.own() ? 1 : 0;
            }
        }
        return 2 * heard > owners;
    }

    private static SlotMap slots(
            SlotMap before, Map<String, ClusterNode> claims, Map<String, ClusterNodes> words, boolean informed) {
        @Nullable String[] owners = new @Nullable String[SlotMap.SLOTS];
        long[] epochs = new long[SlotMap.SLOTS];
        for (ClusterNode claim : claims.values()) {
            for (SlotRange range : claim.slots()) {
                for (int slot = range.first(); slot <= range.last(); slot++) {
                    String owner = owners[slot];
                    // Two nodes of one epoch are a collision, which the one of the lower id resolves by taking a new
                    // one
                    if (owner == null
                            || claim.epoch() > epochs[slot]
                            || (claim.epoch() == epochs[slot] && claim.id().compareTo(owner) < 0)) {
                        owners[slot] = claim.id();
                        epochs[slot] = claim.epoch();
                    }
                }
            }
        }
        for (SlotMap.Claim accepted : before.claims()) {
            ClusterNodes word = words.get(accepted.owner());
            boolean isPast = word != null && word.myself().epoch() < accepted.epoch();
            ClusterNodes own = isPast ? null : word;
            boolean gone = informed && !claims.containsKey(accepted.owner());
            for (int slot = accepted.range().first(); slot <= accepted.range().last(); slot++) {
                boolean newer = owners[slot] != null && epochs[slot] > accepted.epoch();
                if (!newer && !gone) {
                    owners[slot] = own == null ? accepted.owner() : own.owner(slot);
                    epochs[slot] = accepted.epoch();
                }
            }
        }
        return SlotMap.of(owners, epochs);
    }

    /**
     * A node at the address that is told of it; else where it was asked, if it does not know its own. What was known
     * before fills in for those that are silent.
     */
    private static ClusterNode located(
            ClusterNode node, List<Statement> said, List<ClusterWord> words, @Nullable ClusterNode before) {
        NodeAddress address = node.address();
        NodeAddress alias = node.alias();
        for (Statement statement : said) {
            address = address == null ? statement.node().address() : address;
            alias = alias == null ? statement.node().alias() : alias;
        }
        for (ClusterWord word : words) {
            if (address == null && word.said().myself().id().equals(node.id())) {
                address = word.asked();
            }
        }
        if (address == null && before != null) {
            address = before.address();
        }
        return node.at(address, alias);
    }
}
