package dev.lockstep.sync;

import java.util.List;

/**
 * How far a copy is at one moment. Immutable.
 *
 * @param lanes one for each shard of the source
 */
public record SyncProgress(List<Lane> lanes) {

    public SyncProgress {
        lanes = List.copyOf(lanes);
    }

    /** What is being done for one source shard. */
    public enum Phase {
        /** It is being connected to, or a snapshot is awaited. */
        CONNECTING,
        /** Its snapshot is being carried over. */
        FULL_COPY,
        /** What was written meanwhile is being applied; times of expiry are far later than they are. */
        CATCH_UP,
        /** The target follows. */
        LIVE
    }

    /**
     * One source shard.
     *
     * @param shard its name
     * @param snapshotBytes how much of the snapshot has been carried over
     * @param snapshotTotal how large the snapshot is, as far as it has arrived
     * @param keys how many keys of the snapshot
     * @param applied the replication offset up to which the target holds everything
     * @param received the replication offset up to which the stream has arrived here
     * @param units how many commands and transactions have been applied since the start
     * @param lagMillis for how long the oldest that has arrived waits to be applied
     * @param trouble what hinders it, for people; empty if nothing does
     */
    public record Lane(
            String shard,
            Phase phase,
            long snapshotBytes,
            long snapshotTotal,
            long keys,
            long applied,
            long received,
            long units,
            long lagMillis,
            String trouble) {

        /** How many bytes have arrived and are not applied. */
        public long lagBytes() {
            return Math.max(0, received - applied);
        }

        Lane in(Phase next) {
            return new Lane(shard, next, snapshotBytes, snapshotTotal, keys, applied, received, units, lagMillis, "");
        }

        Lane copied(long done, long total, long count) {
            return new Lane(shard, phase, done, total, count, applied, received, units, lagMillis, "");
        }

        Lane applied(long offset, long end, long count, long lag) {
            return new Lane(shard, phase, snapshotBytes, snapshotTotal, keys, offset, end, count, lag, "");
        }

        Lane troubled(String why) {
            return new Lane(shard, phase, snapshotBytes, snapshotTotal, keys, applied, received, units, lagMillis, why);
        }
    }

    /** Whether the target follows every source shard, and nothing that has arrived waits. */
    public boolean isInStep() {
        return lanes.stream().allMatch(lane -> lane.phase() == Phase.LIVE && lane.lagBytes() == 0);
    }
}
