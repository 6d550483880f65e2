package dev.lockstep.cli;

import dev.lockstep.sync.SyncProgress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a copy is, for who watches it. Also its JSON.
 *
 * @param elapsedMillis since this process began
 * @param inStep whether the target follows, and holds all that the source was last seen to have written
 * @param shards those of the source
 */
record SyncFacts(
        int schemaVersion, String from, String to, long elapsedMillis, boolean inStep, List<ShardFacts> shards) {

    /**
     * One shard of the source.
     *
     * @param phase CONNECTING, FULL_COPY, CATCH_UP or LIVE
     * @param snapshotBytes how much of the snapshot has been carried over
     * @param snapshotTotalBytes how large it is; null while the source has not told
     * @param keys how many keys of the snapshot have been carried over
     * @param keysPerSecond lately; null if there is nothing to tell of
     * @param bytesPerSecond lately: of the snapshot, later of the stream; null if there is nothing to tell of
     * @param secondsLeft until the snapshot has been carried over; null if nobody can tell
     * @param commands how many commands and transactions of the stream have been applied
     * @param lagBytes how much of the stream the target does not hold yet; null before the full copy is done
     * @param lagMillis for how long the oldest of it waits here; null before the full copy is done
     * @param problem what hinders it; null if nothing does
     */
    record ShardFacts(
            String shard,
            String phase,
            long snapshotBytes,
            @Nullable Long snapshotTotalBytes,
            long keys,
            @Nullable Long keysPerSecond,
            @Nullable Long bytesPerSecond,
            @Nullable Long secondsLeft,
            long commands,
            @Nullable Long lagBytes,
            @Nullable Long lagMillis,
            @Nullable String problem) {

        static ShardFacts of(SyncProgress.Lane lane, @Nullable Long keysPerSecond, @Nullable Long bytesPerSecond) {
            boolean copying = lane.phase() == SyncProgress.Phase.FULL_COPY;
            boolean following = lane.phase() == SyncProgress.Phase.CATCH_UP || lane.phase() == SyncProgress.Phase.LIVE;
            Long total = lane.snapshotTotal() < 0 ? null : (Long) lane.snapshotTotal();
            return new ShardFacts(
                    lane.shard(),
                    lane.phase().name(),
                    lane.snapshotBytes(),
                    total,
                    lane.keys(),
                    copying ? keysPerSecond : null,
                    bytesPerSecond,
                    copying && total != null && bytesPerSecond != null && bytesPerSecond > 0
                            ? (Long) ((total - lane.snapshotBytes() + bytesPerSecond - 1) / bytesPerSecond)
                            : null,
                    lane.units(),
                    following ? lane.lagBytes() : null,
                    following ? lane.lagMillis() : null,
                    lane.trouble().isEmpty() ? null : lane.trouble());
        }
    }
}
