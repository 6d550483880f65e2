package dev.lockstep.sync;

import dev.lockstep.topology.NodeAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one source shard to all primaries of the target, for as long as nothing changes there: the first trouble
 * ends them all. Confined to one thread.
 */
final class Outlets implements SnapshotCopy.Route, AutoCloseable {

    /** Who makes connections. */
    interface Connector {
        CompletableFuture<Link> open(NodeAddress node, String name, Link.Fate fate);
    }

    private static final long UNANSWERED_BYTES = 4 << 20;

    private final boolean sharded;
    private final List<NodeAddress> owners;
    private final Map<NodeAddress, Outlet> byNode = new HashMap<>();

    private Outlets(boolean sharded, List<NodeAddress> owners) {
        this.sharded = sharded;
        this.owners = owners;
    }

    /**
     * Connects to all.
     *
     * @param ownership which every connection has to be in before anything is written on it
     */
    static Outlets open(Target target, Connector connector, Ownership ownership, Duration patience)
            throws Setback, InterruptedException {
        Outlets outlets = new Outlets(target.isSharded(), target.owners());
        boolean made = false;
        try {
            Map<Outlet, CompletableFuture<Link>> links = new HashMap<>();
            for (NodeAddress node : target.primaries().keySet()) {
                Outlet outlet = new Outlet(node, UNANSWERED_BYTES);
                outlets.byNode.put(node, outlet);
                links.put(outlet, connector.open(node, ownership.connectionName(), outlet));
            }
            for (Map.Entry<Outlet, CompletableFuture<Link>> link : links.entrySet()) {
                link.getKey().use(opened(target, link.getKey().node(), link.getValue(), patience));
            }
            for (Outlet outlet : outlets.all()) {
                ownership.expelOthers(new Replies(outlet, patience));
            }
            ownership.renew(new Replies(outlets.of(0), patience)); // after all connections have their names
            made = true;
            return outlets;
        } finally {
            if (!made) {
                outlets.close();
            }
        }
    }

    /** A single connection, to a node that nothing is copied to by it. */
    static Outlet open(NodeAddress node, Connector connector, Duration patience) throws Setback, InterruptedException {
        Outlet outlet = new Outlet(node, UNANSWERED_BYTES);
        outlet.use(opened(null, node, connector.open(node, "lockstep-keeper", outlet), patience));
        return outlet;
    }

    private static Link opened(
            @Nullable Target target, NodeAddress node, CompletableFuture<Link> link, Duration patience)
            throws Setback, InterruptedException {
        try {
            return link.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new Setback("no connection to " + node + " within " + patience.toMillis() + " ms");
        } catch (ExecutionException e) {
            String why = Link.causes(e);
            if (target != null) {
                target.suspect(node, why);
            }
            throw new Setback(why);
        }
    }

    @Override
    public boolean isSharded() {
        return sharded;
    }

    @Override
    public Outlet of(int slot) {
        Outlet outlet = byNode.get(owners.get(sharded ? slot : 0));
        if (outlet == null) {
            throw new IllegalStateException("No connection to the owner of slot " + slot);
        }
        return outlet;
    }

    boolean owns(Outlet outlet, int slot) {
        return of(slot) == outlet;
    }

    @Override
    public List<Outlet> all() {
        return new ArrayList<>(byNode.values());
    }

    @Override
    public void close() {
        byNode.values().forEach(Outlet::close);
    }
}
