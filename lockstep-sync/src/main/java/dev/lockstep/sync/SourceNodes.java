package dev.lockstep.sync;

import dev.lockstep.topology.Node;
import dev.lockstep.topology.NodeAddress;
import dev.lockstep.topology.Position;
import dev.lockstep.topology.Shard;
import dev.lockstep.topology.TopologyWatcher;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The primaries of a source, to be asked. Connects when somebody is first asked; also after it was closed. Confined to one
 * thread.
 */
final class SourceNodes implements AutoCloseable {

    private static final byte[] EXISTS = "EXISTS".getBytes(StandardCharsets.US_ASCII);

    /** What a primary said of the slots, and up to where it had written then. */
    record Seen(SlotView slots, Position position) {}

    private final TopologyWatcher source;
    private final Function<NodeAddress, CompletableFuture<Link>> connect;
    private final Duration patience;
    private final Map<NodeAddress, Link> connected = new HashMap<>();

    SourceNodes(TopologyWatcher source, Function<NodeAddress, CompletableFuture<Link>> connect, Duration patience) {
        this.source = source;
        this.connect = connect;
        this.patience = patience;
    }

    /**
     * What the primary of a shard of a Redis Cluster says now.
     *
     * @throws Setback if it does not answer, or nobody is known to be the primary
     * @throws SourceMoved if there is no such shard any more
     */
    Seen view(String shard) throws Setback, InterruptedException {
        Replies node = ofCluster(shard);
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
            SlotView slots = SlotView.parse(String.valueOf(Replies.text(told.get(0))));
            Position position = Replies.ofPrimary(told.get(1));
            if (!slots.isPrimary() || position == null) {
                throw new Setback("source shard " + shard + " changes its primary");
            }
            return new Seen(slots, position);
        } catch (IllegalArgumentException e) {
            throw new SyncException("Source shard " + shard + " says what cannot be read: " + e.getMessage(), e);
        }
    }

    /** Whether the primary of a shard of a Redis Cluster has a key. */
    boolean has(String shard, byte[] key) throws Setback, InterruptedException {
        Reply told = ofCluster(shard).tell(Words.of(EXISTS, key));
        if (told instanceof Reply.Failure failure) {
            if (failure.is("ASK") || failure.is("MOVED")) {
                return false; // it has not got it, or has none of that slot
            }
            throw new Setback("source shard " + shard + " answered EXISTS with: " + failure.text());
        }
        return told instanceof Reply.Count count && count.value() > 0;
    }

    private Replies ofCluster(String shard) throws Setback, InterruptedException {
        if (source.current().shards().stream().noneMatch(known -> known.name().equals(shard))) {
            throw new SourceMoved("source shard " + shard + " is not there any more");
        }
        return of(shard);
    }

    /**
     * The primary of a shard.
     *
     * @throws Setback if it cannot be connected to, or nobody is known to be the primary
     */
    Replies of(String shard) throws Setback, InterruptedException {
        NodeAddress primary = primary(shard);
        if (primary == null) {
            throw new Setback("source shard " + shard + " has no primary that answers");
        }
        Link link = connected.get(primary);
        if (link == null || link.isLost()) {
            link = LinkOpener.await(connect.apply(primary), primary, patience);
            connected.put(primary, link);
        }
        return new Replies(link, patience);
    }

    private @Nullable NodeAddress primary(String name) {
        return source.current().shards().stream()
                .filter(shard -> shard.name().equals(name))
                .map(Shard::primary)
                .filter(node -> node != null && node.reachable())
                .map(Node::address)
                .findFirst()
                .orElse(null);
    }

    @Override
    public void close() {
        connected.values().forEach(Link::close);
        connected.clear();
    }
}
