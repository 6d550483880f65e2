package dev.lockstep.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class PlacementTest {
    private final int[] first = new int[Placement.SLOTS];

    private Placement two() {
        for (int slot = 8_000; slot < first.length; slot++) {
            first[slot] = 1;
        }
        return Placement.of(first, 2);
    }

    private static Placement.Move move(int from, int to, long began) {
        return new Placement.Move(Set.of(7, 8), from, to, began, Long.MAX_VALUE);
    }

    @Test
    void leavesEverythingWithTheOnlyShard() {
        assertThat(Placement.single().surelyHolds(0, 16_383, 0, 100)).isTrue();
        assertThat(Placement.single().shards()).isEqualTo(1);
    }

    @Test
    void countsASlotOnItsWayToBothShards() {
        Placement placement = two();
        Placement.Move move = move(0, 1, 10);
        placement.begins(move);
        placement.ends(move, 20);

        assertThat(placement.surelyHolds(0, 7, 0, 9)).isTrue();
        assertThat(placement.surelyHolds(0, 7, 0, 10)).isFalse();
        assertThat(placement.mayHold(0, 7, 20, 30)).isTrue();
        assertThat(placement.mayHold(0, 7, 21, 30)).isFalse();
        assertThat(placement.mayHold(1, 7, 0, 9)).isFalse();
        assertThat(placement.surelyHolds(1, 7, 21, 30)).isTrue();
        assertThat(placement.surelyHolds(0, 6, 0, 30)).isTrue();
    }

    @Test
    void countsASlotToBothShardsWhileItsMoveIsNotOver() {
        Placement placement = two();
        placement.begins(move(0, 1, 10));

        assertThat(placement.mayHold(0, 7, 1_000, 1_000)).isTrue();
        assertThat(placement.mayHold(1, 7, 1_000, 1_000)).isTrue();
        assertThat(placement.ownedBy(0).get(7)).isFalse();
        assertThat(placement.ownedBy(1).get(7)).isFalse();
        assertThat(placement.ownedBy(0).get(6)).isTrue();
    }

    @Test
    void knowsASlotThatCameBack() {
        Placement placement = two();
        Placement.Move there = move(0, 1, 10);
        placement.begins(there);
        placement.ends(there, 20);
        Placement.Move back = move(1, 0, 30);
        placement.begins(back);
        placement.ends(back, 40);

        assertThat(placement.surelyHolds(1, 7, 21, 29)).isTrue();
        assertThat(placement.surelyHolds(0, 7, 41, 50)).isTrue();
        assertThat(placement.ownedBy(0).get(7)).isTrue();
        assertThat(placement.arrival(0, 7, 50)).isEqualTo(40);
        assertThat(placement.arrival(1, 7, 50)).isEqualTo(20);
        assertThat(placement.arrival(0, 7, 29)).isEqualTo(Long.MIN_VALUE);
    }

    @Test
    void doesNotLearnOfMovesAfterItsSnapshot() {
        Placement placement = two();
        Placement before = placement.snapshot();
        placement.begins(move(0, 1, 10));

        assertThat(before.surelyHolds(0, 7, 0, 100)).isTrue();
    }
}
