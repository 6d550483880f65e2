package dev.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.topology.HistoryGraph;
import dev.lockstep.topology.Position;
import io.lettuce.core.protocol.CommandType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the journal remembers, lets go, forgets, and calls lost. */
class WriteJournalTest {

    private static final String OLD = "old";
    private static final String NEW = "new";

    private final HistoryGraph graph = new HistoryGraph();
    private final WriteJournal journal = new WriteJournal(10_000);
    private long moment;

    private static Request write(CommandType type, String... arguments) {
        List<ByteBuffer> encoded = Stream.of(arguments)
                .map(text -> ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)))
                .toList();
        return Request.of(type, encoded);
    }

    private Mark at(String history, long offset) {
        Mark mark = new Mark(1, ++moment);
        mark.settle(new Position(history, offset));
        return mark;
    }

    private void set(Mark mark, String key) {
        journal.add(mark, write(CommandType.SET, key, "value"), KeySpec.FIRST, false);
    }

    private Lineage promotedAt(long cut) {
        graph.continues(NEW, OLD, cut);
        return new Lineage(NEW, graph);
    }

    private static List<String> keys(LostWrites lost) {
        return lost.writes().stream().map(LostWrites.Write::keyText).toList();
    }

    @Test
    void whatLiesBeyondTheCutIsLostAndTheRestIsRemembered() {
        set(at(OLD, 100), "a");
        Mark shared = at(OLD, 200);
        set(shared, "b");
        set(shared, "c");
        Lineage lineage = promotedAt(150);

        LostWrites lost = journal.rebased("s", lineage);

        assertThat(keys(lost)).containsExactly("b", "c");
        assertThat(lost.writes()).allMatch(LostWrites.Write::certain);
        assertThat(lost.forgotten()).isZero();
        assertThat(lost.history()).isEqualTo(NEW);
        assertThat(journal.isEmpty()).isFalse();
        assertThat(journal.rebased("s", lineage)).as("told twice").isNull();
        assertThat(journal.confirmed(100, lineage)).isFalse();
        assertThat(journal.isEmpty()).isTrue();
        assertThat(journal.bytes()).isZero();
    }

    @Test
    void aCutWithinABatchLosesAllOfIt() {
        Mark batch = at(OLD, 200);
        set(batch, "perhaps alive");
        assertThat(keys(journal.rebased("s", promotedAt(199)))).containsExactly("perhaps alive");
    }

    @Test
    void whatCannotBeDecidedIsLostButNotForCertain() {
        Mark never = new Mark(1, ++moment);
        never.settle(null);
        set(never, "untold");
        set(at("another history", 1), "elsewhere");
        set(at(OLD, 100), "alive");
        LostWrites lost = journal.rebased("s", promotedAt(150));
        assertThat(keys(lost)).containsExactly("untold", "elsewhere");
        assertThat(lost.writes()).noneMatch(LostWrites.Write::certain);
    }

    @Test
    void whatIsNotToldYetWaits() {
        Mark open = new Mark(2, 1);
        set(open, "new");
        Lineage lineage = promotedAt(150);
        assertThat(journal.rebased("s", lineage)).isNull();
        assertThat(journal.confirmed(Long.MAX_VALUE, lineage))
                .as("still remembered")
                .isTrue();
        open.settle(new Position(NEW, 300));
        assertThat(journal.confirmed(299, lineage)).isTrue();
        assertThat(journal.confirmed(300, lineage)).isFalse();
    }

    @Test
    void everyKeyOfACommandIsToldAndACommandWithoutKeysToo() {
        Mark mark = at(OLD, 200);
        journal.add(mark, write(CommandType.MSET, "a", "1", "b", "2"), KeySpec.EVERY_OTHER, true);
        journal.add(mark, write(CommandType.FLUSHALL), KeySpec.NONE, true);
        LostWrites lost = journal.rebased("s", promotedAt(150));
        assertThat(keys(lost)).containsExactly("a", "b", "");
        assertThat(lost.writes()).extracting(LostWrites.Write::repaired).containsExactly(true, true, false);
    }

    @Test
    void whatHasNoRoomIsCountedAndToldOnlyIfItMayBeLost() {
        int writes = 1_000;
        long forgotten = 0;
        for (int i = 1; i <= writes; i++) {
            forgotten +=
                    journal.add(at(OLD, i * 100L), write(CommandType.SET, "key-" + i, "value"), KeySpec.FIRST, false);
            assertThat(journal.bytes()).isLessThanOrEqualTo(10_000);
        }
        assertThat(forgotten).isPositive();
        Lineage lineage = promotedAt(writes * 100L - 100);
        LostWrites last = journal.rebased("s", lineage);
        assertThat(keys(last)).containsExactly("key-" + writes);
        assertThat(last.forgotten()).as("older than what survived").isZero();

        Lineage earlier = new Lineage("third", graph);
        graph.continues("third", NEW, 50);
        LostWrites all = journal.rebased("s", earlier);
        assertThat(all.writes().size() + all.forgotten()).isEqualTo(writes - 1L);
        assertThat(all.forgotten()).isEqualTo(forgotten);
    }

    @Test
    void whatEveryReplicaHeldIsToldWithoutItsNameIfAServerComesBackWithLess() {
        set(at(OLD, 100), "a");
        assertThat(journal.confirmed(100, new Lineage(OLD, graph))).isFalse();
        assertThat(journal.rebased("s", promotedAt(100)))
                .as("all of it is there")
                .isNull();

        graph.continues("old snapshot", NEW, 99);
        LostWrites less = journal.rebased("s", new Lineage("old snapshot", graph));
        assertThat(less.confirmedToo()).isTrue();
        assertThat(less.writes()).isEmpty();
        assertThat(less.toString())
                .startsWith("0 writes lost in shard s; and any that all its replicas had held may be lost too");
        assertThat(journal.rebased("s", new Lineage("old snapshot", graph)))
                .as("told twice")
                .isNull();

        set(at("old snapshot", 120), "b");
        assertThat(journal.confirmed(120, new Lineage("old snapshot", graph))).isFalse();
        assertThat(journal.rebased("s", new Lineage("empty", graph)).confirmedToo())
                .isTrue();
    }
}
