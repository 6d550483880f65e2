package dev.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.topology.HistoryGraph;
import dev.lockstep.topology.Position;
import io.lettuce.core.protocol.CommandType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The decision what is lost, against random sequences of writes, replicas that lag, chained failovers, former primaries that
 * go on taking writes, and restarts with less data or none. Whenever the client follows a primary: every acknowledged write
 * that this one does not hold was told. Nothing here is real but {@link WriteJournal}, {@link Lineage} and
 * {@link HistoryGraph}; the same seed gives the same sequence.
 */
class LostWritesSequenceTest {

    private static final int SEEDS = Integer.getInteger("lockstep.seeds", 1_000);
    private static final int STEPS = 400;

    /** What a broken implementation would do. */
    private enum Bug {
        NO_BUG,
        /** Believes the copies of a primary that it does not follow yet. */
        BELIEVES_ANOTHER_PRIMARYS_COPIES,
        /** Compares offsets of different histories. */
        BELIEVES_ANOTHER_HISTORY,
        /** Does not look whether what all had held is still there. */
        FORGETS_WHAT_ALL_HELD
    }

    @Test
    void noLostWriteIsTakenForAlive() {
        long lost = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            World world = new World(seed, Bug.NO_BUG);
            assertThat(world.play()).as("seed %d", seed).isNull();
            lost += world.told.size();
        }
        assertThat(lost).as("writes lost, without which nothing was tested").isGreaterThan(SEEDS);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NO_BUG")
    void aBrokenImplementationIsCaught(Bug bug) {
        String caught = null;
        for (long seed = 1; seed <= SEEDS && caught == null; seed++) {
            caught = new World(seed, bug).play();
        }
        assertThat(caught).isNotNull();
    }

    /** One server: what it has executed, in which history, up to which byte. */
    private static final class Node {
        String history;
        long offset;

        @Nullable
        String parent;

        long cut = -1;
        List<Integer> log = new ArrayList<>();
        List<Long> ends = new ArrayList<>();
        Node follows = this;

        @Nullable
        Position heard; // by the client

        Node(String history) {
            this.history = history;
        }

        void append(int write, long end) {
            log.add(write);
            ends.add(end);
            offset = end;
        }

        /** Stands where the other one stood after so many writes. */
        void copy(Node other, int writes) {
            log = new ArrayList<>(other.log.subList(0, writes));
            ends = new ArrayList<>(other.ends.subList(0, writes));
            offset = writes == 0 ? 0 : ends.get(writes - 1);
        }
    }

    private static final class World {
        private final SplittableRandom random;
        private final Bug bug;
        private final boolean loyal; // no server comes back with less
        private final HistoryGraph graph = new HistoryGraph();
        private final WriteJournal journal = new WriteJournal(Long.MAX_VALUE);
        private final List<Node> nodes = new ArrayList<>();
        private final Set<Integer> acknowledged = new HashSet<>();
        private final Map<Integer, Mark> batches = new HashMap<>();
        private final Map<Mark, Integer> lastOfBatch = new HashMap<>(); // the last write that its position covers
        private final Set<Integer> excused = new HashSet<>(); // told without their name
        final Set<Integer> told = new HashSet<>();
        private int writes;
        private int histories;
        private Node lead;

        // The client
        private Node named;
        private Node followed;
        private String followedHistory;
        private boolean connected = true;
        private long epoch = 1;
        private Mark mark = new Mark(epoch, 0);
        private Lineage lineage;
        private @Nullable String problem;

        World(long seed, Bug bug) {
            this.random = new SplittableRandom(seed);
            this.bug = bug;
            this.loyal = random.nextBoolean();
            for (int i = 0; i < 3 + random.nextInt(2); i++) {
                nodes.add(new Node("h0"));
            }
            lead = nodes.get(0);
            nodes.forEach(node -> node.follows = lead);
            named = lead;
            followed = lead;
            followedHistory = lead.history;
            lineage = new Lineage(lead.history, graph);
        }

        /** Null if nothing was wrong. */
        @Nullable
        String play() {
            for (int i = 0; i < STEPS && problem == null; i++) {
                step();
            }
            named = lead;
            follow();
            return problem;
        }

        private void step() {
            Node one = nodes.get(random.nextInt(nodes.size()));
            int dice = random.nextInt(1000);
            if (dice < 250) {
                write();
            } else if (dice < 300) {
                lead.append(++writes, lead.offset + 1 + random.nextInt(30)); // another client's
            } else if (dice < 420) {
                positionIsTold();
            } else if (dice < 620) {
                replicate(one);
            } else if (dice < 820) {
                hear(one);
            } else if (dice < 880) {
                one.follows = one == lead ? one : lead; // a former primary as well
            } else if (dice < 900) {
                failover(one);
            } else if (dice < 910 && !loyal) {
                restart(random.nextInt(lead.log.size() + 1));
            } else if (dice < 930) {
                learnOfParent(lead);
            } else if (dice < 960) {
                named = lead;
            } else if (dice < 990) {
                follow();
            }
        }

