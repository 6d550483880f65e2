package dev.lockstep.client;

import dev.lockstep.topology.NodeAddress;
import dev.lockstep.topology.Shard;
import dev.lockstep.topology.SlotRange;
import dev.lockstep.topology.Topology;
import io.lettuce.core.cluster.SlotHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** All shards of a deployment, and which of them owns which slot. Thread-safe. */
final class Routes {
    /* The table holds for each slot where its calls go: its shard, or a crossing while it changes hands. It follows what
     * changes in the topology, and what nodes answer (MOVED). Neither needs to be right: a node executes nothing of a slot
     * that is not its own, so a wrong entry costs a detour. What must be right is the order of the calls, for which every
     * change of an entry leads through a crossing.
     *
     * A deployment of one shard (one server, a Sentinel group) has no table and no crossings. */

    private static final long QUIET_PAUSE_MILLIS = 1;
    private static final int PATIENT_REDIRECTS = 2;
    private static final long FIRST_PAUSE_MILLIS = 5;
    private static final long LAST_PAUSE_MILLIS = 50;

    private final Settings settings;
    private final HeldBounds crossingBounds;
    private final Dispatches dispatches = new Dispatches();
    private final AtomicReferenceArray<@Nullable Way> owners;
    /** Whom the topology names as each slot's owner. */
    private final AtomicReferenceArray<@Nullable ShardRoute> told;

    private final Set<Crossing> crossings = ConcurrentHashMap.newKeySet();
    private final AtomicInteger changes = new AtomicInteger();
    private final AtomicIntegerArray moves;
    private final AtomicInteger turn = new AtomicInteger();

    private volatile List<ShardRoute> shards = List.of();
    private volatile boolean closed;
    private volatile @Nullable Labels labels;

    // Guarded by this.
    private final Map<String, ShardRoute> byName = new HashMap<>();
    private long followed = -1;

    /**
     * What routes need to know.
     *
     * @param sharded whether slots matter: a Redis Cluster
     * @param uncovered what becomes of a call to a slot that nobody owns
     * @param redirects reads what nodes answer about where a call belongs
     */
    record Settings(
            boolean sharded,
            OnUncovered uncovered,
            int heldCalls,
            long heldBytes,
            LockstepStats stats,
            Redirects redirects) {}

    /** Reads an error of a node. */
    interface Redirects {
        @Nullable
        Redirect read(String error, NodeAddress from);
    }

    Routes(Settings settings) {
        this.settings = settings;
        this.crossingBounds = new HeldBounds(settings.heldCalls(), settings.heldBytes());
        this.owners = new AtomicReferenceArray<>(settings.sharded() ? SlotHash.SLOT_COUNT : 0);
        this.told = new AtomicReferenceArray<>(owners.length());
        this.moves = new AtomicIntegerArray(owners.length());
        for (int slot = 0; slot < owners.length(); slot++) {
            owners.set(slot, uncovered(slot, null));
        }
    }

    boolean sharded() {
        return settings.sharded();
    }

    LockstepStats stats() {
        return settings.stats();
    }

    HeldBounds crossingBounds() {
        return crossingBounds;
    }

    List<ShardRoute> all() {
        return shards;
    }

    boolean isClosed() {
        return closed;
    }

    /** Hands the call to the owner of its slot, or to any shard if it has none. */
    void submit(Call call) {
        if (!settings.sharded()) {
            shards.get(0).submit(call);
        } else if (call.slot < 0) {
            any().submit(call);
        } else {
            int stripe = dispatches.enter();
            try {
                way(call.slot).submit(call);
            } finally {
                dispatches.leave(stripe);
            }
        }
    }

    /** Where calls to a slot go now. */
    Way way(int slot) {
        Way way = owners.get(slot);
        if (way == null) {
            throw new IllegalStateException("Slot " + slot + " has no entry");
        }
        return way;
    }

    /** How many times the slot has begun to change hands; 0 without slots. */
    int moves(int slot) {
        return slot < 0 ? 0 : moves.get(slot);
    }

