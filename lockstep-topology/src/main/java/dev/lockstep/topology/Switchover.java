package dev.lockstep.topology;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A planned change of a shard's primary that has taken place, without the loss of an acknowledged write.
 *
 * <p>Writes were held back at the old primary until a replica had applied all of them and had taken over. Immutable.
 *
 * @param shard the shard's name such as {@code mymaster}
 * @param from the former primary, which is a replica now
 * @param to the new one
 * @param writeGap for how long nobody took writes: from the moment before they were held back to the moment when the new
 *     primary took them and the old one turned them away. In a Redis Cluster, where the servers do it among themselves, it
 *     is counted from the order to them, and so too long rather than too short
 * @param cut where the new primary's history left the old one: all that was acknowledged before lies there or before
 * @param history the new primary's history
 * @param remarks what did not go as planned and does no harm to the data, for people; mostly empty
 */
public record Switchover(
        String shard,
        NodeAddress from,
        NodeAddress to,
        Duration writeGap,
        Position cut,
        String history,
        List<String> remarks) {

    public Switchover {
        remarks = List.copyOf(remarks);
    }

    /**
     * Makes a replica the primary of its shard. Returns when the sentinels, or the cluster, name it and the others follow
     * it, or when that takes longer than expected, with a remark.
     *
     * <p>Until the order to take over is given, an interrupt of the calling thread ends it and leaves everything as it was;
     * after that it is carried through. An interrupt stays set.
     *
     * @param watcher of the deployment, open
     * @param target the replica that shall be primary; null: of a Sentinel group or a cluster of one shard the one that its
     *     servers, or its offset, prefer
     * @param progress told what goes on, in lines for people, on another thread
     * @throws SwitchoverException if it would not be safe, or failed; it says whether anything changed
     */
    public static Switchover run(TopologyWatcher watcher, @Nullable NodeAddress target, Consumer<String> progress) {
        return SwitchoverRun.run(watcher, target, progress);
    }
}
