package dev.lockstep.client;

import java.util.concurrent.atomic.LongAdder;

/** Counters of one {@link Lockstep}, from its start. Each is exact; together they are not one moment. */
public final class LockstepStats {

    final LongAdder primaryReads = new LongAdder();
    final LongAdder replicaReads = new LongAdder();
    final LongAdder fallbacks = new LongAdder();
    final LongAdder staleAnswers = new LongAdder();
    final LongAdder held = new LongAdder();
    final LongAdder retried = new LongAdder();
    final LongAdder confirmed = new LongAdder();
    final LongAdder lost = new LongAdder();
    final LongAdder repaired = new LongAdder();
    final LongAdder forgotten = new LongAdder();
    final LongAdder failovers = new LongAdder();
    final LongAdder rollbacks = new LongAdder();

    LockstepStats() {}

    /** Reads that a replica answered. */
    public long replicaReads() {
        return replicaReads.sum();
    }

    /** Reads of views other than {@code primary()} that the primary answered. */
    public long primaryReads() {
        return primaryReads.sum();
    }

    /** Those of {@link #primaryReads()} that preferred a replica and found none able to answer. */
    public long fallbacks() {
        return fallbacks.sum();
    }

    /** Answers of replicas that were thrown away because they were older than promised. */
    public long staleAnswersPrevented() {
        return staleAnswers.sum();
    }

    /** Calls that were held because there was no primary to send them to. */
    public long callsHeld() {
        return held.sum();
    }

    /** Calls that were sent again, or elsewhere. */
    public long callsRetried() {
        return retried.sum();
    }

    /** Writes of durable views that enough replicas held in time. */
    public long writesConfirmed() {
        return confirmed.sum();
    }

    /** Acknowledged writes that a failover took back, or perhaps took back, each told to the listener. */
    public long writesLost() {
        return lost.sum();
    }

    /** Keys with lost writes that were removed, as {@link RepairPolicy#INVALIDATE} asks for. */
    public long keysRepaired() {
        return repaired.sum();
    }

    /** Acknowledged writes that the journal had no room for: if a failover takes them back, nobody can tell. */
    public long writesForgotten() {
        return forgotten.sum();
    }

    /** Changes of a primary. */
    public long failovers() {
        return failovers.sum();
    }

    /** Things seen that a failover took back, each told to the listener. */
    public long rollbacks() {
        return rollbacks.sum();
    }
}
