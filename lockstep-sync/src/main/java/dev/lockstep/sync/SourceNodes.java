package dev.lockstep.sync;

import dev.lockstep.topology.NodeAddress;
import dev.lockstep.topology.ReplicationInfo;
import dev.lockstep.topology.Shard;
import dev.lockstep.topology.TopologyWatcher;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The primaries of a source that is a Redis Cluster, to be asked about slots. Confined to one thread. */
final class SourceNodes implements AutoCloseable {

    /** Connects an outlet to its node. */
    interface Connect extends Function<Outlet, CompletableFuture<Link>> {}

    private final TopologyWatcher source;
    private final Connect connect;
    private final CopyTask task;
    private final Map<NodeAddress, Outlet> connected = new HashMap<>();

    SourceNodes(TopologyWatcher source, Connect connect, CopyTask task) {
        this.source = source;
        this.connect = connect;
        this.task = task;
    }

    /**
     * What the primary of a shard says now.
     *
     * @throws Setback if it does not answer, or nobody is known to be the primary
     */
    SlotView view(String shard) throws Setback, InterruptedException {
        Replies node = node(shard);
        node.send(Words.of("MULTI"));
        node.send(Words.of("CLUSTER", "NODES"));
        node.send(Words.of("INFO", "replication"));
        List<Reply> told = Replies.elements(node.ask(Words.of("EXEC")));
        if (told.size() != 2) {
            throw new SyncException("The primary of source shard " + shard
                    + " does not answer CLUSTER NODES and INFO in a transaction. Grant the user of the source the rights"
                    + " +multi, +exec, +info and +cluster|nodes");
        }
        try {
            ReplicationInfo info = ReplicationInfo.parse(String.valueOf(Replies.text(told.get(1))));
            SlotView view = SlotView.parse(
                    String.valueOf(Replies.text(told.get(0))),
                    new SlotView.Place(
                            info.position().history(), info.position().offset()));
            if (!view.isPrimary()) {
                throw new Setback("source shard " + shard + " changes its primary");
            }
            return view;
        } catch (IllegalArgumentException e) {
            throw new SyncException("Source shard " + shard + " says what cannot be read: " + e.getMessage(), e);
        }
    }

    /** Whether the primary of a shard has a key. */
    boolean has(String shard, byte[] key) throws Setback, InterruptedException {
        Reply told = node(shard).tell(Words.of("EXISTS".getBytes(java.nio.charset.StandardCharsets.US_ASCII), key));
        if (told instanceof Reply.Failure failure) {
            if (failure.is("ASK") || failure.is("MOVED")) {
                return false; // it has not got it, or has none of that slot
            }
            throw new Setback("source shard " + shard + " answered EXISTS with: " + failure.text());
        }
        return told instanceof Reply.Count count && count.value() > 0;
    }

    private Replies node(String shard) throws Setback, InterruptedException {
        if (source.current().shards().stream().noneMatch(known -> known.name().equals(shard))) {
            throw new SourceMoved("source shard " + shard + " is not there any more");
        }
        NodeAddress primary = primary(shard);
        if (primary == null) {
            throw new Setback("source shard " + shard + " has no primary that answers");
        }
        Outlet outlet = connected.get(primary);
        if (outlet == null || outlet.link().isLost()) {
            outlet = task.outlet(primary);
            try {
                outlet.use(connect.apply(outlet).get(task.patience().toNanos(), TimeUnit.NANOSECONDS));
            } catch (TimeoutException e) {
                throw new Setback("no connection to " + primary + " of the source");
            } catch (ExecutionException e) {
                throw Setback.of(e);
            }
            connected.put(primary, outlet);
        }
        return new Replies(outlet, task.patience());
    }

    private @Nullable NodeAddress primary(String name) {
        return source.current().shards().stream()
                .filter(shard -> shard.name().equals(name))
                .map(Shard::primary)
                .filter(node -> node != null && node.reachable())
                .map(node -> node.address())
                .findFirst()
                .orElse(null);
    }

    @Override
    public void close() {
        connected.values().forEach(Outlet::close);
    }
}