    /** The shard that owns the slot; null while it changes hands or has no owner. */
    @Nullable
    ShardRoute owner(int slot) {
        if (!settings.sharded()) {
            return shards.get(0);
        }
        Way way = way(slot);
        return way instanceof Crossing crossing ? crossing.opened() : (ShardRoute) way;
    }

    /** A shard for what any shard can do: one that can be spoken to, if there is one. */
    ShardRoute any() {
        List<ShardRoute> now = shards;
        int start = Math.floorMod(turn.getAndIncrement(), now.size());
        for (int i = 0; i < now.size(); i++) {
            ShardRoute shard = now.get((start + i) % now.size());
            if (shard.primary().address() != null) {
                return shard;
            }
        }
        return now.get(start);
    }

    /** Whether a call to this slot fails at once, since no shard owns it. */
    boolean refusesUncovered(int slot) {
        return settings.uncovered() == OnUncovered.FAIL && toldOwner(slot) == null;
    }

    /** The shard that the topology names as the slot's owner; null if it names none. */
    @Nullable
    ShardRoute toldOwner(int slot) {
        return settings.sharded() ? told.get(slot) : shards.get(0);
    }

    /**
     * What stands in a token for the shard: its name, which every process knows a Sentinel group by; in a Redis Cluster the
     * slots that it owns here and now.
     */
    String label(ShardRoute shard) {
        return settings.sharded() ? labels().getOrDefault(shard, "") : shard.name();
    }

    private Map<ShardRoute, String> labels() {
        Labels known = labels;
        int now = changes.get();
        if (known == null || known.changes() != now) {
            Map<ShardRoute, Long> sums = new HashMap<>();
            shards.forEach(shard -> sums.put(shard, 0L));
            for (int slot = 0; slot < owners.length(); slot++) {
                if (owners.get(slot) instanceof ShardRoute owner) {
                    sums.merge(owner, mixed(slot), Long::sum);
                }
            }
            Map<ShardRoute, String> texts = new HashMap<>();
            sums.forEach(
                    (shard, sum) -> texts.put(shard, "slots-" + HexFormat.of().toHexDigits(sum)));
            known = new Labels(now, texts);
            labels = known;
        }
        return known.texts();
    }

    /** A number that looks random, and is the same for the same slot in every process. */
    private static long mixed(int slot) {
        long mixed = (slot + 1) * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }

    /** The labels of all shards after so many changes. */
    private record Labels(int changes, Map<ShardRoute, String> texts) {}

    @Nullable
    Redirect redirect(String error, NodeAddress from) {
        return settings.redirects().read(error, from);
    }

    /** A node of {@code from} has answered that it is not responsible for the call, which has been taken back. */
    void redirected(Call call, Redirect redirect, ShardRoute from) {
        int times = ++call.redirects;
        long pause = Math.min(LAST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(10, times));
        NodeAddress node = redirect.node();
        ShardRoute named = node == null ? null : shardOf(node);
        if (node != null) {
            from.suspect(node, "named by " + redirect.text());
        }
        if (redirect.kind() == Redirect.Kind.MOVED && redirect.slot() != call.slot && named != null) {
            named.ask(call); // its key is not where it was looked for: that says nothing about the other slot
            return;
        }
        if (call.slot < 0 || call.traits.blocks(call.request)) {
            from.later(pause, () -> submit(call)); // has no order to keep
            return;
        }
        switch (redirect.kind()) {
            case MOVED -> {
                from.suspectPrimary(redirect.text());
                cross(call, from, named, times > PATIENT_REDIRECTS ? pause : 0, redirect.text());
            }
            case ASK -> {
                boolean waiting = way(call.slot) instanceof Crossing crossing && crossing.from == from;
                if (named == null || waiting) {
                    cross(call, from, from, pause, redirect.text());
                } else {
                    named.ask(call);
                }
            }
            case TRYAGAIN -> cross(call, from, from, pause, redirect.text());
            case CLUSTERDOWN -> {
                if (settings.uncovered() == OnUncovered.FAIL && redirect.text().contains("not served")) {
                    call.fail(new NotSentException(call.name() + " was not executed: " + redirect.text()));
                } else {
                    cross(call, from, from, pause, redirect.text());
                }
            }
        }
    }

