package dev.lockstep.cli;

import dev.lockstep.cli.SyncFacts.ShardFacts;
import dev.lockstep.sync.SyncProgress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How fast a copy goes on: from what it has come to now and a few seconds ago. Confined to one thread. */
final class SyncPace {
    private static final Duration MEMORY = Duration.ofSeconds(10);
    private static final long MILLIS = 1_000;

    private final String from;
    private final String to;
    private final Map<String, ArrayDeque<Look>> looks = new HashMap<>();

    /** What one shard had come to when. */
    private record Look(Duration at, SyncProgress.Lane lane) {

        boolean precedes(SyncProgress.Lane next) {
            return lane.phase() == next.phase() && bytes(lane) <= bytes(next) && lane.keys() <= next.keys();
        }
    }

    /**
     * @param from the source, for people
     * @param to the target, for people
     */
    SyncPace(String from, String to) {
        this.from = from;
        this.to = to;
    }

    /** What there is to tell now. */
    SyncFacts facts(SyncProgress now) {
        List<ShardFacts> shards = new ArrayList<>();
        for (SyncProgress.Lane lane : now.lanes()) {
            Look first = first(lane, now.elapsed());
            shards.add(ShardFacts.of(
                    lane,
                    perSecond(lane.keys() - first.lane().keys(), now.elapsed().minus(first.at())),
                    lane.phase() == SyncProgress.Phase.CONNECTING
                            ? null
                            : perSecond(
                                    bytes(lane) - bytes(first.lane()),
                                    now.elapsed().minus(first.at()))));
        }
        return new SyncFacts(1, from, to, now.elapsed().toMillis(), now.isInStep(), shards);
    }

    /** The oldest look that is of use, after this one has been remembered. */
    private Look first(SyncProgress.Lane lane, Duration at) {
        ArrayDeque<Look> past = looks.computeIfAbsent(lane.shard(), shard -> new ArrayDeque<>());
        if (!past.isEmpty() && !past.getLast().precedes(lane)) {
            past.clear(); // another part of the work has begun, or the same one anew
        }
        past.add(new Look(at, lane));
        while (at.minus(past.element().at()).compareTo(MEMORY) > 0) {
            past.remove();
        }
        return past.element();
    }

    private static long bytes(SyncProgress.Lane lane) {
        return lane.phase() == SyncProgress.Phase.FULL_COPY ? lane.snapshotBytes() : lane.applied();
    }

    private static @Nullable Long perSecond(long count, Duration time) {
        return time.toMillis() < 1 ? null : (Long) (count * MILLIS / time.toMillis());
    }
}
