package dev.lockstep.topology;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A deployment as one list of shards, at one moment. Immutable; compares by value. */
public final class Topology {

    /** Where a range of slots begins and ends, and whose it is. */
    private record Owned(int first, int last, Shard shard) {}

    private final long version;
    private final List<Shard> shards;

    /** Made when a slot is first asked for: most topologies differ by an offset and are never asked. */
    private volatile Owned @Nullable [] owned;

    /** See {@link #version()} and {@link #shards()}. */
    public Topology(long version, List<Shard> shards) {
        this.version = version;
        this.shards = List.copyOf(shards);
    }

    /**
     * Grows by one with each change of structure (a primary, a replica, a link, a history, an owner of slots); offsets may
     * differ between two topologies of one version.
     */
    public long version() {
        return version;
    }

    /** Ordered by first slot, those without slots last; one for a single server or a Sentinel group. */
    public List<Shard> shards() {
        return shards;
    }

    /** The shard that owns a slot from 0 to 16383; null while none does. Cheap. */
    public @Nullable Shard shardOf(int slot) {
        Owned[] ranges = owned;
        if (ranges == null) {
            ranges = ranges();
            owned = ranges;
        }
        int from = 0;
        int to = ranges.length - 1;
        while (from <= to) {
            int middle = (from + to) >>> 1;
            Owned range = ranges[middle];
            if (slot < range.first()) {
                to = middle - 1;
            } else if (slot > range.last()) {
                from = middle + 1;
            } else {
                return range.shard();
            }
        }
        return null;
    }

    private Owned[] ranges() {
        Owned[] ranges = shards.stream()
                .flatMap(shard -> shard.slots().stream().map(range -> new Owned(range.first(), range.last(), shard)))
                .toArray(Owned[]::new);
        Arrays.sort(ranges, Comparator.comparingInt(Owned::first));
        return ranges;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Topology that && version == that.version && shards.equals(that.shards);
    }

    @Override
    public int hashCode() {
        return Objects.hash(version, shards);
    }

    /** One line for people: the version, then per shard its primary and replicas, each with where it stands. */
    @Override
    public String toString() {
        return "Topology " + version + " " + shards;
    }
}
