package dev.lockstep.client;

import dev.lockstep.topology.NodeAddress;
import dev.lockstep.topology.Position;
import dev.lockstep.topology.ReplicationInfo;
import dev.lockstep.topology.Role;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way to one replica, for reads. Thread-safe. */
final class ReplicaLane {

    private static final Logger log = LoggerFactory.getLogger(ReplicaLane.class);
    private static final long FIRST_RETRY_MILLIS = 10;
    private static final long LAST_RETRY_MILLIS = 500;
    private static final int EAGER_QUESTIONS = 3;
    private static final long FIRST_PAUSE_MICROS = 100;
    private static final long LAST_PAUSE_MICROS = 10_000;
    private static final long PROBE_INTERVAL = TimeUnit.MILLISECONDS.toNanos(10);

    final NodeAddress address;

    private final ShardRoute shard;
    private final Replicas replicas;
    private volatile @Nullable NodeLink usable;
    private volatile @Nullable ReplicaTenure tenure;
    private volatile boolean behind;
    private volatile @Nullable Position stuckAt;
    private volatile long probedAt = System.nanoTime();
    private final AtomicBoolean pursued = new AtomicBoolean();
    private volatile @Nullable Position toldLast;
    private volatile int inVain;

    // Guarded by this.
    private @Nullable NodeLink link;
    private boolean opening;
    private boolean wanted = true;
    private long retryMillis = FIRST_RETRY_MILLIS;

    ReplicaLane(NodeAddress address, ShardRoute shard, Replicas replicas) {
        this.address = address;
        this.shard = shard;
        this.replicas = replicas;
    }

    boolean isUsable() {
        return usable != null;
    }

    /** Whether it is known to have applied what a read requires (null: anything of our lineage will do). */
    boolean isFresh(@Nullable Position required, Lineage lineage) {
        ReplicationInfo known = known();
        return known != null
                && (required == null
                        ? lineage.survives(known.position())
                        : lineage.reaches(known.position(), required));
    }

    /** Whether asking it, or waiting for it, makes sense although it is not known to be fresh. If not, it is probed. */
    boolean mayCatchUp(Lineage lineage) {
        ReplicationInfo known = known();
        if (known == null) {
            return false;
        }
        if (known.linkUp()
                && lineage.survives(known.position())
                && !known.position().equals(stuckAt)) {
            return true;
        }
        probe();
        return false;
    }

    /** Whether its last answer was too old. */
    boolean wasBehind() {
        return behind;
    }

    void answered(boolean fresh) {
        behind = !fresh;
    }

    /** A read has waited for it in vain. */
    void giveUp() {
        ReplicationInfo known = known();
        stuckAt = known == null ? null : known.position();
    }

    private @Nullable ReplicationInfo known() {
        ReplicaTenure of = tenure;
        return usable == null || of == null ? null : of.known();
    }

    /** The offset up to which it is known to hold everything, if that is part of the lineage; else -1. */
    long applied(Lineage lineage) {
        ReplicationInfo known = known();
        return known != null && lineage.survives(known.position())
                ? known.position().offset()
                : -1;
    }

    /** What keeps it from applying more, for people; empty if nothing is known. */
    String trouble() {
        ReplicationInfo known = known();
        return known == null ? "it does not answer" : known.linkUp() ? "" : "its link to the primary is down";
    }

    /** Has it tell how far it is, so that {@link GroupCommit} hears of it: one question at a time, in its own time if in vain. */
    void pursue() {
        NodeLink to = usable;
        ReplicaTenure of = tenure;
        if (to == null || of == null || !pursued.compareAndSet(false, true)) {
            return;
        }
        int doublings = inVain - EAGER_QUESTIONS;
        if (doublings < 0) {
            of.probe(to);
        } else {
            long pause = Math.min(LAST_PAUSE_MICROS, FIRST_PAUSE_MICROS << Math.min(doublings, 10));
            shard.laterMicros(pause, () -> of.probe(to));
        }
    }