    private @Nullable ShardRoute shardOf(NodeAddress primary) {
        for (ShardRoute shard : shards) {
            if (primary.equals(shard.primary().target())) {
                return shard;
            }
        }
        return null;
    }

    /** Leads the call through a crossing, from one shard to another (null: it is not known yet which). */
    private void cross(Call call, ShardRoute from, @Nullable ShardRoute to, long pauseMillis, String why) {
        Way now = cross(call.slot, from, to, pauseMillis, why);
        if (now instanceof Crossing crossing && crossing.from == from) {
            crossing.giveBack(call);
        } else if (pauseMillis > 0) {
            from.later(pauseMillis, () -> submit(call));
        } else {
            submit(call);
        }
    }

    /** Puts a crossing in the slot's place if {@code from} is there; returns what is there then. */
    private Way cross(int slot, ShardRoute from, @Nullable ShardRoute to, long pauseMillis, String why) {
        Way now = way(slot);
        if (now == from) {
            Crossing made = new Crossing(slot, from, this, why);
            made.leadsTo(to, why);
            if (pauseMillis > 0) {
                made.pause();
            }
            crossings.add(made);
            if (owners.compareAndSet(slot, from, made)) {
                begin(from, Map.of(slot, made));
                if (pauseMillis > 0) {
                    from.later(pauseMillis, made::resume);
                }
                seekDestination(made);
            } else {
                crossings.remove(made);
            }
            now = way(slot);
        }
        if (now instanceof Crossing crossing && crossing.from == from && to != null && !crossing.hasDestination()) {
            crossing.leadsTo(to, why);
        }
        return now;
    }

    /** A hint may name a node that nobody knows: after a while the slot goes where the topology has it, right or not. */
    private void seekDestination(Crossing crossing) {
        ShardRoute from = crossing.from;
        if (from != null && !crossing.hasDestination() && crossing.opened() == null) {
            from.later(LAST_PAUSE_MILLIS, () -> {
                ShardRoute owner = toldOwner(crossing.slot);
                if (owner != null && !crossing.hasDestination()) {
                    crossing.leadsTo(owner, "the topology has it there");
                } else {
                    seekDestination(crossing);
                }
            });
        }
    }

    /** A primary that did not have what came with its last slot has taken over: whoever saw that elsewhere is told. */
    void lose(ShardRoute heir) {
        known().forEach(shard -> shard.loseTo(heir));
    }

    private synchronized List<ShardRoute> known() {
        return List.copyOf(byName.values());
    }

    /** A node of {@code from} has told on a connection that is not ours to repeat on that the slot is elsewhere. */
    void moved(int slot, Redirect redirect, ShardRoute from) {
        NodeAddress node = redirect.node();
        from.suspectPrimary(redirect.text());
        if (redirect.kind() == Redirect.Kind.MOVED && node != null && !from.has(node)) {
            from.suspect(node, "named by " + redirect.text());
            cross(slot, from, shardOf(node), 0, redirect.text());
        }
    }

    /** The crossings have taken their slots' places in the table. */
    private void begin(ShardRoute from, Map<Integer, Crossing> made) {
        changes.incrementAndGet();
        made.keySet().forEach(moves::incrementAndGet); // before any of them can open
        await(dispatches.begin(), new Evacuation(from, made), from);
    }

    private void await(Dispatches.Wait wait, Evacuation evacuation, ShardRoute from) {
        if (wait.isOver()) {
            evacuation.go();
        } else {
            from.later(QUIET_PAUSE_MILLIS, () -> await(wait, evacuation, from));
        }
    }

