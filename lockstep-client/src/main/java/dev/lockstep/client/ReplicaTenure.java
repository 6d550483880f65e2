package dev.lockstep.client;

import dev.lockstep.topology.Position;
import dev.lockstep.topology.ReplicationInfo;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The traffic on one connection to a replica: reads in batches, each between two statements of how far the replica has
 * come.
 *
 * <p>Confined to the link's event loop but for {@link #known}.
 */
final class ReplicaTenure implements NodeLink.Traffic, Attempt.Own {
    /* The statement before the reads is a lower bound of what they saw: only if it reaches what a read requires, the
     * answer counts. It is left out when an earlier batch has already told enough, since a replica never goes back within a
     * history. The statement after the reads is an upper bound of what they saw: the session's floor rises to it, or its
     * next read could show less. So answers wait for it, which costs nothing, as it comes with them.
     *
     * In a Redis Cluster the key may have gone, since its slot is moving to another shard: then its replica, fresh as it
     * is, has nothing, and unlike its primary does not say where the key is. So an answer that a missing key would have got
     * too is asked of the primary. */

    private final ReplicaLane lane;
    private final ShardRoute shard;
    private final ArrayDeque<ReadBatch> batches = new ArrayDeque<>();
    private volatile @Nullable ReplicationInfo known;
    private volatile boolean probing;

    ReplicaTenure(ReplicaLane lane, ShardRoute shard) {
        this.lane = lane;
        this.shard = shard;
    }

    /** Where the replica stands at least; null until it told. */
    @Nullable
    ReplicationInfo known() {
        return known;
    }

    void learn(ReplicationInfo info) {
        known = info;
    }

    /** Has it tell where it stands, without a read. */
    void probe(NodeLink link) {
        probing = true;
        link.wake();
    }

    @Override
    public void compose(List<Attempt> sending, NodeLink link, long now) {
        boolean promised = false;
        boolean enough = true;
        ReplicationInfo told = known;
        Position soFar = told == null ? null : told.position();
        Lineage lineage = shard.lineage();
        for (Attempt attempt : sending) {
            Call call = attempt.call;
            if (call != null && call.policy.consistency().level() != Consistency.Level.ANY) {
                promised = true;
                Position required = call.required;
                enough &= soFar != null
                        && lineage != null
                        && (required == null ? lineage.survives(soFar) : lineage.reaches(soFar, required));
            }
        }
        if (!promised && !probing) {
            return;
        }
        probing = false;
        ReadBatch batch = new ReadBatch();
        for (Attempt attempt : sending) {
            attempt.batch = batch;
        }
        if (enough) {
            batch.atLeast = soFar;
        } else {
            batch.leading = PrimaryTenure.infoAttempt(link, this);
            sending.add(0, batch.leading);
        }
        batch.trailing = PrimaryTenure.infoAttempt(link, this);
        sending.add(batch.trailing);
        batches.add(batch);
    }

    @Override
    public void replied(Attempt attempt, NodeLink link) {
        Call call = attempt.call;
        if (call == null) {
            return;
        }
        String error = attempt.error();
        if (error != null && (error.startsWith("LOADING") || error.startsWith("MASTERDOWN"))) {
            lane.unusable(link, error);
            lane.elsewhere(call);
        } else if (error != null && (error.startsWith("NOSCRIPT") || shard.redirect(error, link.address) != null)) {
            lane.toPrimary(
                    call); // which has the script, if it was loaded through this client, and knows where slots are
        } else if (attempt.batch == null || call.policy.consistency().level() == Consistency.Level.ANY) {
            shard.stats().replicaReads.increment();
            attempt.deliver();
        } else {
            attempt.batch.answered.add(attempt);
        }
    }

    /** The replica said where it stands. */
    @Override
    public void answered(Attempt statement, NodeLink link) {
        ReplicationInfo info = PrimaryTenure.read(statement);
        if (info != null) {
            known = info;
            shard.learnt(link.address, info);
        }
        lane.told(info);
        ReadBatch batch = batches.peekFirst();
        if (batch == null) {
            return;
        }
        if (statement == batch.leading) {
            batch.atLeast = info == null ? null : info.position();
        } else if (statement == batch.trailing) {
            batches.pollFirst();
            judge(batch, info == null ? null : info.position());
        }
    }

    private void judge(ReadBatch batch, @Nullable Position atMost) {
        Lineage lineage = shard.lineage();
        boolean sound = lineage != null && atMost != null && stayedIn(lineage, batch.atLeast, atMost);
        for (Attempt attempt : batch.answered) {
            Call call = attempt.call;
            if (call == null) {
                continue;
            }
            boolean fresh = sound && isFresh(lineage, batch.atLeast, call.required);
            lane.answered(fresh);
            if (fresh && shard.slotsMove() && attempt.isBare()) {
                lane.toPrimary(call);
            } else if (fresh) {
                attempt.seen = atMost;
                shard.stats().replicaReads.increment();
                shard.answer(attempt, call);
            } else {
                shard.stats().staleAnswers.increment();
                lane.elsewhere(call);
            }
        }
    }

    /** Whether the replica was in one history during the batch, and all that it showed is part of the lineage. */
    private static boolean stayedIn(Lineage lineage, @Nullable Position atLeast, Position atMost) {
        return atLeast != null
                && atLeast.history().equals(atMost.history())
                && atLeast.offset() <= atMost.offset()
                && lineage.survives(atMost);
    }

    private static boolean isFresh(@Nullable Lineage lineage, @Nullable Position atLeast, @Nullable Position required) {
        return required == null || (atLeast != null && lineage != null && lineage.reaches(atLeast, required));
    }

    @Override
    public void silent(NodeLink link, long forNanos) {
        List<Attempt> given = link.abandonAll();
        batches.forEach(batch -> batch.answered.forEach(lane::rescue));
        batches.clear();
        given.forEach(lane::rescue);
        lane.silent(link, forNanos);
    }

    @Override
    public void answering(NodeLink link) {
        lane.answering(link);
    }

    /** Its reads are given back with the connection. */
    @Override
    public void lost() {}

    @Override
    public void lost(NodeLink link, List<Attempt> unanswered, List<Attempt> unsent) {
        lane.lost(link);
        for (ReadBatch batch : batches) {
            batch.answered.forEach(lane::rescue);
        }
        unanswered.forEach(lane::rescue);
        unsent.forEach(lane::rescue);
    }
}
