package dev.lockstep.drill;

import dev.lockstep.sync.SyncProgress;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a copier says it is, all shards of the source together.
 *
 * @param phase of the shard that is least far
 * @param part how much of the snapshots has been carried over, from 0 to 1; -1 if their sizes are not known
 * @param keys how many keys of the snapshots have been carried over
 * @param lagBytes how much of the source's stream the target does not hold
 * @param lagMillis for how long the oldest of it waits
 * @param inStep whether the target follows, and nothing waits
 * @param trouble what hinders it; empty if nothing does
 */
record CopierState(
        SyncProgress.Phase phase,
        double part,
        long keys,
        long lagBytes,
        long lagMillis,
        boolean inStep,
        String trouble) {

    private static final String MARK = "copy\t";
    private static final int WORDS = 8;

    static final CopierState NONE = new CopierState(SyncProgress.Phase.CONNECTING, -1, 0, 0, 0, false, "");

    static CopierState of(SyncProgress now) {
        List<SyncProgress.Lane> lanes = now.lanes();
        boolean sized = lanes.stream().allMatch(lane -> lane.snapshotTotal() > 0);
        double total =
                lanes.stream().mapToLong(SyncProgress.Lane::snapshotTotal).sum();
        return new CopierState(
                lanes.stream()
                        .map(SyncProgress.Lane::phase)
                        .min(Comparator.naturalOrder())
                        .orElse(SyncProgress.Phase.CONNECTING),
                sized
                        ? lanes.stream()
                                        .mapToLong(SyncProgress.Lane::snapshotBytes)
                                        .sum()
                                / total
                        : -1,
                lanes.stream().mapToLong(SyncProgress.Lane::keys).sum(),
                lanes.stream().mapToLong(SyncProgress.Lane::lagBytes).sum(),
                lanes.stream().mapToLong(SyncProgress.Lane::lagMillis).max().orElse(0),
                now.isInStep(),
                lanes.stream()
                        .map(SyncProgress.Lane::trouble)
                        .filter(trouble -> !trouble.isEmpty())
                        .findFirst()
                        .orElse(""));
    }

    /** As a line, by which a copier tells. */
    String line() {
        return MARK + phase + "\t" + part + "\t" + keys + "\t" + lagBytes + "\t" + lagMillis + "\t" + inStep + "\t"
                + trouble.replaceAll("\\s+", " ");
    }

    /** Reads a {@link #line}; null if it is something else. */
    static @Nullable CopierState parse(String line) {
        String[] words = line.split("\t", -1);
        if (!line.startsWith(MARK) || words.length != WORDS) {
            return null;
        }
        return new CopierState(
                SyncProgress.Phase.valueOf(words[1]),
                Double.parseDouble(words[2]),
                Long.parseLong(words[3]),
                Long.parseLong(words[4]),
                Long.parseLong(words[5]),
                Boolean.parseBoolean(words[6]),
                words[7]);
    }
}
