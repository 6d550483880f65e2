package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SnapshotKeysTest {

    @Test
    void keysOfASnapshotAreFoundAndOthersAreNot() {
        SnapshotKeys keys = new SnapshotKeys(new HashKey(1, 2));
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

    private static ByteBuffer key(int number) {
        return ByteBuffer.wrap(("key:" + number).getBytes(StandardCharsets.UTF_8));
    }
}
