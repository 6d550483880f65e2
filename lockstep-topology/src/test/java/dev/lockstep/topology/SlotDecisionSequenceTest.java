package dev.lockstep.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random lives of a cluster, seen through its nodes' maps, which lag behind: failovers, slots that move, nodes that are cut
 * off and return. No slot goes back to an older claim, and in the end the map and the shards are the true ones.
 */
class SlotDecisionSequenceTest {

    private static final int PRIMARIES = 3;
    private static final int NODES = 8;

    /** Each stands for a range of 1024 slots. */
    private static final int PARTS = 16;

    static long[] seeds() {
        return new Random(20260203)
                .longs(Integer.getInteger("lockstep.seeds", 40))
                .toArray();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void no_slot_goes_back_to_an_older_claim(long seed) {
        World world = new World(new Random(seed));
        SlotDecision decision = SlotDecision.NONE;
        ShardRoster roster = ShardRoster.NONE;
        for (int step = 0; step < 200; step++) {
            world.happen();
            SlotDecision next = SlotDecision.of(decision, world.heard());
            for (int part = 0; part < PARTS; part++) {
                SlotMap.Claim before = decision.slots().claim(part * 1024);
                SlotMap.Claim after = next.slots().claim(part * 1024);
                boolean handed = before != null && world.gaveAway(before.owner(), part);
                if (before != null && (after != null || !handed)) {
                    assertThat(after)
                            .as("part %d at step %d of seed %d", part, step, seed)
                            .isNotNull();
                    boolean same = handed || after.owner().equals(before.owner());
                    assertThat(after.epoch())
                            .as("part %d at step %d of seed %d: %s, then %s", part, step, seed, before, after)
                            .isGreaterThanOrEqualTo(before.epoch() + (same ? 0 : 1));
                }
            }
            decision = next;
            roster = ShardRoster.of(roster, decision);
            check(roster, decision);
        }
        world.calm();
        decision = SlotDecision.of(decision, world.heard());
        roster = ShardRoster.of(roster, decision);
        check(roster, decision);
        for (int part = 0; part < PARTS; part++) {
            SlotMap.Claim claim = decision.slots().claim(part * 1024);
            assertThat(claim == null ? null : claim.owner())
                    .as("part %d of seed %d", part, seed)
                    .isEqualTo(world.owners[part]);
        }
        for (ShardRoster.Seat seat : roster.seats()) {
            for (String member : seat.members()) {
                Server server = world.servers.get(member);
                assertThat(server.follows == null ? member : server.follows)
                        .as("%s of seed %d", roster, seed)
                        .isEqualTo(seat.claimant());
            }
        }
    }

    private static void check(ShardRoster roster, SlotDecision decision) {
        Set<String> claimants = new HashSet<>();
        Set<String> names = new HashSet<>();
        Set<String> members = new HashSet<>();
        for (ShardRoster.Seat seat : roster.seats()) {
            assertThat(claimants.add(seat.claimant())).isTrue();
            assertThat(names.add(seat.name())).isTrue();
            assertThat(seat.members()).contains(seat.claimant());
            seat.members().forEach(member -> assertThat(members.add(member)).isTrue());
        }
        assertThat(claimants).containsAll(decision.slots().byOwner().keySet());
    }

    /** One node and its view of the cluster. */
    private static final class Server {
        final String id;
        boolean answers = true;
        long epoch;

        @Nullable
        String follows;

        final @Nullable String[] table = new @Nullable String[PARTS];
        final Map<String, Long> epochs = new HashMap<>();
        final Map<String, String> primaries = new HashMap<>();

        Server(String id) {
            this.id = id;
        }

        ClusterWord word(List<String> ids) {
            List<ClusterNode> nodes = new ArrayList<>();
            for (String other : ids) {
                String primary = other.equals(id) ? follows : primaries.get(other);
                long told = other.equals(id) ? epoch : epochs.getOrDefault(other, 0L);
                List<SlotRange> slots = IntStream.range(0, PARTS)
                        .filter(part -> other.equals(table[part]))
                        .mapToObj(part -> new SlotRange(part * 1024, part * 1024 + 1023))
                        .toList();
                nodes.add(new ClusterNode(
                        other,
                        new NodeAddress(other, 1),
                        null,
                        other.equals(id),
                        primary == null,
                        primary,
                        primary == null ? told : epochOf(primary),
                        false,
                        slots));
            }
            return new ClusterWord(new NodeAddress(id, 1), new ClusterNodes(nodes), 0);
        }

        long epochOf(@Nullable String other) {
            return id.equals(other) ? epoch : epochs.getOrDefault(other, 0L);
        }

        /** A message of the cluster bus: what its sender is, and what it claims. */
        void hear(Server sender) {
            if (sender.follows != null) {
                primaries.put(sender.id, sender.follows);
                for (int part = 0; part < PARTS; part++) {
                    table[part] = sender.id.equals(table[part]) ? null : table[part];
                }
                return;
            }
            primaries.remove(sender.id);
            epochs.merge(sender.id, sender.epoch, Math::max);
            boolean had = IntStream.range(0, PARTS).anyMatch(part -> id.equals(table[part]));
            for (int part = 0; part < PARTS; part++) {
                if (sender.id.equals(sender.table[part])
                        && (table[part] == null || epochOf(table[part]) < sender.epoch)) {
                    table[part] = sender.id;
                }
            }
            boolean has = IntStream.range(0, PARTS).anyMatch(part -> id.equals(table[part]));
            if (had && !has) {
                follows = sender.id;
            }
        }
    }

    private static final class World {
        final Random random;
        final Map<String, Server> servers = new HashMap<>();
        final List<String> ids = new ArrayList<>();
        final String[] owners = new String[PARTS];
        long epoch = PRIMARIES;

        World(Random random) {
            this.random = random;
            for (int i = 0; i < NODES; i++) {
                Server server = new Server(id(i));
                server.follows = i < PRIMARIES ? null : id(i % PRIMARIES);
                server.epoch = i < PRIMARIES ? i + 1 : 0;
                servers.put(server.id, server);
                ids.add(server.id);
            }
            for (Server server : servers.values()) {
                for (int part = 0; part < PARTS; part++) {
                    owners[part] = id(part % PRIMARIES);
                    server.table[part] = owners[part];
                }
                servers.values().stream().filter(other -> other != server).forEach(server::hear);
            }
        }

        private static String id(int number) {
            return number + "0123456789abcdef";
        }

        Server any() {
            return servers.get(ids.get(random.nextInt(NODES)));
        }

        void happen() {
            switch (random.nextInt(8)) {
                case 0 -> any().answers = false;
                case 1, 2 -> any().answers = true;
                case 3 -> failover(any());
                case 4 -> move(random.nextInt(PARTS), any());
                default -> {
                    Server one = any();
                    Server other = any();
                    if (one != other && one.answers && other.answers) {
                        other.hear(one);
                    }
                }
            }
        }

        /** A replica that knows all that its primary owns takes it, in an epoch of its own. */
        private void failover(Server server) {
            String old = server.follows;
            if (old == null || !server.answers) {
                return;
            }
            for (int part = 0; part < PARTS; part++) {
                if (old.equals(owners[part]) != old.equals(server.table[part])) {
                    return;
                }
            }
            server.follows = null;
            server.epoch = ++epoch;
            for (int part = 0; part < PARTS; part++) {
                if (old.equals(owners[part])) {
                    owners[part] = server.id;
                    server.table[part] = server.id;
                }
            }
        }

        /** The importing primary takes a new epoch; the old owner is told as well. */
        private void move(int part, Server to) {
            Server from = servers.get(owners[part]);
            boolean last = IntStream.range(0, PARTS)
                            .filter(other -> owners[other].equals(from.id))
                            .count()
                    == 1;
            if (to == from || last || to.follows != null || !to.answers || !from.answers || owned(to) == 0) {
                return;
            }
            to.epoch = ++epoch;
            to.table[part] = to.id;
            from.table[part] = to.id;
            owners[part] = to.id;
        }

        /** Whether a node that answers knows that it does not own a part any more. */
        boolean gaveAway(String id, int part) {
            Server server = servers.get(id);
            return server.answers && !id.equals(server.table[part]);
        }

        private long owned(Server server) {
            return IntStream.range(0, PARTS)
                    .filter(part -> owners[part].equals(server.id))
                    .count();
        }

        /** Some of those that answer are heard, one after the other. */
        List<ClusterWord> heard() {
            return ids.stream()
                    .map(servers::get)
                    .filter(server -> server.answers)
                    .map(server -> server.word(ids))
                    .toList();
        }

        void calm() {
            servers.values().forEach(server -> server.answers = true);
            for (int round = 0; round < 4; round++) {
                for (Server one : servers.values()) {
                    servers.values().stream().filter(other -> other != one).forEach(other -> other.hear(one));
                }
                // a replica of one that is a replica now follows its primary
                for (Server server : servers.values()) {
                    Server followed = server.follows == null ? null : servers.get(server.follows);
                    if (followed != null && followed.follows != null) {
                        server.follows = followed.follows;
                    }
                }
            }
        }
    }
}
