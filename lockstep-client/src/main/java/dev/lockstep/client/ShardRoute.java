package dev.lockstep.client;

import dev.lockstep.topology.HistoryGraph;
import dev.lockstep.topology.Node;
import dev.lockstep.topology.NodeAddress;
import dev.lockstep.topology.Position;
import dev.lockstep.topology.ReplicationInfo;
import dev.lockstep.topology.Role;
import dev.lockstep.topology.Shard;
import dev.lockstep.topology.TopologyWatcher;
import io.lettuce.core.protocol.CommandType;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One shard as calls see it: the lane to its primary, its replicas, the lineage that its primary stands in, and the floors
 * of all who have seen something of it. Thread-safe.
 */
final class ShardRoute implements Way, GroupCommit.Scene, Era.Ground {

    private final String name;
    private final Surroundings around;
    private final PrimaryLane primary;
    private final Replicas replicas;
    private final TrackedLane tracked;
    private final BlockingLane blocking;
    private final Set<ExclusivePath> exclusives = ConcurrentHashMap.newKeySet();
    private final GroupCommit commit = new GroupCommit(this);
    private final Losses losses;
    private final Samples samples = new Samples();
    private final Sampler sampler = new Sampler(this);
    private final Set<Floor> floors = Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));
    private volatile @Nullable Lineage lineage;
    private volatile @Nullable String toldHistory;
    private volatile @Nullable NodeAddress named;
    private volatile @Nullable NodeAddress followed;
    /** What came with the slot that arrived last is not known to be on a copy that has not applied this. */
    private final AtomicReference<@Nullable Mark> arrival = new AtomicReference<>();

    /** Keys were removed after a failover: copies that have not applied this may still show them. */
    private final AtomicReference<@Nullable Mark> repaired = new AtomicReference<>();

    /** What the shards of one Lockstep share. */
    record Surroundings(
            TopologyWatcher watcher,
            LinkOpener opener,
            ScheduledExecutorService timer,
            Events events,
            Scripts scripts,
            Scans scans,
            SettingsCheck settings,
            Trackers trackers,
            Routes routes) {}

    /**
     * How much one shard may keep.
     *
     * @param heldCalls calls that may wait for a primary
     * @param heldBytes bytes of their arguments
     * @param journalBytes bytes of the journal of writes
     * @param replicaPatienceNanos how long a read waits for a replica
     */
    record Limits(int heldCalls, long heldBytes, long journalBytes, long replicaPatienceNanos) {}

    ShardRoute(String name, Surroundings around, Limits limits) {
        this.name = name;
        this.around = around;
        this.primary = new PrimaryLane(this, new HeldCalls(new HeldBounds(limits.heldCalls(), limits.heldBytes())));
        this.replicas = new Replicas(this, limits.replicaPatienceNanos());
        this.tracked = new TrackedLane(this, around.trackers());
        this.blocking = new BlockingLane(this);
        this.losses = new Losses(this, around.events(), limits.journalBytes());
    }

    /** Chooses the lane: replicas for reads that one of them may answer, else the primary, or a connection that waits. */
    @Override
    public void submit(Call call) {
        CommandTraits traits = call.traits;
        Floor floor = call.floor(this);
        call.goes(this);
        if (traits.access() == CommandTraits.Access.SCAN) {
            scans().continues(call, name);
        } else if (call.command.getType() == CommandType.SCRIPT) {
            scripts().seen(call);
        }
        boolean readsReplicas = call.policy.readsReplicas();
        if (readsReplicas && !traits.isRead()) {
            call.orderReadsBehindOn(floor);
        }
        if (traits.blocks(call.request)) {
            blocking.submit(call);
        } else if (!readsReplicas || floor.hasUnansweredWrites(call.bucket)) {
            primary.submit(call);
        } else if (call.fill != null && tracked.send(call)) {
            return; // its value will be kept
        } else if (isForReplicas(call)) {
            replicas.submit(call);
        } else {
            primary.submit(call);
        }
    }

    /** Submits a call anew that came back unexecuted. Not under a lock. */
    void again(Call call) {
        call.takeBack();
        stats().retried.increment();
        around.routes().submit(call);
    }

    /** How many times the slot has changed hands. */
    int moves(int slot) {
        return around.routes().moves(slot);
    }

    @Override
    public boolean owns(int slot, int moves) {
        return slot < 0
                || (around.routes().moves(slot) == moves && around.routes().way(slot) == this);
    }

    /** What a replica says of several keys cannot be told from what it would say if one of them had moved away. */
    private boolean isForReplicas(Call call) {
        return call.traits.access() == CommandTraits.Access.READ
                && (!slotsMove() || call.traits.singleKey() || call.command.getType() == CommandType.MGET);
    }

    /** Whether the shard's slots may go to another shard: in a Redis Cluster. */
    boolean slotsMove() {
        return around.routes().sharded();
    }

    /** Why calls do not get further, for the text of an exception. */
    @Override
    public String trouble() {
        return primary.trouble();
    }

    /** What an error of one of its nodes says about where the call belongs; null if it says nothing of the kind. */
    @Nullable
    Redirect redirect(@Nullable String error, NodeAddress node) {
        return error == null || !slotsMove() ? null : around.routes().redirect(error, node);
    }

    /** The call was not executed and belongs elsewhere, or here a little later. It has been taken back. */
    void redirected(Call call, Redirect redirect) {
        stats().retried.increment();
        around.routes().redirected(call, redirect, this);
    }

    /** Sends the call to the primary although the slot is not the shard's yet: it is being imported, and the key is here. */
    void ask(Call call) {
        call.goes(this);
        call.asking = true;
        primary.submit(call);
    }

    void suspectPrimary(String why) {
        NodeAddress node = primary.target();
        if (node != null) {
            suspect(node, why);
        }
    }

    /** A node of this shard has told, on a caller's own connection, that a slot is elsewhere. */
    void moved(int slot, Redirect redirect) {
        around.routes().moved(slot, redirect, this);
    }

    /** Whether the node was last seen as one of this shard's copies. */
    boolean has(NodeAddress node) {
        return replicas.has(node) || node.equals(primary.target());
    }

    /** A slot is served here from now on: copies that have not applied what came with it are not believed. */
    void slotArrives() {
        arrival.accumulateAndGet(primary.now(), ShardRoute::later);
    }

    private static @Nullable Mark later(@Nullable Mark one, @Nullable Mark other) {
        return one == null || (other != null && other.isAfter(one)) ? other : one;
    }

    private boolean isLost(@Nullable Position position) {
        Lineage known = lineage;
        return position == null || known == null || !known.survives(position);
    }

    /** Tells all who have seen anything that what came here with a slot is lost: it may be what they saw elsewhere. */
    void loseTo(ShardRoute heir) {
        for (Floor floor : List.copyOf(floors)) {
            floor.owner().of(heir).lose(heir);
        }
    }

    /**
     * What a copy must have applied so that nothing that came with a slot is missing, and nothing there that was removed after
     * a failover; null if anything will do.
     */
    @Nullable
    Mark arrival() {
        return later(arrival.get(), repaired.get());
    }

    @Override
    public String name() {
        return name;
    }

    /**
     * Whether the node that the topology names as the primary is the one whose history is followed here. If it is not, then
     * the replicas that it names are those of another primary, the former one perhaps among them: what they hold of the
     * history that is followed here says nothing about what survives.
     */
    boolean isLed() {
        NodeAddress primaryNow = named;
        return primaryNow != null && primaryNow.equals(followed);
    }

    PrimaryLane primary() {
        return primary;
    }

    @Override
    public List<Replicas.Copy> copies() {
        return replicas.copies();
    }

    Replicas replicas() {
        return replicas;
    }

    TrackedLane tracked() {
        return tracked;
    }

    BlockingLane blocking() {
        return blocking;
    }

    Set<ExclusivePath> exclusives() {
        return exclusives;
    }

    /**
     * The primary is spoken to anew, and its history followed; connections to another process than this one are left.
     *
     * @param afterwards covers everything that the process has executed until now
     */
    void movedTo(NodeLink link, Mark afterwards) {
        followed = link.address;
        String runId = link.identity.runId();
        Mark arrived = arrival.get();
        if (arrived != null) { // it may not be part of the new primary's history
            if (arrived.isSettled() && isLost(arrived.position())) {
                around.routes().lose(this);
            }
            arrival.accumulateAndGet(afterwards, ShardRoute::later);
        }
        if (repaired.get() != null) {
            repaired.accumulateAndGet(afterwards, ShardRoute::later);
        }
        blocking.movedTo(runId);
        exclusives.forEach(exclusive -> exclusive.movedTo(runId));
    }

    Losses losses() {
        return losses;
    }

    GroupCommit commit() {
        return commit;
    }

    Samples samples() {
        return samples;
    }

    Sampler sampler() {
        return sampler;
    }

    Scans scans() {
        return around.scans();
    }

    Scripts scripts() {
        return around.scripts();
    }

    /** Somebody has a new link to one of the nodes. */
    void check(NodeLink link) {
        around.settings().ask(link);
    }

    LinkOpener opener() {
        return around.opener();
    }

    @Override
    public LockstepStats stats() {
        return around.events().stats();
    }

    /** Null until the first primary was spoken to. */
    @Override
    public @Nullable Lineage lineage() {
        return lineage;
    }

    /** What became of a position, by what the primary was last heard to say; also before it was spoken to here. */
    HistoryGraph.Fate fate(Position seen) {
        Lineage known = lineage;
        String history = known != null ? known.history() : toldHistory;
        return history == null ? HistoryGraph.Fate.UNKNOWN : histories().fate(seen, history);
    }

    /** The topology has changed. */
    void now(Shard shard) {
        Node node = shard.primary();
        named = node == null ? null : node.address(); // before its replicas: see isLed
        Position stands = node == null ? null : node.position();
        toldHistory = stands == null ? toldHistory : stands.history();
        if (node != null) {
            primary.primaryIs(node);
        }
        replicas.are(shard.replicas());
        tracked.follow();
        heardOfReplicas();
    }

    /** Has {@code floor} told when a failover takes back what it stands for. */
    void watch(Floor floor) {
        floors.add(floor);
    }

    /** A reply of a primary or a fresh replica: remembers what was seen, then gives it to the caller. */
    void answer(Attempt attempt, Call call) {
        Floor floor = call.floor(this);
        Mark mark = attempt.mark;
        Position seen = attempt.seen;
        if (mark != null) {
            floor.raise(call.bucket, mark, this);
        } else if (seen != null) {
            floor.raise(call.bucket, seen, this);
        }
        if (call.policy.onRollback() == OnRollback.FAIL && call.traits.isRead() && floor.takeRollback()) {
            call.fail(new StaleReadException("A failover of shard " + name + " took back writes that this session had"
                    + " seen. The session goes on from what the new primary holds: read again what matters"));
            return;
        }
        if (!call.traits.isRead() && attempt.error() == null) {
            losses.wrote(call, mark);
        }
        if (call.isDurable() && attempt.error() == null) {
            commit.await(call, mark, attempt::deliver);
        } else {
            attempt.deliver();
        }
    }

    /** A replica has told how far it is, or there are other ones. */
    void heardOfReplicas() {
        commit.heard();
        losses.letGo();
    }

    /** Before anything else is sent to a new primary: removes the keys that it must not show. */
    void repairOn(NodeLink link) {
        if (losses.repairOn(link)) {
            repaired.accumulateAndGet(primary.now(), ShardRoute::later);
        }
    }

    /** Somebody heard a node of this shard say where it stands. */
    void learnt(NodeAddress node, ReplicationInfo info) {
        Lineage known = lineage;
        if (known == null || !known.history().equals(info.position().history()) || info.role() != expected(node)) {
            histories().learn(info);
            around.watcher().learn(node, info);
        }
    }

    private Role expected(NodeAddress node) {
        return node.equals(primary.address()) ? Role.PRIMARY : Role.REPLICA;
    }

    /**
     * The primary stands in {@code info}'s history. If that is a new one, every floor is held against it.
     *
     * @param previous what the same process said before; null if another process spoke last
     */
    void follow(@Nullable ReplicationInfo previous, ReplicationInfo info) {
        String history = info.position().history();
        synchronized (this) {
            Lineage before = lineage;
            if (before != null && before.history().equals(history)) {
                return;
            }
            histories().learnRenaming(previous, info);
            histories().learn(info);
            samples.clear();
            lineage = new Lineage(history, histories());
        }
        rebaseAll();
    }

    private void rebaseAll() {
        Lineage current = lineage;
        if (current != null) {
            for (Floor floor : List.copyOf(floors)) {
                floor.rebase(this, current);
            }
            commit.rebased();
            losses.rebased(current);
        }
    }

    /** Holds a floor that came from elsewhere against the current lineage. */
    void recheck(Floor floor) {
        Lineage current = lineage;
        if (current != null) {
            floor.rebase(this, current);
        }
    }

    void rolledBack(Floor floor, @Nullable Position seen, String history) {
        around.events().rolledBack(name, floor.session(), seen, history);
    }

    void failedOver(NodeAddress from, NodeAddress to, long outageNanos) {
        around.events().failedOver(name, from, to, outageNanos);
    }

    void replicaChanged(NodeAddress replica, boolean up) {
        if (up) {
            around.events().replicaUp(name, replica);
        } else {
            around.events().replicaDown(name, replica);
        }
    }

    void suspect(NodeAddress node, String why) {
        around.watcher().suspect(node, why);
    }

    /** Whether the topology's own connection to the node is answered. */
    boolean answersProbes(NodeAddress address) {
        for (Shard shard : around.watcher().current().shards()) {
            Node node = shard.primary();
            if (node != null && node.address().equals(address)) {
                return node.reachable();
            }
            for (Node replica : shard.replicas()) {
                if (replica.address().equals(address)) {
                    return replica.reachable();
                }
            }
        }
        return false;
    }

    void later(long millis, Runnable action) {
        laterMicros(TimeUnit.MILLISECONDS.toMicros(millis), action);
    }

    void laterMicros(long micros, Runnable action) {
        try {
            around.timer().schedule(action, micros, TimeUnit.MICROSECONDS);
        } catch (RejectedExecutionException e) {
            // Lockstep is closing, and ends all calls
        }
    }

    private HistoryGraph histories() {
        return around.watcher().histories();
    }

    /** Forgets calls that have ended. */
    void sweep() {
        primary.sweep();
        commit.sweep();
    }

    void close() {
        blocking.close();
        tracked.close();
        replicas.close();
        primary.close();
    }

    /** The shard is no more: what is still here goes where its slot is now. */
    void dissolve() {
        close();
        losses.close();
        for (Floor floor : List.copyOf(floors)) {
            floor.owner().forget(this);
        }
    }

    /** Whether the call's slot is another shard's, or on its way there, so that the call has nothing to wait for here. */
    boolean isLeftBy(Call call) {
        return slotsMove()
                && !call.asking
                && (call.slot < 0 ? primary.isClosed() : around.routes().way(call.slot) != this);
    }

    /** Sends the call where its slot is now. */
    void passOn(Call call) {
        if (!call.isDone()) {
            call.takeBack();
            later(0, () -> around.routes().submit(call)); // not here: perhaps under the lock of a crossing
        }
    }

    /** Whether the whole Lockstep is closed, and not only this shard gone. */
    boolean isAllClosed() {
        return around.routes().isClosed();
    }
}