        /** Also on a former primary that has not heard of it. */
        private void write() {
            if (isConnected() && followed.follows == followed) {
                followed.append(++writes, followed.offset + 1 + random.nextInt(30));
                acknowledged.add(writes);
                batches.put(writes, mark);
                ByteBuffer key = ByteBuffer.wrap(String.valueOf(writes).getBytes(StandardCharsets.UTF_8));
                journal.add(mark, Request.of(CommandType.SET, List.of(key, key)), KeySpec.FIRST, false);
            }
        }

        private boolean isConnected() {
            return connected && followed.history.equals(followedHistory);
        }

        private void positionIsTold() {
            if (isConnected() && followed.follows == followed) {
                Mark now = mark;
                mark = now.next();
                settle(now);
            }
        }

        private void settle(Mark now) {
            lastOfBatch.put(now, followed.log.isEmpty() ? 0 : followed.log.get(followed.log.size() - 1));
            now.settle(new Position(followed.history, followed.offset));
        }

        /** Gets on with what the one it follows has, or takes all of it if they have parted. */
        private void replicate(Node node) {
            Node source = node.follows;
            if (source == node || source.follows != source) {
                return;
            }
            boolean continues = node.history.equals(source.history)
                    || (node.history.equals(source.parent) && node.offset <= source.cut);
            int writes =
                    continues ? Math.min(source.log.size(), node.log.size() + random.nextInt(6)) : source.log.size();
            node.copy(source, writes);
            node.history = source.history;
            node.parent = source.parent;
            node.cut = source.cut;
        }

        private void hear(Node node) {
            node.heard = new Position(node.history, node.offset);
            long least = Long.MAX_VALUE;
            for (Node copy : nodes) {
                if (copy != named) {
                    Position heard = copy.heard;
                    boolean believed = heard != null
                            && (named == followed || bug == Bug.BELIEVES_ANOTHER_PRIMARYS_COPIES)
                            && (lineage.survives(heard) || bug == Bug.BELIEVES_ANOTHER_HISTORY);
                    least = Math.min(least, believed ? heard.offset() : -1);
                }
            }
            journal.confirmed(least, lineage);
        }

        private void failover(Node promoted) {
            if (promoted != lead && promoted.history.equals(lead.history)) {
                startHistory(promoted);
                promoted.follows = promoted;
                lead = promoted;
            }
        }

        /** The primary comes back with what it had saved. */
        private void restart(int saved) {
            if (lead.log.isEmpty()) {
                return;
            }
            lead.copy(lead, saved);
            startHistory(lead);
            if (saved == 0) {
                lead.parent = null;
                lead.cut = -1;
            }
        }

        private void startHistory(Node node) {
            node.parent = node.history;
            node.cut = node.offset;
            node.history = "h" + ++histories;
        }

        private void learnOfParent(Node primary) {
            if (primary.parent != null) {
                graph.continues(primary.history, primary.parent, primary.cut);
            }
        }

        /** The client speaks to the primary that was named, if that is one. */
        private void follow() {
            if (named.follows != named || (named == followed && isConnected())) {
                connected = named == followed && connected;
                return;
            }
            boolean saidLastWord = isConnected() && followed.follows == followed && random.nextBoolean();
            if (saidLastWord) {
                settle(mark);
            } else {
                mark.settle(null);
            }
            mark = new Mark(++epoch, 0);
            followed = named;
            followedHistory = named.history;
            connected = true;
            learnOfParent(named);
            lineage = new Lineage(named.history, graph);
            LostWrites lost = journal.rebased("s", lineage);
            Set<Integer> there = new HashSet<>(named.log);
            if (lost != null) {
                lost.writes().forEach(write -> tell(write, there));
                if (lost.confirmedToo() && bug != Bug.FORGETS_WHAT_ALL_HELD) {
                    excused.addAll(acknowledged);
                }
            }
            check(there);
        }

        private void tell(LostWrites.Write write, Set<Integer> there) {
            int its = Integer.parseInt(write.keyText());
            told.add(its);
            Integer last = lastOfBatch.get(batches.get(its));
            if (write.certain() && there.contains(its) && last != null && there.contains(last)) {
                problem = its + " was called lost for certain, and all of its batch is there";
            }
        }

        private void check(Set<Integer> there) {
            for (int write : acknowledged) {
                if (!there.contains(write) && !told.contains(write) && (loyal || !excused.contains(write))) {
                    problem = write + " is gone in " + followedHistory + ", and nobody said so";
                }
            }
        }
    }
}
