package dev.lockstep.client;

import dev.lockstep.topology.HistoryGraph.Fate;
import dev.lockstep.topology.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a session had seen in another process, to be required of the copies that this one reads from. */
record SeenElsewhere(Map<String, Position> seen, Routes routes) {
    /* A position says something about the slots that the shard had when it was told; its label stands for these. If a shard
     * has the same slots here, the position holds. If not, slots have moved in between, or one of the two processes does
     * not know yet that they have: what is required then is the shard's present position, which includes all that came
     * with any slot. Whatever its label, a position that a failover has cut off is told. */

    void takenOnBy(Floors floors) {
        List<ShardRoute> unmatched = new ArrayList<>();
        for (ShardRoute shard : routes.all()) {
            Position position = seen.get(routes.label(shard));
            Floor floor = floors.of(shard);
            if (position != null) {
                floor.raise(0, position, shard);
                shard.recheck(floor);
            } else if (routes.sharded()) {
                floor.raise(floor.allKeys(), shard.primary().now(), shard);
                unmatched.add(shard);
            }
        }
        List<String> labels = routes.all().stream().map(routes::label).toList();
        seen.forEach((label, position) -> {
            if (!unmatched.isEmpty() && !labels.contains(label)) {
                tellIfGone(position, floors, unmatched);
            }
        });
    }

    private static void tellIfGone(Position position, Floors floors, List<ShardRoute> shards) {
        ShardRoute teller = shards.get(0);
        for (ShardRoute shard : shards) {
            Fate fate = shard.fate(position);
            if (fate == Fate.SURVIVED) {
                return;
            }
            teller = fate == Fate.LOST ? shard : teller;
        }
        floors.of(teller).lose(teller);
    }
}
