package dev.lockstep.sync.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class KeyTextTest {

    @Test
    void textIsShownAsItIsAndNothingElse() {
        assertThat(KeyText.of("user:1 é 中".getBytes(StandardCharsets.UTF_8))).isEqualTo("user:1 é 中");
        assertThat(KeyText.of(new byte[] {'a', 0, '\n', 0x1b, '\\'})).isEqualTo("a\\x00\\x0a\\x1b\\x5c");
        assertThat(KeyText.of(new byte[] {'a', (byte) 0xff, '\\', 'b'})).isEqualTo("a\\xff\\x5cb");
        assertThat(KeyText.of("a\u202eb".getBytes(StandardCharsets.UTF_8))).isEqualTo("a\\xe2\\x80\\xaeb");
        assertThat(KeyText.of(new byte[0])).isEmpty();
    }
}
