package dev.lockstep.local;

import java.time.Duration;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What the nodes of a cluster say of each other, and how they are made to know each other. */
final class Cluster {
    static final int SLOTS = 16_384;

    private static final Duration PROBE_BOUND = Duration.ofMillis(500);

    private final List<LocalServer> nodes;
    private final Map<LocalServer, String> ids = new ConcurrentHashMap<>();

    /** @param nodes all that were not removed, dead or alive; it changes */
    Cluster(List<LocalServer> nodes) {
        this.nodes = nodes;
    }

    /** The name by which the nodes know this one; it keeps it for life. */
    String id(LocalServer node) {
        return ids.computeIfAbsent(node, n -> String.valueOf(n.command("CLUSTER", "MYID")));
    }

    /** Makes one cluster of all nodes, in which these share the slots evenly, as redis-cli would share them. */
    void form(List<LocalServer> primaries, Deadline deadline) {
        double each = (double) SLOTS / primaries.size();
        int first = 0;
        for (int i = 0; i < primaries.size(); i++) {
            int last = i == primaries.size() - 1 ? SLOTS - 1 : (int) Math.round((i + 1) * each - 1);
            primaries.get(i).command("CLUSTER", "ADDSLOTSRANGE", "" + first, "" + last);
            // Epochs that differ from the beginning: otherwise the nodes would have to sort that out first.
            primaries.get(i).command("CLUSTER", "SET-CONFIG-EPOCH", "" + (i + 1));
            first = last + 1;
        }
        for (LocalServer node : nodes.subList(1, nodes.size())) {
            meet(node, nodes.get(0));
        }
        for (LocalServer node : nodes) {
            await(deadline, node + " does not know all other nodes", node, () -> knowsAll(view(node)));
        }
    }

    private boolean knowsAll(List<ClusterNode> view) {
        return view.size() == nodes.size() && view.stream().allMatch(ClusterNode::isWell);
    }

    private static void meet(LocalServer node, LocalServer other) {
        Ports ports = other.spec().ports();
        node.command("CLUSTER", "MEET", other.host(), "" + ports.told(), "" + ports.toldBus());
    }

    /** Lets a new node join, still without slots. Returns when it and all others that answer know each other. */
    void join(LocalServer node, Deadline deadline) {
        List<LocalServer> others =
                views().keySet().stream().filter(n -> !n.equals(node)).toList();
        others.forEach(other -> meet(node, other));
        for (LocalServer other : others) {
            await(
                    deadline,
                    other + " and " + node + " do not know each other",
                    node,
                    () -> seenBy(other, n -> isWell(n, node)) && seenBy(node, n -> isWell(n, other)));
        }
    }

    /** Waits until a node serves its slots, if any other one does: a new primary begins about 2 s after its start. */
    void awaitServing(LocalServer node, Deadline deadline) {
        List<LocalServer> others =
                nodes.stream().filter(n -> !n.equals(node) && n.isAlive()).toList();
        await(
                deadline,
                node + " does not call the cluster served",
                node,
                () -> isServing(node) || others.stream().noneMatch(Cluster::isServing));
    }

    /** Whether a node says that the cluster is up, as it sees it. */
    static boolean isServing(LocalServer node) {
        return "ok".equals(info(node).get("cluster_state"));
    }

    private boolean isWell(ClusterNode seen, LocalServer node) {
        return seen.id().equals(id(node)) && seen.isWell();
    }

    /** Makes a node that has joined a replica. Returns when all that answer see it so. */
    void replicate(LocalServer replica, LocalServer primary, Deadline deadline) {
        replica.command("CLUSTER", "REPLICATE", id(primary));
        for (LocalServer node : views().keySet()) {
            await(
                    deadline,
                    node + " does not see " + replica + " follow " + primary,
                    node,
                    () -> seenBy(node, n -> n.id().equals(id(replica)) && n.follows(id(primary))));
        }
    }

    /** Waits until every node says that all nodes are well, and all slots served. */
    void awaitWhole(Deadline deadline) {
        for (LocalServer node : nodes) {
            await(
                    deadline,
                    node + " does not call the cluster whole",
                    node,
                    () -> isServing(node)
                            && ("" + SLOTS).equals(info(node).get("cluster_slots_ok"))
                            && knowsAll(view(node)));
        }
    }

    /** Makes every living node forget a dead one that was taken off the list. */
    void forget(LocalServer gone, Deadline deadline) {
        String id = id(gone);
        for (LocalServer node : nodes) {
            if (node.isAlive()) {
                await(deadline, node + " does not forget " + gone, node, () -> forgets(node, id));
            }
        }
    }

    private boolean forgets(LocalServer node, String id) {
        List<ClusterNode> view = view(node);
        if (view.stream().noneMatch(n -> n.id().equals(id))) {
            return !view.isEmpty() || !node.isAlive();
        }
        try {
            node.command(PROBE_BOUND, "CLUSTER", "FORGET", id);
            return true;
        } catch (LocalRedisException e) {
            return false; // frozen, or told by another one meanwhile: look again
        }
    }

    /** Whom a node follows by the word of one that answers; null when it is a primary, or nobody knows it. */
    @Nullable
    String primaryIdOf(LocalServer node) {
        return views().values().stream()
                .flatMap(List::stream)
                .filter(n -> n.id().equals(id(node))
                        && !n.isPrimary()
                        && !n.primaryId().equals("-"))
                .map(ClusterNode::primaryId)
                .findFirst()
                .orElse(null);
    }

