package dev.lockstep.local;

import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * The move of slots from one primary of a cluster to another, key by key under load, as redis-cli reshards.
 *
 * <p>A slot on its way is importing at its target and migrating at its source: the source answers for keys that it still
 * has and sends callers to the target for others ({@code ASK}). When its last key has gone, the target is told that it
 * owns the slot, then the source, then every other primary that answers; the bus tells the rest.
 *
 * <p>A move that failed, or was stopped, leaves one slot half moved at most. The same slots between the same two shards
 * moved again (by the primaries that these have then) complete it: what has arrived is passed over, and a slot that is
 * half moved goes on. Until then the target of a slot that is half moved refuses every key if its source was replaced
 * meanwhile and the cluster demands full coverage: it does not hear of the new owner. If a failover brought a key back to its source, the source's copy wins, since it is the one that
 * callers see. What Redis itself loses when nodes die during a move, is lost here too.
 *
 * <p>One thread runs it; {@link #stop} and {@link #moved} may be called by any.
 */
public final class SlotMove {
    private static final Duration SERVICE_BOUND = Duration.ofSeconds(5);
    private static final long POLL_NANOS = 20_000_000;
    private static final int USUAL_KEYS_PER_STEP = 10;

    private final Cluster cluster;
    private final LocalServer from;
    private final LocalServer to;
    private final List<Integer> slots;
    private final Duration migrateTimeout;
    private final AtomicInteger moved = new AtomicInteger();
    private int keysPerStep = USUAL_KEYS_PER_STEP;
    private volatile boolean stopped;

    SlotMove(Cluster cluster, LocalServer from, LocalServer to, List<Integer> slots, Duration migrateTimeout) {
        if (from.equals(to)) {
            throw new IllegalArgumentException(
                    "Slots move from one primary to another, not from " + from + " to itself");
        }
        slots.forEach(slot -> Objects.checkIndex(slot, Cluster.SLOTS));
        this.cluster = cluster;
        this.from = from;
        this.to = to;
        this.slots = List.copyOf(slots);
        this.migrateTimeout = migrateTimeout;
    }

    /** How many keys go at a time, during which the source answers nobody; 10 if not set. */
    public SlotMove keysPerStep(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("At least 1 key goes at a time; got " + count);
        }
        keysPerStep = count;
        return this;
    }

    /** Ends the move after the slot that is on its way now, for good. */
    public void stop() {
        stopped = true;
    }

    /** How many of the slots this move has found or brought to their target. */
    public int moved() {
        return moved.get();
    }

    /** How many slots are to be moved. */
    public int size() {
        return slots.size();
    }

    /**
     * Moves the slots, one after another.
     *
     * @return whether all have arrived; false when {@link #stop} was called, or the thread was interrupted (it still is)
     * @throws LocalRedisException when the source or the target does not answer, or refuses; the message says which, at
     *     which slot. Moving the same slots again completes it, with the primaries that the two shards have then
     */
    public boolean run() {
        moved.set(0);
        nameNewSource();
        if (!awaitService()) {
            return false;
        }
        BitSet arrived = cluster.settledAt(to);
        try (Peers peers = new Peers()) {
            int last = slots.stream()
                    .filter(slot -> !arrived.get(slot))
                    .reduce((one, other) -> other)
                    .orElse(-1);
            for (int slot : slots) {
                if (!arrived.get(slot)) {
                    if (stopped || Thread.currentThread().isInterrupted()) {
                        peers.settle();
                        return false;
                    }
                    peers.move(slot, slot == last);
                }
                moved.incrementAndGet();
            }
            peers.settle();
        }
        return true;
    }

    /**
     * A node that imports a slot lets the bus tell it nothing about that slot. When its source has been replaced, it goes
     * on to believe in a dead owner, and calls the cluster down, until somebody tells it.
     */
    private void nameNewSource() {
        Map<LocalServer, List<ClusterNode>> views = cluster.views();
        Map<Integer, LocalServer> owners = cluster.owners(views);
        BitSet importing = Cluster.movedBy(to, views);
        for (int slot : slots) {
            if (importing.get(slot) && from.equals(owners.get(slot))) {
                nameNewSource(slot);
            }
        }
    }

    /** The target refuses a primary of whose promotion the bus has not told it yet. */
    private void nameNewSource(int slot) {
        Deadline deadline = Deadline.in(SERVICE_BOUND);
        while (true) {
            try {
                to.command("CLUSTER", "SETSLOT", String.valueOf(slot), "NODE", cluster.id(from));
                return;
            } catch (LocalRedisException e) {
                if (deadline.isOver() || !String.valueOf(e.getMessage()).contains("not a master")) {
                    throw e;
                }
                LockSupport.parkNanos(POLL_NANOS);
            }
        }
    }

    /** A node refuses keys until it has seen the end of a failover, a little after the new primary says that it is one. */
    private boolean awaitService() {
        Deadline deadline = Deadline.in(SERVICE_BOUND);
        for (LocalServer node : List.of(from, to)) {
            while (!Cluster.isServing(node)) {
                if (stopped || Thread.currentThread().isInterrupted()) {
                    return false;
                }
                if (deadline.isOver()) {
                    throw new LocalRedisException(
                            "No slot can be moved: " + node + " does not say within " + SERVICE_BOUND
                                    + " that the cluster is up; the last lines of its log:\n" + node.logTail(5));
                }
                LockSupport.parkNanos(POLL_NANOS);
            }
        }
        return true;
    }

    /** The connections of one run. */
    private final class Peers implements AutoCloseable {
        private final SlotPeer source;
        private final SlotPeer target;
        private final List<SlotPeer> others = new ArrayList<>();
        private final BitSet atTarget;

        Peers() {
            Map<LocalServer, List<ClusterNode>> views = cluster.views();
            target = new SlotPeer(SlotMove.this, to);
            atTarget = Cluster.ownedBy(to, views);
            try {
                source = new SlotPeer(SlotMove.this, from);
                for (LocalServer node : views.keySet()) {
                    if (!node.equals(from) && !node.equals(to) && Cluster.isPrimary(node, views)) {
                        others.add(new SlotPeer(SlotMove.this, node));
                    }
                }
            } catch (LocalRedisException e) {
                close();
                throw e;
            }
        }

        void move(int slot, boolean last) {
            String number = String.valueOf(slot);
            if (!atTarget.get(slot)) {
                target.call(slot, "CLUSTER", "SETSLOT", number, "IMPORTING", cluster.id(from));
                source.send(slot, "CLUSTER", "SETSLOT", number, "MIGRATING", cluster.id(to));
                moveKeys(slot);
            }
            String[] handOver = {"CLUSTER", "SETSLOT", number, "NODE", cluster.id(to)};
            target.call(slot, handOver);
            if (last) {
                awaitHeard(slot);
            }
            // These take as long as a file takes to be written: meanwhile the target can begin with the next slot.
            source.send(slot, handOver);
            others.removeIf(other -> !other.hears(slot, handOver));
        }

        /**
         * A node that hears the source let go of a slot before it hears the target claim it, notes that nobody claims it;
         * Redis 7.0 forgets that note only when the target claims still another slot. If it is promoted with the note of
         * the last slot, it gives that slot away to the first who claims it: its returning predecessor.
         */
        private void awaitHeard(int slot) {
            Deadline deadline = Deadline.in(SERVICE_BOUND);
            while (!deadline.isOver() && !cluster.isHeard(slot, to, from)) {
                LockSupport.parkNanos(POLL_NANOS);
            }
        }

        /** Waits for what was only sent. */
        void settle() {
            source.settle();
            others.removeIf(other -> !other.isSettled());
        }

        private void moveKeys(int slot) {
            while (source.call(slot, "CLUSTER", "GETKEYSINSLOT", "" + slot, "" + keysPerStep) instanceof List<?> keys
                    && !keys.isEmpty()) {
                List<String> migrate = new ArrayList<>(List.of("MIGRATE", to.host(), "" + to.port(), "", "0"));
                migrate.addAll(List.of("" + migrateTimeout.toMillis(), "REPLACE"));
                String password = to.spec().endpoint().password();
                if (password != null) {
                    migrate.addAll(List.of("AUTH", password));
                }
                migrate.add("KEYS");
                keys.forEach(key -> migrate.add(String.valueOf(key)));
                source.call(slot, migrate.toArray(String[]::new));
            }
        }

        @Override
        public void close() {
            target.close();
            if (source != null) {
                source.close();
            }
            others.forEach(SlotPeer::close);
        }
    }

    @Override
    public String toString() {
        return size() + " slots from " + from + " to " + to;
    }
}
