package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ColorTest {

    @Test
    void onATerminalUnlessSomebodyObjects() {
        assertThat(Color.AUTO.on(true, null)).isTrue();
        assertThat(Color.AUTO.on(true, "")).isTrue();
        assertThat(Color.AUTO.on(true, "1")).isFalse();
        assertThat(Color.AUTO.on(false, null)).isFalse();
    }

    @Test
    void anExplicitWishBeatsTheEnvironment() {
        assertThat(Color.ALWAYS.on(false, "1")).isTrue();
        assertThat(Color.NEVER.on(true, null)).isFalse();
    }
}
