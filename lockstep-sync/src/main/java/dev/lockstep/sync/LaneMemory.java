package dev.lockstep.sync;

import java.util.function.LongSupplier;

/** What the target remembers of one source shard, as it is changed while its stream is applied. Confined to one thread. */
final class LaneMemory {

    private final TargetStore store;
    private final Replicated replicated;
    private final LongSupplier clock;
    private LaneRecord record;

    /** @param clock monotonic nanoseconds */
    LaneMemory(TargetStore store, Replicated replicated, LongSupplier clock, LaneRecord record) {
        this.store = store;
        this.replicated = replicated;
        this.clock = clock;
        this.record = record;
    }

    LaneRecord record() {
        return record;
    }

    boolean isIn(LaneRecord.Phase phase) {
        return record.phase() == phase;
    }

    /** Remembers another phase, and the place where it is; what was written before it is on the replicas, and it is too. */
    void become(LaneRecord.Phase phase) throws Setback, InterruptedException {
        replicated.await(clock);
        record = record.in(phase);
        store.write(record);
        replicated.await(clock);
    }

    /** Remembers from where on the stream would have to be read again. */
    void at(String history, long offset, int database) throws Setback, InterruptedException {
        record = record.at(history, offset, database);
        store.write(record);
    }
}
