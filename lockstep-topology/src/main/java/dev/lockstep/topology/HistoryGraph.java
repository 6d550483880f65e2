package dev.lockstep.topology;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How the histories of one shard descend from each other, as its primaries have told, and so what became of a position.
 *
 * <p>Thread-safe. Grows by one small entry per failover or restart.
 */
public final class HistoryGraph {
    /* A promoted node continues the numbering of its parent history: its replid2 names the parent and
     * second_repl_offset is the first byte that is its own. A position (H, o) survived on a primary of history N exactly
     * if a chain of such edges leads from N to H and o lies within the smallest cut on the way. Only a primary may be
     * asked: a replica that re-attaches by a partial resync records its own offset of that moment, which understates the
     * common prefix. A position that was once cut off never becomes valid again. */

    /** What became of a position. */
    public enum Fate {
        /** Every byte up to the position is part of the current history. */
        SURVIVED,
        /** The current history left the position's history before it. */
        LOST,
        /** No chain of known histories connects the two: nothing can be promised. */
        UNKNOWN
    }

    private record Edge(String parent, long cut) {}

    private final Map<String, Edge> parents = new ConcurrentHashMap<>();

    /** Remembers the descent that a node tells while it is a primary; what replicas tell is ignored. */
    public void learn(ReplicationInfo info) {
        if (info.role() == Role.PRIMARY && info.parentHistory() != null) {
            continues(info.position().history(), info.parentHistory(), info.parentCut());
        }
    }

    /**
     * Remembers that a primary took a new history because its first replica attached: it has lost nothing, but tells no
     * parent. Anything else that happened between the two answers is ignored.
     *
     * @param before what the same process said the last time; null if it is not known
     */
    public void learnRenaming(@Nullable ReplicationInfo before, ReplicationInfo after) {
        if (before != null
                && before.role() == Role.PRIMARY
                && after.role() == Role.PRIMARY
                && !before.backlogActive()
                && after.parentHistory() == null) {
            continues(after.position().history(), before.position().history(), Long.MAX_VALUE);
        }
    }

    /**
     * Remembers that {@code child} continues {@code parent} up to and including byte {@code cut}
     * ({@link Long#MAX_VALUE}: nothing was lost, as when a primary takes a new id because its first replica attached).
     */
    public void continues(String child, String parent, long cut) {
        if (!child.equals(parent)) {
            parents.putIfAbsent(child, new Edge(parent, cut));
        }
    }

    /** Whether a chain of known histories leads from {@code child} back to {@code ancestor}, which is another one. */
    boolean descends(String child, String ancestor) {
        Set<String> visited = new HashSet<>();
        for (Edge edge = parents.get(child); edge != null && visited.add(edge.parent()); ) {
            if (edge.parent().equals(ancestor)) {
                return true;
            }
            edge = parents.get(edge.parent());
        }
        return false;
    }

    /** What became of {@code seen} on a primary whose history is {@code current}. */
    public Fate fate(Position seen, String current) {
        if (seen.history().equals(current)) {
            return Fate.SURVIVED;
        }
        long cut = Long.MAX_VALUE;
        Set<String> visited = new HashSet<>();
        for (String at = current; visited.add(at); ) {
            Edge edge = parents.get(at);
            if (edge == null) {
                return Fate.UNKNOWN;
            }
            cut = Math.min(cut, edge.cut());
            if (edge.parent().equals(seen.history())) {
                return seen.offset() <= cut ? Fate.SURVIVED : Fate.LOST;
            }
            at = edge.parent();
        }
        return Fate.UNKNOWN;
    }
}
