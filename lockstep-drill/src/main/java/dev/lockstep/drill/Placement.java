package dev.lockstep.drill;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;

/**
 * Which shard may have owned which slot when: who owned them at the beginning, and every move since. Shards are numbers
 * from 0; a deployment of one shard owns all slots with it for ever. Thread-safe.
 */
final class Placement {
    static final int SLOTS = 16_384;

    /**
     * The move of some slots to another shard.
     *
     * @param began before this the old owner has them for sure
     * @param ended from here on the new owner has them for sure; {@link Long#MAX_VALUE} while it is not over
     */
    record Move(Set<Integer> slots, int from, int to, long began, long ended) {
        Move {
            slots = Set.copyOf(slots);
        }
    }

    private final int[] first;
    private final int shards;
    private final List<Move> moves = new ArrayList<>();

    private Placement(int[] first, int shards, List<Move> moves) {
        this.first = first.clone();
        this.shards = shards;
        this.moves.addAll(moves);
    }

    /** Of a deployment that has one shard. */
    static Placement single() {
        return new Placement(new int[SLOTS], 1, List.of());
    }

    /** @param first the owner of each slot at the beginning */
    static Placement of(int[] first, int shards) {
        return new Placement(first, shards, List.of());
    }

    /** How many shards there are. */
    int shards() {
        return shards;
    }

    synchronized void begins(Move move) {
        moves.add(move);
    }

    /** A move that was begun has arrived. */
    synchronized void ends(Move move, long at) {
        moves.replaceAll(m -> m.equals(move) ? new Move(m.slots, m.from, m.to, m.began, at) : m);
    }

    /** As it is now; later moves do not change it. */
    synchronized Placement snapshot() {
        return new Placement(first, shards, moves);
    }

    synchronized List<Move> moves() {
        return List.copyOf(moves);
    }

    /** The slots whose last known owner is this shard, those aside that are on their way. */
    synchronized BitSet ownedBy(int shard) {
        BitSet owned = new BitSet(SLOTS);
        for (int slot = 0; slot < SLOTS; slot++) {
            if (mayHold(shard, slot, Long.MAX_VALUE, Long.MAX_VALUE)) {
                owned.set(slot);
            }
        }
        moves.stream().filter(move -> move.ended == Long.MAX_VALUE).forEach(move -> move.slots.forEach(owned::clear));
        return owned;
    }

    /** Whether the shard may have owned the slot at some moment of this time, both ends included. */
    synchronized boolean mayHold(int shard, int slot, long from, long to) {
        int owner = first[slot];
        long since = Long.MIN_VALUE;
        for (Move move : moves) {
            if (move.slots.contains(slot)) {
                if (owner == shard && since <= to && from <= move.ended) {
                    return true;
                }
                owner = move.to;
                since = move.began;
            }
        }
        return owner == shard && since <= to;
    }

    /** Whether no other shard can have owned the slot at any moment of this time. */
    boolean surelyHolds(int shard, int slot, long from, long to) {
        for (int other = 0; other < shards; other++) {
            if (other != shard && mayHold(other, slot, from, to)) {
                return false;
            }
        }
        return true;
    }

    /** By when the slot had arrived for the last time, of moves to this shard that began until then; the least if never. */
    synchronized long arrival(int shard, int slot, long until) {
        long arrival = Long.MIN_VALUE;
        for (Move move : moves) {
            if (move.to == shard && move.began <= until && move.slots.contains(slot)) {
                arrival = Math.max(arrival, move.ended);
            }
        }
        return arrival;
    }
}