    /** Whether somebody who answers sees this node own slots, or a replica follow it. */
    boolean isNeeded(LocalServer node) {
        String id = id(node);
        return views().values().stream()
                .flatMap(List::stream)
                .anyMatch(n -> n.follows(id) || (n.id().equals(id) && !n.slots().isEmpty()));
    }

    /** Every living node that owns slots, the owner of the first one first. */
    List<LocalServer> primaries() {
        return owners(views()).values().stream()
                .distinct()
                .filter(LocalServer::isAlive)
                .toList();
    }

    /**
     * Who owns each slot, dead or alive, by the claim with the highest epoch. What a node that answers owns is known only
     * to itself: what others say of it may be old under an epoch that is new. For one that does not answer the others
     * speak.
     */
    SortedMap<Integer, LocalServer> owners(Map<LocalServer, List<ClusterNode>> views) {
        SortedMap<Integer, LocalServer> owners = new TreeMap<>();
        long[] epochs = new long[SLOTS];
        for (List<ClusterNode> view : views.values()) {
            for (ClusterNode said : view) {
                LocalServer node = byPort(said.port());
                if (node != null && (said.isMyself() || !views.containsKey(node))) {
                    BitSet slots = said.slots();
                    for (int slot = slots.nextSetBit(0); slot >= 0; slot = slots.nextSetBit(slot + 1)) {
                        if (!owners.containsKey(slot) || said.epoch() > epochs[slot]) {
                            owners.put(slot, node);
                            epochs[slot] = said.epoch();
                        }
                    }
                }
            }
        }
        return owners;
    }

    /** The slots of which everybody who answers knows that this node owns them, and nobody still moves them. */
    BitSet settledAt(LocalServer owner) {
        BitSet settled = new BitSet(SLOTS);
        settled.set(0, SLOTS);
        Map<LocalServer, List<ClusterNode>> views = views();
        for (List<ClusterNode> view : views.values()) {
            BitSet owned = new BitSet(SLOTS);
            for (ClusterNode node : view) {
                if (node.id().equals(id(owner))) {
                    owned.or(node.slots());
                }
                settled.andNot(node.moving());
            }
            settled.and(owned);
        }
        return views.isEmpty() ? new BitSet() : settled;
    }

    /** Whether everybody who answers, one node aside, says that this one owns the slot. */
    boolean isHeard(int slot, LocalServer owner, LocalServer aside) {
        Map<LocalServer, List<ClusterNode>> views = views();
        views.remove(aside);
        return views.values().stream()
                .allMatch(view -> view.stream()
                        .anyMatch(said ->
                                said.id().equals(id(owner)) && said.slots().get(slot)));
    }

    /** What this node says that it owns itself. */
    static BitSet ownedBy(LocalServer node, Map<LocalServer, List<ClusterNode>> views) {
        return ownWord(node, views, ClusterNode::slots);
    }

    /** What this node says that it is importing or migrating. */
    static BitSet movedBy(LocalServer node, Map<LocalServer, List<ClusterNode>> views) {
        return ownWord(node, views, ClusterNode::moving);
    }

    private static BitSet ownWord(
            LocalServer node, Map<LocalServer, List<ClusterNode>> views, Function<ClusterNode, BitSet> which) {
        return views.getOrDefault(node, List.of()).stream()
                .filter(ClusterNode::isMyself)
                .map(which)
                .findFirst()
                .orElseGet(BitSet::new);
    }

    /** Whether this node says that it is a primary. */
    static boolean isPrimary(LocalServer node, Map<LocalServer, List<ClusterNode>> views) {
        return views.getOrDefault(node, List.of()).stream().anyMatch(said -> said.isMyself() && said.isPrimary());
    }

    private @Nullable LocalServer byPort(int port) {
        return nodes.stream().filter(n -> n.port() == port).findFirst().orElse(null);
    }

    /** What every node says that answers soon. */
    Map<LocalServer, List<ClusterNode>> views() {
        Map<LocalServer, List<ClusterNode>> views = new LinkedHashMap<>();
        for (LocalServer node : nodes) {
            List<ClusterNode> view = node.isAlive() ? view(node) : List.of();
            if (!view.isEmpty()) {
                views.put(node, view);
            }
        }
        return views;
    }

    private static boolean seenBy(LocalServer node, Predicate<ClusterNode> what) {
        return view(node).stream().anyMatch(what);
    }

    /** What this node says; empty when it does not answer soon. */
    private static List<ClusterNode> view(LocalServer node) {
        try {
            return ClusterNode.parseAll(String.valueOf(node.command(PROBE_BOUND, "CLUSTER", "NODES")));
        } catch (LocalRedisException e) {
            return List.of();
        }
    }

    private static Map<String, String> info(LocalServer node) {
        try {
            return LocalServer.fields(String.valueOf(node.command(PROBE_BOUND, "CLUSTER", "INFO")));
        } catch (LocalRedisException e) {
            return Map.of();
        }
    }

    private static void await(Deadline deadline, String problem, LocalServer node, BooleanSupplier done) {
        if (!deadline.await(done)) {
            throw new LocalRedisException(problem + " within " + deadline.within() + ". It says:\n" + view(node)
                    + "\nThe last lines of its log:\n" + node.logTail(20));
        }
    }
}
