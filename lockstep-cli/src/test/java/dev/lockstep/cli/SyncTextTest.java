package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.sync.SyncProgress;
import dev.lockstep.sync.SyncProgress.Lane;
import dev.lockstep.sync.SyncProgress.Phase;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What is told of a copy's progress. */
class SyncTextTest {
    private static final long MIB = 1 << 20;

    private final SyncPace pace = new SyncPace("redis://127.0.0.1:1", "redis://127.0.0.1:2");

    private SyncFacts at(long seconds, Lane... lanes) {
        return pace.facts(new SyncProgress(Duration.ofSeconds(seconds), List.of(lanes)));
    }

    private static Lane copying(long bytes, long total, long keys) {
        return new Lane("one", Phase.FULL_COPY, bytes, total, keys, 0, 0, 0, 0, "");
    }

    private static Lane following(Phase phase, long applied, long written, long lagMillis, String trouble) {
        return new Lane("one", phase, 0, -1, 0, applied, written, 7, lagMillis, trouble);
    }

    @Test
    void aFullCopyTellsItsRateAndTheTimeLeft() {
        at(0, copying(0, 100 * MIB, 0));
        SyncFacts facts = at(2, copying(20 * MIB, 100 * MIB, 4_000));
        assertThat(SyncText.line(facts))
                .isEqualTo("2 s  one: full copy, 20.0 MiB of 100.0 MiB (20%), 4,000 keys, 10.0 MiB/s,"
                        + " 2,000 keys/s, 8 s left");
        assertThat(facts.inStep()).isFalse();
        assertThat(facts.shards().get(0).lagBytes()).isNull();
    }

    @Test
    void ofASnapshotOfUnknownSizeNobodyKnowsWhenItEnds() {
        at(0, copying(0, -1, 0));
        SyncFacts facts = at(1, copying(MIB, -1, 10));
        assertThat(SyncText.line(facts)).isEqualTo("1 s  one: full copy, 1.0 MiB, 10 keys, 1.0 MiB/s, 10 keys/s");
        assertThat(facts.shards().get(0).snapshotTotalBytes()).isNull();
        assertThat(facts.shards().get(0).secondsLeft()).isNull();
    }

    @Test
    void aRateIsThatOfTheLastSeconds() {
        for (int second = 0; second <= 20; second++) {
            at(second, copying(second * MIB, -1, 0));
        }
        SyncFacts facts = at(21, copying(32 * MIB, -1, 0)); // 12 MiB in this second, 1 in each of nine before
        assertThat(facts.shards().get(0).bytesPerSecond()).isEqualTo(21 * MIB / 10);
    }

    @Test
    void aCopyThatBeginsAnewHasNoRateYet() {
        at(0, copying(0, -1, 0));
        at(1, copying(50 * MIB, -1, 10));
        SyncFacts facts = at(2, copying(MIB, -1, 1));
        assertThat(facts.shards().get(0).bytesPerSecond()).isNull();
    }

    @Test
    void whatFollowsTellsItsLag() {
        at(0, following(Phase.CATCH_UP, 0, 4096, 0, ""));
        assertThat(SyncText.line(at(4, following(Phase.CATCH_UP, 2048, 4096, 1_500, ""))))
                .isEqualTo("4 s  one: catching up, lag 2.0 KiB, 1.5 s, 512 B/s");
        SyncFacts facts = at(3_725, following(Phase.LIVE, 4096, 4096, 0, ""));
        assertThat(SyncText.line(facts)).isEqualTo("1:02 h  one: live, lag 0 B, 0.0 s");
        assertThat(facts.inStep()).isTrue();
        assertThat(facts.shards().get(0).commands()).isEqualTo(7);
    }

    @Test
    void whoLacksTheStreamIsNotInStep() {
        SyncFacts facts = at(1, following(Phase.LIVE, 4096, 4096, 0, "no stream from the source"));
        assertThat(facts.inStep()).isFalse();
        assertThat(SyncText.line(facts)).isEqualTo("1 s  one: live, lag 0 B, 0.0 s (no stream from the source)");
    }

    @Test
    void shardsStandOnOneLineOrInATable() {
        Lane other = new Lane("two", Phase.CONNECTING, 0, -1, 0, 0, 0, 0, 0, "nothing listens there");
        SyncFacts facts = at(61, following(Phase.LIVE, 10, 12, 300, ""), other);
        assertThat(SyncText.line(facts))
                .isEqualTo("1:01 min  one: live, lag 2 B, 0.3 s; two: connecting (nothing listens there)");
        String table = SyncText.lines(facts).stream().map(Object::toString).collect(Collectors.joining("\n"));
        assertThat(table).isEqualTo("""
                from redis://127.0.0.1:1  to redis://127.0.0.1:2  for 1:01 min

                SHARD  PHASE       KEYS  LAG    FOR  PROBLEM
                one    live           0  2 B  0.3 s
                two    connecting     0              nothing listens there""");
    }
}
