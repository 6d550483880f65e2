package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeyHashesTest {

    @Test
    void keysOfASnapshotAreFoundAndOthersAreNot() {
        KeyHashes keys = new KeyHashes(new HashKey(1, 2), 1_000_000);
        for (int i = 0; i < 100_000; i++) {
            keys.add(i % 3, key(i));
        }
        assertThat(keys.size()).isEqualTo(100_000);
        keys.add(0, key(0));
        assertThat(keys.size()).isEqualTo(100_000);
        for (int i = 0; i < 100_000; i++) {
            assertThat(keys.contains(i % 3, key(i))).isTrue();
            assertThat(keys.contains(i % 3, key(100_000 + i))).isFalse();
            assertThat(keys.contains((i + 1) % 3, key(i)))
                    .as("in another database")
                    .isFalse();
        }
    }

    @Test
    void whatIsTooMuchIsGoneThroughInParts() {
        KeyHashes keys = new KeyHashes(new HashKey(3, 4), 7_000);
        Set<Integer> lacking = new HashSet<>();
        int parts = 0;
        do {
            for (int i = 0; i < 50_000; i++) {
                keys.add(0, key(i));
            }
            assertThat(keys.size()).isBetween(5_000, 8_000);
            for (int i = 0; i < 60_000; i++) {
                if (keys.lacks(0, key(i))) {
                    assertThat(lacking.add(i)).as("once").isTrue();
                }
            }
            parts++;
        } while (keys.nextPart());

        assertThat(parts).isEqualTo(8);
        assertThat(lacking)
                .hasSize(10_000)
                .allSatisfy(number -> assertThat(number).isGreaterThanOrEqualTo(50_000));
    }

    @Test
    void theBoundLeavesRoomForTheTable() {
        assertThat(KeyHashes.most(256L << 20)).isBetween(700_000, 3 << 18);
        assertThat(KeyHashes.most(1)).isPositive();
        assertThat(KeyHashes.most(Long.MAX_VALUE)).isLessThan(1 << 27);
    }

    private static ByteBuffer key(int number) {
        return ByteBuffer.wrap(("key:" + number).getBytes(StandardCharsets.UTF_8));
    }
}
