package dev.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.topology.HistoryGraph;
import dev.lockstep.topology.HistoryGraph.Fate;
import dev.lockstep.topology.NodeAddress;
import dev.lockstep.topology.Position;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionException;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Group commit against random sequences of writes, answers, replicas that lag, die, are barred and return, failovers and
 * callers whose time is up. After every step: what was confirmed is held by those that must hold it. Nothing here is real
 * but {@link GroupCommit}; the same seed gives the same sequence.
 */
class GroupCommitSequenceTest {

    private static final int SEEDS = Integer.getInteger("lockstep.seeds", 500);
    private static final int STEPS = 300;

    @Test
    void whatIsConfirmedIsHeld() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            assertThat(new World(seed, false).play()).as("seed %d", seed).isNull();
        }
    }

    @Test
    void aCopyThatIsBelievedWithoutItsHistoryIsCaught() {
        assertThat(LongStream.rangeClosed(1, SEEDS)
                        .filter(seed -> new World(seed, true).play() != null)
                        .count())
                .as("seeds that show it")
                .isPositive();
    }

    private static final class Replica {
        final NodeAddress address;
        String history;
        long applied;
        boolean alive = true;
        boolean counts = true;
        boolean asked;

        @Nullable
        Position told;

        Replica(int port, String history) {
            this.address = new NodeAddress("replica", port);
            this.history = history;
        }
    }

    private record Written(
            Call call,
            AsyncCommand<String, String, String> command,
            int demand,
            String history,
            long offset,
            Mark mark) {}

    private static final class World implements GroupCommit.Scene {
        private final SplittableRandom random;
        private final boolean credulous;
        private final HistoryGraph graph = new HistoryGraph();
        private final LockstepStats stats = new LockstepStats();
        private final Floors floors = Floors.shared();
        private final GroupCommit commit = new GroupCommit(this);
        private final List<Replica> replicas = new ArrayList<>();
        private final List<Written> open = new ArrayList<>();
        private int histories;
        private String history = "h0";
        private long offset;
        private long epoch = 1;
        private Mark mark = new Mark(epoch, 0);
        private Lineage lineage = new Lineage(history, graph);
        private @Nullable String problem;

        /** @param credulous whether replicas are believed although they tell of another history */
        World(long seed, boolean credulous) {
            this.random = new SplittableRandom(seed);
            this.credulous = credulous;
            for (int i = 1; i <= 2 + random.nextInt(2); i++) {
                replicas.add(new Replica(i, history));
            }
        }

        /** Null if nothing was wrong. */
        @Nullable
        String play() {
            for (int i = 0; i < STEPS && problem == null; i++) {
                step();
            }
            settleDown();
            return problem;
        }

        private void step() {
            Replica one = replicas.get(random.nextInt(replicas.size()));
            int dice = random.nextInt(100);
            if (dice < 35) {
                write();
            } else if (dice < 50) {
                tellOffset();
            } else if (dice < 65) {
                replicate(one, random.nextLong(1, 60));
            } else if (dice < 85) {
                answer(one);
            } else if (dice < 89) {
                one.alive = !one.alive;
                one.told = one.alive ? one.told : null;
                one.asked = false;
                commit.heard();
            } else if (dice < 91) {
                one.counts = !one.counts;
                commit.heard();
            } else if (dice < 95) {
                expire();
            } else if (dice < 97) {
                failover(one);
            } else {
                commit.sweep();
            }
        }

        private void write() {
            offset += random.nextLong(1, 30);
            int demand = random.nextInt(3) == 0 ? 1 + random.nextInt(2) : Durability.ALL;
            Durability durability = demand == Durability.ALL ? Durability.allReplicas() : Durability.replicas(demand);
            var command = new AsyncCommand<>(new Command<>(
                    CommandType.SET,
                    new StatusOutput<>(StringCodec.UTF8),
                    new CommandArgs<>(StringCodec.UTF8).addKey("k").addValue("v")));
            Policy policy = new Policy(
                    Consistency.primary(),
                    false,
                    1_000_000_000,
                    durability,
                    RepairPolicy.REPORT,
                    OnRollback.REPORT,
                    floors);
            Call call = new Call(command, Request.of(command), CommandTraits.of(command), -1, policy, 0);
            call.send(replicas.get(0).address);
            Written written = new Written(call, command, demand, history, offset, mark);
            open.add(written);
            commit.await(call, mark, () -> confirmed(written));
        }

        private void confirmed(Written written) {
            if (!written.call().claim()) {
                return;
            }
            written.command().complete();
            List<Replica> counting =
                    replicas.stream().filter(replica -> replica.counts).toList();
            long holders =
                    counting.stream().filter(replica -> holds(replica, written)).count();
            long needed = written.demand() == Durability.ALL ? Math.max(1, counting.size()) : written.demand();
            if (holders < needed) {
                problem = written.history() + "@" + written.offset() + " was confirmed, and " + holders + " of "
                        + needed + " hold it";
            }
        }

        private boolean holds(Replica replica, Written written) {
            return replica.applied >= written.offset()
                    && graph.fate(new Position(written.history(), written.offset()), replica.history) == Fate.SURVIVED;
        }

        /** The INFO that rode along is answered. */
        private void tellOffset() {
            Mark told = mark;
            mark = told.next();
            told.settle(new Position(history, offset));
        }

        /** Gets on, or begins to follow the present primary with what it has in common with it. */
        private void replicate(Replica replica, long bytes) {
            if (!replica.alive) {
                return;
            }
            if (!replica.history.equals(history)) {
                replica.history = history;
                replica.applied = Math.min(replica.applied, cut);
            }
            replica.applied = Math.min(offset, replica.applied + bytes);
        }

        private void answer(Replica replica) {
            if (replica.alive && replica.asked) {
                replica.asked = false;
                replica.told = new Position(replica.history, replica.applied);
                commit.heard();
            }
        }

        private void expire() {
            if (!open.isEmpty()) {
                open.get(random.nextInt(open.size())).call().giveUp("within its time", "");
            }
        }

        private long cut = Long.MAX_VALUE;

        /** The replica takes over with what it has; the dead primary will be one of its replicas. */
        private void failover(Replica promoted) {
            if (!promoted.alive || !promoted.history.equals(history)) {
                return;
            }
            String before = history;
            long had = offset;
            mark.settle(random.nextBoolean() ? null : new Position(before, had));
            history = "h" + ++histories;
            cut = promoted.applied;
            offset = cut;
            graph.continues(history, before, cut);
            mark = new Mark(++epoch, 0);
            promoted.history = before;
            promoted.applied = had;
            promoted.alive = false;
            promoted.asked = false;
            promoted.told = null;
            lineage = new Lineage(history, graph);
            commit.rebased();
            check();
        }

        /** What has failed must be true as well. */
        private void check() {
            for (Written written : List.copyOf(open)) {
                Throwable why = failure(written);
                if (why instanceof NotDurableException said && said.isLost()) {
                    Position at = written.mark().position();
                    if (at == null || graph.fate(at, history) == Fate.SURVIVED) {
                        problem = written.history() + "@" + written.offset() + " was called lost, and is not";
                    }
                } else if (why instanceof OutcomeUnknownException
                        && written.mark().position() != null) {
                    problem = written.history() + "@" + written.offset() + " was called unknown, and is not";
                }
                if (written.command().isDone()) {
                    open.remove(written);
                }
            }
        }

        private static @Nullable Throwable failure(Written written) {
            if (!written.command().isCompletedExceptionally()) {
                return null;
            }
            try {
                written.command().toCompletableFuture().join();
                return null;
            } catch (CompletionException e) {
                return e.getCause();
            } catch (RuntimeException e) {
                return e;
            }
        }

        /** Everybody recovers: whoever asks for no more replicas than there are must have been answered. */
        private void settleDown() {
            tellOffset();
            for (Replica replica : replicas) {
                replica.alive = true;
                replica.counts = true;
                replicate(replica, Long.MAX_VALUE / 4);
            }
            commit.heard();
            for (int i = 0; i < 3; i++) {
                replicas.forEach(this::answer);
            }
            check();
            for (Written written : open) {
                if (problem == null) {
                    problem = written.history() + "@" + written.offset() + " still waits, although all hold everything";
                }
            }
        }

        @Override
        public String name() {
            return "shard";
        }

        @Override
        public Lineage lineage() {
            return lineage;
        }

        @Override
        public List<Replicas.Copy> copies() {
            return replicas.stream()
                    .map(replica -> new Replicas.Copy(
                            replica.address, replica.counts, known(replica), "", () -> replica.asked = true))
                    .toList();
        }

        private long known(Replica replica) {
            Position told = replica.told;
            return told == null || !(credulous || lineage.survives(told)) ? -1 : told.offset();
        }

        @Override
        public LockstepStats stats() {
            return stats;
        }
    }
}
