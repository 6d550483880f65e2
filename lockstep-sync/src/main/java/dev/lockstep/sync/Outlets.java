package dev.lockstep.sync;

import dev.lockstep.topology.NodeAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The connections of one source shard to all primaries of the target, for as long as nothing changes there: the first trouble
 * ends them all. Confined to one thread.
 */
final class Outlets implements SnapshotCopy.Route, AutoCloseable {

    private final Target target;
    private final boolean sharded;
    private final List<NodeAddress> owners;
    private final Map<NodeAddress, Outlet> byNode = new HashMap<>();
    private final Outlet[] bySlot;
    private final Outlet records;

    private Outlets(Target target, CopyTask task) throws Setback {
        this.target = target;
        this.sharded = target.isSharded();
        this.owners = target.owners();
        this.records = task.outlet(owners.get(0));
        for (NodeAddress owner : owners) {
            byNode.computeIfAbsent(owner, task::outlet);
        }
        this.bySlot = owners.stream().map(byNode::get).toArray(Outlet[]::new);
    }

    /** Connects to all, in the name of the target's owner: nobody else writes there from then on. */
    static Outlets open(CopyTask task) throws Setback, InterruptedException {
        Outlets outlets = new Outlets(task.target(), task);
        List<Outlet> every = new ArrayList<>(outlets.byNode.values());
        every.add(outlets.records);
        boolean made = false;
        try {
            connect(every, task, task.ownership().connectionName());
            // A Valkey in import mode does not let keys expire under who says this; others do not know the word.
            every.forEach(outlet -> outlet.link().call(Words.of("CLIENT", "IMPORT-SOURCE", "ON")));
            Replies records = new Replies(outlets.records, task.patience());
            task.ownership().renew(records); // who is not the owner has nobody cut off
            for (Outlet outlet : outlets.all()) {
                task.ownership().expelOthers(new Replies(outlet, task.patience()));
            }
            task.ownership().renew(records); // after all connections have their names
            made = true;
            return outlets;
        } finally {
            if (!made) {
                outlets.close();
            }
        }
    }

    /** A single connection, by which nothing is copied. */
    static Outlet open(NodeAddress node, CopyTask task) throws Setback, InterruptedException {
        Outlet outlet = task.outlet(node);
        connect(List.of(outlet), task, "lockstep-keeper");
        return outlet;
    }

    private static void connect(List<Outlet> outlets, CopyTask task, String name) throws Setback, InterruptedException {
        List<CompletableFuture<Link>> links =
                outlets.stream().map(outlet -> task.open(outlet, name)).toList();
        boolean made = false;
        try {
            for (int i = 0; i < links.size(); i++) {
                outlets.get(i).use(opened(outlets.get(i).node(), links.get(i), task));
            }
            made = true;
        } finally {
            if (!made) {
                links.forEach(link -> link.thenAccept(Link::close));
            }
        }
    }

    private static Link opened(NodeAddress node, CompletableFuture<Link> link, CopyTask task)
            throws Setback, InterruptedException {
        try {
            return LinkOpener.await(link, node, task.patience());
        } catch (Setback e) {
            if (link.isCompletedExceptionally()) {
                task.target().suspect(node, String.valueOf(e.getMessage()));
            }
            throw e;
        }
    }

    @Override
    public boolean isSharded() {
        return sharded;
    }

    @Override
    public Outlet of(int slot) {
        return bySlot[sharded ? slot : 0];
    }

    boolean owns(Outlet outlet, int slot) {
        return of(slot) == outlet;
    }

    @Override
    public List<Outlet> all() {
        return new ArrayList<>(byNode.values());
    }

    /** For single questions to each of them. */
    List<Replies> replies(Duration patience) {
        return byNode.values().stream()
                .map(outlet -> new Replies(outlet, patience))
                .toList();
    }

    /** To the owner of slot 0, for what is remembered of the copy: always in database 0. */
    Outlet records() {
        return records;
    }

    /** Some slot that goes through an outlet. */
    int slotOf(Outlet outlet) {
        return sharded ? owners.indexOf(outlet.node()) : 0;
    }

    /** @throws Setback if something has gone wrong, or somebody else is the primary of a shard now */
    void check() throws Setback {
        records.check();
        for (Outlet outlet : byNode.values()) {
            outlet.check();
            if (!target.isPrimary(outlet.node())) {
                throw new Setback(outlet.node() + " is not a primary of the target any more");
            }
        }
    }

    @Override
    public void close() {
        records.close();
        byNode.values().forEach(Outlet::close);
    }
}
