package dev.lockstep.topology;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which shards a Redis Cluster has, and which nodes belong to each: a pure function of the roster before and of what was
 * decided about the slots. Immutable.
 */
record ShardRoster(List<Seat> seats) {
    /* A shard is who owns some slots, and who follows that one; and each primary that owns none, because it may be asked
     * (ASK) for what is moving to it before it owns anything. It stays the same shard while most of its slots stay among
     * its members: a replica that was promoted takes the seat of its primary. The old primary stays a member, silent,
     * until it says whom it follows now.
     *
     * A node goes where it says itself that it follows to, hence to another shard by replica migration. One that calls
     * itself a primary and has lost all that it claims (it returned from the dead and does not know yet) belongs where it
     * was, or to the shard that has its slots: it is no shard of its own. */

    static final ShardRoster NONE = new ShardRoster(List.of());

    private static final int BRIEF = 8;
    private static final int LONGEST_CHAIN = 8;

    /**
     * One shard.
     *
     * @param name unique, and the same for the life of the shard
     * @param claimant the id of the node that owns its slots, whether it answers or not
     * @param slots what it owns; empty for a primary without slots
     * @param epoch the epoch of the claim
     * @param members the ids of its nodes, the claimant's included
     */
    record Seat(String name, String claimant, List<SlotRange> slots, long epoch, Set<String> members) {
        Seat {
            slots = List.copyOf(slots);
            members = Set.copyOf(members);
        }

        @Override
        public String toString() {
            return name + " owns " + slots + " by " + claimant + " in epoch " + epoch;
        }
    }

    ShardRoster {
        seats = List.copyOf(seats);
    }

    static ShardRoster of(ShardRoster before, SlotDecision decision) {
        return new Seating(before, decision).seated();
    }

    @Override
    public String toString() {
        return "Roster " + seats;
    }

    @Nullable
    Seat named(@Nullable String name) {
        return seats.stream()
                .filter(seat -> seat.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** One way from a roster to the next. */
    private static final class Seating {

        private final ShardRoster before;
        private final Map<String, ClusterNode> nodes;
        private final Map<String, List<SlotRange>> slots;
        private final SlotMap map;
        private final Map<String, String> nameOfClaimant = new HashMap<>();
        private final Map<String, String> nameBefore = new HashMap<>();
        private final List<Seat> seats = new ArrayList<>();

        Seating(ShardRoster before, SlotDecision decision) {
            this.before = before;
            this.nodes = decision.nodes();
            this.map = decision.slots();
            this.slots = map.byOwner();
            for (Seat seat : before.seats) {
                seat.members().forEach(id -> nameBefore.put(id, seat.name()));
            }
        }

        ShardRoster seated() {
            Set<String> taken = new HashSet<>();
            before.seats.forEach(seat -> taken.add(seat.claimant()));
            for (Seat seat : before.seats) {
                String claimant = heir(seat, taken);
                if (claimant != null) {
                    taken.add(claimant);
                    nameOfClaimant.put(claimant, seat.name());
                }
            }
            slots.keySet().stream().sorted().forEach(this::found);
            nodes.values().stream()
                    .filter(node -> node.own() && node.primary() && node.slots().isEmpty())
                    .map(ClusterNode::id)
                    .sorted()
                    .forEach(this::found);
            Map<String, Set<String>> members = new HashMap<>();
            nameOfClaimant.forEach((claimant, name) ->
                    members.computeIfAbsent(name, n -> new HashSet<>()).add(claimant));
            for (ClusterNode node : nodes.values()) {
                String name = seatOf(node, LONGEST_CHAIN);
                if (name != null) {
                    members.computeIfAbsent(name, n -> new HashSet<>()).add(node.id());
                }
            }
            nameOfClaimant.forEach((claimant, name) -> {
                ClusterNode node = nodes.get(claimant);
                List<SlotRange> owned = slots.getOrDefault(claimant, List.of());
                long epoch = owned.isEmpty() && node != null ? node.epoch() : map.epoch(claimant);
                seats.add(new Seat(name, claimant, owned, epoch, members.getOrDefault(name, Set.of())));
            });
            seats.sort(Comparator.comparing(Seat::name));
            return new ShardRoster(seats);
        }

        /** Who claims for a shard now; null if the shard is no more. */
        private @Nullable String heir(Seat seat, Set<String> taken) {
            String heir = seat.claimant();
            int most = common(seat.slots(), slots.getOrDefault(heir, List.of()));
            for (String member : seat.members()) {
                int has = taken.contains(member) ? 0 : common(seat.slots(), slots.getOrDefault(member, List.of()));
                if (has > most) {
                    heir = member;
                    most = has;
                }
            }
            if (most > 0 || slots.containsKey(heir)) {
                return heir;
            }
            ClusterNode node = nodes.get(seat.claimant());
            if (node == null) {
                return null;
            }
            if (node.primary()) {
                return heir;
            }
            String follows = node.follows();
            ClusterNode next = follows == null ? null : nodes.get(follows);
            boolean follower = next != null && next.primary();
            return next != null && follower && seat.members().contains(next.id()) && !taken.contains(next.id())
                    ? next.id()
                    : null;
        }

        private void found(String claimant) {
            if (!nameOfClaimant.containsKey(claimant)) {
                int length = Math.min(BRIEF, claimant.length());
                while (length < claimant.length() && isTaken(claimant.substring(0, length))) {
                    length++;
                }
                nameOfClaimant.put(claimant, claimant.substring(0, length));
            }
        }

        private boolean isTaken(String name) {
            return nameOfClaimant.containsValue(name) || before.named(name) != null;
        }

        /** The shard to which a node belongs; null if it cannot be told. */
        private @Nullable String seatOf(ClusterNode node, int furthest) {
            String own = nameOfClaimant.get(node.id());
            if (own != null) {
                return own;
            }
            if (!node.primary() && node.follows() != null && furthest > 0) {
                ClusterNode followed = nodes.get(node.follows());
                String name = followed == null ? null : seatOf(followed, furthest - 1);
                if (name != null) {
                    return name;
                }
            }
            String remembered = nameBefore.get(node.id());
            if (remembered != null && nameOfClaimant.containsValue(remembered)) {
                return remembered;
            }
            SlotMap.Claim lost = node.slots().isEmpty()
                    ? null
                    : map.claim(node.slots().get(0).first());
            return lost == null ? null : nameOfClaimant.get(lost.owner());
        }

        private static int common(List<SlotRange> some, List<SlotRange> others) {
            int common = 0;
            for (SlotRange one : some) {
                for (SlotRange other : others) {
                    common +=
                            Math.max(0, Math.min(one.last(), other.last()) - Math.max(one.first(), other.first()) + 1);
                }
            }
            return common;
        }
    }
}
