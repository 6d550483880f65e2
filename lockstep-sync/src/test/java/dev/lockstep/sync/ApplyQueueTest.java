package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whole copies under simulated crashes and refusals: every command once in each slot, in order, whatever happens. */
class ApplyQueueTest {

    private static final int SLOTS = 5;

    /** How an applier might be wrong. */
    private enum Flaw {
        NONE,
        CHECKPOINT_APART,
        SKIPS_A_UNIT,
        SENDS_BEHIND_A_REFUSAL
    }

    /** A target that commits data and checkpoint together, or not at all. */
    private static final class Target {
        final Map<Integer, List<String>> data = new HashMap<>();
        final Map<Integer, Long> checkpoints = new HashMap<>();

        void execute(ApplyQueue.Transaction transaction) {
            for (Applied command : transaction.commands()) {
                data.computeIfAbsent(transaction.slot(), slot -> new ArrayList<>())
                        .add(command.words().text(1));
            }
        }

        void commit(ApplyQueue.Transaction transaction) {
            execute(transaction);
            checkpoints.put(transaction.slot(), transaction.end());
        }
    }

    private record Source(
            List<Long> ends, List<Map<Integer, List<Applied>>> units, Map<Integer, List<String>> expected) {

        static Source of(Random random, int count) {
            Source source = new Source(new ArrayList<>(), new ArrayList<>(), new HashMap<>());
            long end = 0;
            for (int i = 0; i < count; i++) {
                end += 1 + random.nextInt(40);
                Map<Integer, List<Applied>> unit = new LinkedHashMap<>();
                for (int part = random.nextInt(4); part > 0; part--) {
                    int slot = random.nextInt(SLOTS);
                    String command = i + "." + part;
                    unit.computeIfAbsent(slot, s -> new ArrayList<>())
                            .add(new Applied(0, Words.of("DO", command), ExpectedReply.ANY));
                    source.expected
                            .computeIfAbsent(slot, s -> new ArrayList<>())
                            .add(command);
                }
                source.ends.add(end);
                source.units.add(unit);
            }
            return source;
        }
    }

    private static Target copied(long seed, Flaw flaw) {
        Random random = new Random(seed);
        Source source = Source.of(random, 1 + random.nextInt(60));
        Target target = new Target();
        long frontier = 0;
        int lives = 0;
        while (frontier < source.ends.get(source.ends.size() - 1)) {
            assertThat(lives++).as("lives").isLessThan(10_000);
            frontier = live(random, source, target, frontier, flaw);
        }
        assertThat(target.data).as("seed " + seed).isEqualTo(source.expected);
        return target;
    }

    /** One life of an applier. Returns the frontier that it had written down when it ended, which may be an old one. */
    private static long live(Random random, Source source, Target target, long from, Flaw flaw) {
        ApplyQueue queue = new ApplyQueue(from, 1 + random.nextInt(4));
        target.checkpoints.forEach(queue::holds);
        int next = 0;
        while (source.ends.get(next) <= from) {
            next++;
        }
        if (flaw == Flaw.SKIPS_A_UNIT && random.nextInt(20) == 0) {
            next = Math.min(next + 1, source.ends.size() - 1);
        }
        long written = from;
        List<ApplyQueue.Transaction> underWay = new ArrayList<>();
        while (next < source.ends.size() || !queue.isEmpty()) {
            switch (random.nextInt(8)) {
                case 0, 1, 2 -> {
                    if (next < source.ends.size()) {
                        queue.add(source.ends.get(next), source.units.get(next));
                        next++;
                    }
                }
                case 3, 4 -> {
                    int node = random.nextInt(2);
                    underWay.addAll(queue.take(slot -> slot % 2 == node, 1 + random.nextInt(20)));
                }
                case 5, 6 -> {
                    if (!underWay.isEmpty()) {
                        ApplyQueue.Transaction done = underWay.remove(random.nextInt(underWay.size()));
                        if (flaw == Flaw.SENDS_BEHIND_A_REFUSAL && random.nextInt(10) == 0) {
                            queue.committed(done); // it was refused, and goes on as if it were not
                        } else if (flaw == Flaw.CHECKPOINT_APART && random.nextInt(10) == 0) {
                            target.execute(done);
                            return written; // died before the checkpoint
                        } else {
                            target.commit(done);
                            queue.committed(done);
                        }
                    }
                    assertThat(queue.frontier()).isGreaterThanOrEqualTo(written);
                    written = random.nextBoolean() ? queue.frontier() : written;
                }
                default -> {
                    if (random.nextInt(10) == 0) {
                        underWay.removeIf(lost -> {
                            if (random.nextBoolean()) {
                                target.commit(lost); // executed, and the answer lost
                            }
                            return true;
                        });
                        return written;
                    }
                }
            }
        }
        return queue.frontier();
    }

    @Test
    void everyCommandOnceAndInOrder() {
        for (long seed = 0; seed < 20_000; seed++) {
            copied(seed, Flaw.NONE);
        }
    }

    @Test
    void aCheckpointApartFromItsDataIsFoundOut() {
        assertThatThrownBy(() -> manyTimes(Flaw.CHECKPOINT_APART)).isInstanceOf(AssertionError.class);
    }

    @Test
    void aSkippedUnitIsFoundOut() {
        assertThatThrownBy(() -> manyTimes(Flaw.SKIPS_A_UNIT)).isInstanceOf(AssertionError.class);
    }

    @Test
    void goingOnBehindARefusalIsFoundOut() {
        assertThatThrownBy(() -> manyTimes(Flaw.SENDS_BEHIND_A_REFUSAL)).isInstanceOf(AssertionError.class);
    }

    private static void manyTimes(Flaw flaw) {
        for (long seed = 0; seed < 1_000; seed++) {
            copied(seed, flaw);
        }
    }

    @Test
    void aUnitIsNeverDivided() {
        ApplyQueue queue = new ApplyQueue(0, 2);
        Applied command = new Applied(0, Words.of("SET", "a", "b"), ExpectedReply.ANY);
        queue.add(10, Map.of(3, List.of(command, command, command)));
        queue.add(20, Map.of(3, List.of(command)));
        ApplyQueue.Transaction first = queue.take(slot -> true, 1_000).get(0);
        assertThat(first.commands()).hasSize(3);
        assertThat(first.end()).isEqualTo(10);
        assertThat(queue.take(slot -> true, 1_000))
                .as("one under way at a time")
                .isEmpty();
        queue.committed(first);
        assertThat(queue.take(slot -> true, 1_000)).hasSize(1);
        assertThat(queue.frontier()).isEqualTo(10);
    }

    @Test
    void whatChangesNothingMovesTheFrontierInItsTurn() {
        ApplyQueue queue = new ApplyQueue(0, 10);
        queue.add(5, Map.of());
        assertThat(queue.frontier()).isEqualTo(5);
        queue.add(10, Map.of(1, List.of(new Applied(0, Words.of("DEL", "a"), ExpectedReply.ANY))));
        queue.add(15, Map.of());
        assertThat(queue.frontier()).isEqualTo(5);
        queue.committed(queue.take(slot -> true, 1_000).get(0));
        assertThat(queue.frontier()).isEqualTo(15);
        assertThat(queue.isEmpty()).isTrue();
    }
}