    /** The crossing is open: calls need not go through it any more. */
    void leave(Crossing crossing) {
        owners.compareAndSet(crossing.slot, crossing, crossing.opened());
        changes.incrementAndGet();
        crossings.remove(crossing);
        ShardRoute from = crossing.from;
        if (from != null && !shards.contains(from)) {
            from.later(QUIET_PAUSE_MILLIS, this::dissolve);
        }
    }

    private Crossing uncovered(int slot, @Nullable ShardRoute from) {
        Crossing crossing = new Crossing(slot, from, this, "no shard covers it");
        crossings.add(crossing);
        return crossing;
    }

    /** The topology has changed: makes routes for new shards, and has slots cross over that have gone to another one. */
    synchronized void follow(Topology topology, Function<String, ShardRoute> maker) {
        if (closed || topology.version() < followed) {
            return;
        }
        followed = topology.version();
        List<ShardRoute> now = new ArrayList<>();
        @Nullable ShardRoute[] covering = new ShardRoute[told.length()];
        for (Shard shard : topology.shards()) {
            ShardRoute route = byName.computeIfAbsent(shard.name(), maker);
            now.add(route);
            for (SlotRange range : settings.sharded() ? shard.slots() : List.<SlotRange>of()) {
                Arrays.fill(covering, range.first(), range.last() + 1, route);
            }
        }
        shards = List.copyOf(now);
        for (Shard shard : topology.shards()) {
            ShardRoute route = byName.get(shard.name());
            if (route != null) {
                route.now(shard);
            }
        }
        assign(covering);
        dissolve();
    }

    private void assign(@Nullable ShardRoute[] covering) {
        Map<ShardRoute, Map<Integer, Crossing>> leaving = new HashMap<>();
        for (int slot = 0; slot < covering.length; slot++) {
            ShardRoute to = covering[slot];
            boolean stranded = way(slot) instanceof ShardRoute owner && !shards.contains(owner);
            if (to != told.get(slot) || stranded) {
                told.set(slot, to);
                assign(slot, to, leaving);
            }
        }
        leaving.forEach(this::begin);
    }

    private void assign(int slot, @Nullable ShardRoute to, Map<ShardRoute, Map<Integer, Crossing>> leaving) {
        String why = to == null ? "no shard covers it any more" : "it goes to shard " + to.name();
        while (true) {
            Way now = way(slot);
            if (now instanceof Crossing crossing) {
                if (crossing.leadsTo(to, why)) {
                    return;
                }
                leave(crossing); // it has just opened, to somebody else
            } else if (now == to) {
                return;
            } else {
                ShardRoute from = (ShardRoute) now;
                Crossing made = new Crossing(slot, from, this, why);
                made.leadsTo(to, why);
                crossings.add(made);
                if (owners.compareAndSet(slot, now, made)) {
                    leaving.computeIfAbsent(from, shard -> new HashMap<>()).put(slot, made);
                    return;
                }
                crossings.remove(made);
            }
        }
    }

    /** Closes the routes of shards that are no more, once no slot and no crossing refers to them. */
    private synchronized void dissolve() {
        byName.values().removeIf(route -> {
            boolean gone =
                    !shards.contains(route) && crossings.stream().noneMatch(crossing -> crossing.refersTo(route));
            for (int slot = 0; gone && slot < owners.length(); slot++) {
                gone = owners.get(slot) != route;
            }
            if (gone) {
                route.dissolve();
            }
            return gone;
        });
    }

    void sweep() {
        shards.forEach(ShardRoute::sweep);
        crossings.forEach(Crossing::sweep);
    }

    void close() {
        List<ShardRoute> left;
        synchronized (this) {
            closed = true;
            left = List.copyOf(byName.values());
        }
        String when = "before Lockstep was closed";
        crossings.forEach(crossing -> crossing.close().forEach(call -> call.giveUp(when, "it waited")));
        left.forEach(ShardRoute::close);
    }
}
