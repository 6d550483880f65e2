package dev.lockstep.sync;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * How far a copy is at one moment. Immutable.
 *
 * @param elapsed since it was started by this process
 * @param lanes one for each shard of the source
 */
public record SyncProgress(Duration elapsed, List<Lane> lanes) {

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
     * @param snapshotTotal how large the snapshot is; -1 as long as the source has not told
     * @param keys how many keys of the snapshot
     * @param applied the replication offset up to which the target holds everything
     * @param written the replication offset up to which the source has written, as far as this process knows
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
            long written,
            long units,
            long lagMillis,
            String trouble) {

        /** How many bytes of the stream the target does not hold yet; of no meaning before the full copy is done. */
        public long lagBytes() {
            return Math.max(0, written - applied);
        }

        /** Whether the target follows, and nothing waits. */
        boolean isInStep() {
            return phase == Phase.LIVE && lagBytes() == 0 && trouble.isEmpty();
        }

        /** Beside what has arrived here, also what the source was seen to have written. */
        Lane written(long offset) {
            return new Lane(
                    shard,
                    phase,
                    snapshotBytes,
                    snapshotTotal,
                    keys,
                    applied,
                    Math.max(written, offset),
                    units,
                    lagMillis,
                    trouble);
        }

        Lane in(Phase next) {
            return new Lane(shard, next, snapshotBytes, snapshotTotal, keys, applied, written, units, lagMillis, "");
        }

        Lane copied(long done, long total, long count) {
            return new Lane(shard, phase, done, total, count, applied, written, units, lagMillis, "");
        }

        Lane applied(long offset, long end, long count, long lag) {
            return new Lane(shard, phase, snapshotBytes, snapshotTotal, keys, offset, end, count, lag, "");
        }

        Lane troubled(String why) {
            return new Lane(shard, phase, snapshotBytes, snapshotTotal, keys, applied, written, units, lagMillis, why);
        }
    }

    /**
     * Whether the target follows every source shard, and holds all that the source was seen to have written when that was first
     * so.
     *
     * @param goals what that was, by shard; kept from one look to the next
     */
    boolean reaches(Map<String, Long> goals) {
        boolean all = !lanes.isEmpty();
        for (Lane lane : lanes) {
            if (lane.phase() == Phase.LIVE && lane.trouble().isEmpty()) {
                all &= lane.applied() >= goals.computeIfAbsent(lane.shard(), first -> lane.written());
            } else {
                goals.remove(lane.shard());
                all = false;
            }
        }
        return all;
    }

    /** Whether the target follows every source shard, and holds all that the source was last seen to have written. */
    public boolean isInStep() {
        return !lanes.isEmpty() && lanes.stream().allMatch(Lane::isInStep);
    }
}
