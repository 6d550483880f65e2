package dev.lockstep.drill;

import dev.lockstep.local.LocalRedisException;
import dev.lockstep.local.LocalServer;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * A move of slots, with the workload's keys in them, from one shard of a cluster to the next, for as long as it takes: when
 * a node dies meanwhile, it goes on with the primaries that the two shards have then.
 */
final class SlotMover {
    /** Slots around each that has keys go too, so that a few hundred are on their way. */
    private static final int AROUND = 8;

    private static final int MOST = 300;

    private static final long PAUSE_NANOS = 200_000_000;
    private static final int TRIES = 300;

    private final Ground ground;
    private final Placement.Move move;

    SlotMover(Ground ground, Fault fault) {
        this.ground = ground;
        int shards = ground.witnesses().count();
        int from = fault.shard(shards);
        this.move = new Placement.Move(
                slots(from, fault.pick()),
                from,
                fault.destination(shards),
                ground.clock().getAsLong(),
                Long.MAX_VALUE);
        ground.placement().begins(move);
    }

    /** Every second slot with keys, at most, and those around it. */
    private Set<Integer> slots(int from, int choice) {
        BitSet owned = ground.placement().ownedBy(from);
        List<Integer> withKeys =
                ground.keySlots().stream().filter(owned::get).sorted().toList();
        Set<Integer> slots = new HashSet<>();
        for (int i = choice % 2; i < withKeys.size() && slots.size() < MOST; i += 2) {
            int middle = withKeys.get(i);
            for (int slot = middle - AROUND; slot <= middle + AROUND; slot++) {
                if (slot >= 0 && owned.get(slot)) {
                    slots.add(slot);
                }
            }
        }
        return slots;
    }

    /** How it is named in a report. */
    String name() {
        return move.slots().size() + " slots of shard " + (move.from() + 1);
    }

    /** Moves them. Returns its name when all have arrived. */
    String run() {
        List<Integer> slots = move.slots().stream().sorted().toList();
        for (int tries = 1; ; tries++) {
            try {
                LocalServer from = ground.primary(move.from());
                LocalServer to = ground.primary(move.to());
                if (ground.deployment().moveSlots(from, to, slots).run()) {
                    ground.placement().ends(move, ground.clock().getAsLong());
                    return name();
                }
            } catch (LocalRedisException e) {
                if (tries == TRIES) {
                    throw e;
                }
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