    /** It was asked how far it is; null if it refused to say. */
    void told(@Nullable ReplicationInfo info) {
        Position position = info == null ? null : info.position();
        inVain = position == null || position.equals(toldLast) ? inVain + 1 : 0;
        toldLast = position;
        pursued.set(false);
        shard.heardOfReplicas();
    }

    private void probe() {
        NodeLink to = usable;
        ReplicaTenure of = tenure;
        long now = System.nanoTime();
        if (to != null && of != null && now - probedAt > PROBE_INTERVAL) {
            probedAt = now; // two threads may both probe, which does no harm
            of.probe(to);
        }
    }

    /** Sends a read; false if the replica cannot be asked now. */
    boolean send(Call call) {
        NodeLink to = usable;
        return to != null && to.send(new Attempt(call, to));
    }

    /** Makes the connection, unless it is there or in the making. */
    synchronized void connect() {
        if (!wanted || opening || link != null) {
            return;
        }
        opening = true;
        ReplicaTenure next = new ReplicaTenure(this, shard);
        shard.opener().openForReads(address, next).whenComplete((made, failure) -> opened(next, made, failure));
    }

    private void opened(ReplicaTenure next, @Nullable NodeLink made, @Nullable Throwable failure) {
        boolean up;
        synchronized (this) {
            opening = false;
            up = made != null && wanted && !made.isDead();
            if (made != null && up) {
                next.learn(made.greeting);
                link = made;
                tenure = next;
                usable = made;
                retryMillis = FIRST_RETRY_MILLIS;
            } else if (wanted) {
                shard.later(retryMillis, this::connect);
                retryMillis = Math.min(LAST_RETRY_MILLIS, retryMillis * 2);
            }
        }
        if (made != null && up) {
            shard.learnt(address, made.greeting);
            shard.check(made);
            up(made);
        } else {
            log.debug("No connection to replica {}: {}", address, String.valueOf(failure));
            if (made != null) {
                made.close();
            }
        }
    }

    /** It holds no data to read now: its data set is being loaded, or it refuses without its primary. */
    void unusable(NodeLink from, String why) {
        log.debug("Replica {} cannot be read from: {}", address, why);
        from.close();
    }

    void silent(NodeLink from, long forNanos) {
        if (takeOutOfUse(from)) {
            shard.suspect(address, "no answer for " + Call.text(forNanos));
            down(from);
        }
        if (forNanos > PrimaryLane.HALF_OPEN_AFTER && shard.answersProbes(address)) {
            from.close();
        }
    }

    private synchronized boolean takeOutOfUse(NodeLink from) {
        boolean was = usable == from;
        if (was) {
            usable = null;
            pursued.set(false); // what was asked may never be answered
        }
        return was;
    }

    void answering(NodeLink from) {
        boolean back;
        synchronized (this) {
            back = link == from && wanted && usable == null && !from.isDead();
            if (back) {
                usable = from;
            }
        }
        if (back) {
            up(from);
        }
    }

    /** A former primary that does not follow the new one yet is no replica to read from; once it does, it reconnects. */
    private void up(NodeLink from) {
        shard.heardOfReplicas();
        if (from.greeting.role() == Role.REPLICA) {
            shard.replicaChanged(address, true);
        }
    }

    private void down(NodeLink from) {
        if (from.greeting.role() == Role.REPLICA) {
            shard.replicaChanged(address, false);
        }
    }

    void lost(NodeLink from) {
        boolean was = takeOutOfUse(from);
        synchronized (this) {
            if (link == from) {
                link = null;
                tenure = null;
                connect();
            }
        }
        if (was) {
            shard.suspect(address, "connection lost");
            down(from);
        }
    }

    /** Answered too old, or not at all: the read goes on looking for a copy. */
    void elsewhere(Call call) {
        replicas.again(call);
    }

    void toPrimary(Call call) {
        call.takeBack();
        replicas.askPrimary(call);
    }

    void rescue(Attempt attempt) {
        if (attempt.call != null && !attempt.call.isDone()) {
            shard.stats().retried.increment();
            replicas.again(attempt.call);
        }
    }

    void close() {
        NodeLink last;
        synchronized (this) {
            wanted = false;
            last = link;
            usable = null;
        }
        if (last != null) {
            last.retire();
        }
    }
}
