package dev.lockstep.client;

import dev.lockstep.topology.NodeAddress;
import io.lettuce.core.RedisException;
import java.util.List;

/**
 * A write was executed by its primary, and is not held by as many replicas as asked for: not yet, or, if {@link #isLost()},
 * not at all any more, since a failover took it back.
 */
public final class NotDurableException extends RedisException {

    private static final long serialVersionUID = 1L;

    /**
     * A replica that is not known to hold the write.
     *
     * @param bytes how many bytes of the replication stream it lacks at most; -1 if that is not known
     * @param problem what is wrong with it, for people; empty if nothing is known
     */
    public record Lacking(NodeAddress replica, long bytes, String problem) {

        @Override
        public String toString() {
            String much = bytes < 0 ? "is not known to hold it" : "lacks up to " + bytes + " bytes";
            return replica + " " + much + (problem.isEmpty() ? "" : " (" + problem + ")");
        }
    }

    private final transient List<NodeAddress> holders;
    private final transient List<Lacking> lacking;
    private final boolean lost;

    NotDurableException(String message, List<NodeAddress> holders, List<Lacking> lacking, boolean lost) {
        super(message);
        this.holders = List.copyOf(holders);
        this.lacking = List.copyOf(lacking);
        this.lost = lost;
    }

    /** The replicas that are known to hold the write. */
    public List<NodeAddress> holders() {
        return holders;
    }

    /** The replicas that count and are not known to hold it. */
    public List<Lacking> lacking() {
        return lacking;
    }

    /** Whether a failover took the write back: the present primary does not hold it, or cannot be shown to. */
    public boolean isLost() {
        return lost;
    }
}
