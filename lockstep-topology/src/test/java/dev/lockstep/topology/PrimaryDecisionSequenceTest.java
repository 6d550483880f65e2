package dev.lockstep.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random lives of a shard, seen with delays and gaps: crashes, freezes, promotions, old primaries that return, sentinels
 * that lag, vanish and return. A newer primary is never exchanged for an older one, and in the end the true one is known.
 */
class PrimaryDecisionSequenceTest {

    private static final int NODES = 4;
    private static final int SENTINELS = 3;

    static long[] seeds() {
        return new Random(20260131).longs(400).toArray();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void a_newer_primary_is_never_exchanged_for_an_older_one(long seed) {
        World world = new World(new Random(seed));
        Belief belief = Belief.NONE;
        int generation = -1;
        for (int step = 0; step < 300; step++) {
            world.happen();
            world.observe(0.6);
            belief = PrimaryDecision.of(belief, world.evidence(), world.now).belief();
            if (belief.primary() != null) {
                int next = world.generations.get(belief.history());
                assertThat(next)
                        .as("generation at step %d of seed %d", step, seed)
                        .isGreaterThanOrEqualTo(generation);
                generation = next;
            }
        }
        world.calm();
        for (int i = 0; i < 3; i++) {
            world.now += Duration.ofMillis(100).toNanos();
            world.observe(1);
            belief = PrimaryDecision.of(belief, world.evidence(), world.now).belief();
        }
        assertThat(belief.usable()).as("seed %d", seed).isEqualTo(world.nodes.get(world.primary).address);
    }

    /** The truth, and what is seen of it. */
    private static final class World {

        private static final class Server {
            final NodeAddress address;
            Role role = Role.REPLICA;
            String history = "h0";

            @Nullable
            String parent;

            @Nullable
            NodeAddress follows;

            boolean answers = true;

            @Nullable
            NodeSight sight;

            Server(int number) {
                address = new NodeAddress("n" + number, 1);
            }
        }

        final Random random;
        final List<Server> nodes = new ArrayList<>();
        final List<PrimaryWord> words = new ArrayList<>();
        final boolean[] sentinelAnswers = {true, true, true};
        final int[] lag = new int[SENTINELS];
        final Map<String, Integer> generations = new HashMap<>(Map.of("h0", 0));
        final HistoryGraph histories = new HistoryGraph();
        long now = 1;
        long epoch;
        int primary;

        World(Random random) {
            this.random = random;
            for (int i = 0; i < NODES; i++) {
                nodes.add(new Server(i));
            }
            nodes.get(0).role = Role.PRIMARY;
            for (int i = 0; i < SENTINELS; i++) {
                words.add(new PrimaryWord(nodes.get(0).address, 0));
            }
        }

        void happen() {
            now += Duration.ofMillis(1 + random.nextInt(100)).toNanos();
            switch (random.nextInt(8)) {
                case 0 -> nodes.get(primary).answers = false;
                case 1 -> promote();
                case 2 -> nodes.get(random.nextInt(NODES)).answers = true;
                case 3 -> demoteOne();
                case 4 -> sentinelAnswers[random.nextInt(SENTINELS)] = random.nextBoolean();
                case 5 -> renameHistory();
                default -> {
                    // time passes
                }
            }
            // What a sentinel knows it tells the others soon, a majority within some hundred milliseconds
            for (int i = 0; i < SENTINELS; i++) {
                if (words.get(i).epoch() < epoch && (lag[i] -= 1) <= 0) {
                    words.set(i, new PrimaryWord(nodes.get(primary).address, epoch));
                }
            }
        }

        /** A failover: only a replica that follows the true history is promoted, under a new epoch. */
        private void promote() {
            Server old = nodes.get(primary);
            int next = random.nextInt(NODES);
            Server chosen = nodes.get(next);
            if (next == primary || !chosen.answers || !chosen.history.equals(old.history)) {
                return;
            }
            chosen.role = Role.PRIMARY;
            chosen.parent = old.history;
            chosen.history = "h" + generations.size();
            chosen.follows = null;
            generations.put(chosen.history, generations.size());
            primary = next;
            epoch++;
            int leader = random.nextInt(SENTINELS);
            for (int i = 0; i < SENTINELS; i++) {
                lag[i] = i == leader ? 2 : 3 + random.nextInt(10);
            }
            // the other replicas follow at once or later
            for (Server other : nodes) {
                if (other.role == Role.REPLICA && other.answers && random.nextBoolean()) {
                    follow(other);
                }
            }
        }

        private void follow(Server server) {
            Server now = nodes.get(primary);
            server.role = Role.REPLICA;
            server.parent = null;
            server.history = now.history;
            server.follows = now.address;
        }

        private void demoteOne() {
            int which = random.nextInt(NODES);
            if (which != primary && nodes.get(which).answers) {
                follow(nodes.get(which));
            }
        }

        /** The primary restarts in place from its file, with nobody promoted meanwhile. */
        private void renameHistory() {
            Server server = nodes.get(primary);
            if (server.answers && random.nextInt(4) == 0) {
                server.parent = server.history;
                server.history = "h" + generations.size();
                generations.put(server.history, generations.size());
            }
        }

        void observe(double chance) {
            for (Server server : nodes) {
                if (random.nextDouble() < chance) {
                    look(server);
                }
            }
        }

        private void look(Server server) {
            NodeSight before = server.sight;
            if (!server.answers) {
                server.sight = before == null
                        ? new NodeSight(server.address, null, false, 0, 0)
                        : new NodeSight(server.address, before.info(), false, before.askedAt(), before.primarySince());
                return;
            }
            ReplicationInfo info =
                    PrimaryDecisionTest.info(server.role, server.history, server.parent, 100, server.follows);
            histories.learn(info);
            boolean same = before != null && before.saysPrimary() && server.history.equals(before.history());
            server.sight = new NodeSight(server.address, info, true, now - 1, same ? before.primarySince() : now);
        }

        void calm() {
            nodes.forEach(server -> server.answers = true);
            nodes.stream().filter(server -> server != nodes.get(primary)).forEach(this::follow);
            for (int i = 0; i < SENTINELS; i++) {
                sentinelAnswers[i] = true;
                words.set(i, new PrimaryWord(nodes.get(primary).address, epoch));
            }
        }

        Evidence evidence() {
            Map<NodeAddress, NodeSight> sights = new HashMap<>();
            for (Server server : nodes) {
                if (server.sight != null) {
                    sights.put(server.address, server.sight);
                }
            }
            List<PrimaryWord> heard = new ArrayList<>();
            for (int i = 0; i < SENTINELS; i++) {
                if (sentinelAnswers[i]) {
                    heard.add(words.get(i));
                }
            }
            return new Evidence(sights, heard, SENTINELS, sights.size() == NODES, histories);
        }
    }
}
