package dev.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DispatchesTest {

    private final Dispatches dispatches = new Dispatches();

    @Test
    void waitsForThoseWhoAreInside() {
        int stripe = dispatches.enter();
        Dispatches.Wait wait = dispatches.begin();
        assertThat(wait.isOver()).isFalse();
        dispatches.leave(stripe);
        assertThat(wait.isOver()).isTrue();
    }

    @Test
    void isOverForGoodOnceNobodyWasInside() {
        Dispatches.Wait wait = dispatches.begin();
        assertThat(wait.isOver()).isTrue();
        int stripe = dispatches.enter();
        assertThat(wait.isOver()).isTrue();
        assertThat(dispatches.begin().isOver()).isFalse();
        dispatches.leave(stripe);
    }
}
