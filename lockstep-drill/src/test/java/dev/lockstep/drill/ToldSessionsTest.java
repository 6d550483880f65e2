package dev.lockstep.drill;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ToldSessionsTest {
    private final ToldSessions told = new ToldSessions();

    @Test
    void takesNoSessionForTheSharedOne() {
        told.told(null, 0, 10);

        assertThat(told.all()).containsExactly(new Told(10, Actor.SHARED, 0));
    }

    @Test
    void knowsWhoseSessionWasTold() {
        Object session = new Object();
        told.began(session, 4, 5);
        told.told(session, 0, 10);
        told.told(new Object(), 0, 11);

        assertThat(told.all()).containsExactly(new Told(10, 4, 0));
    }

    @Test
    void doesNotCountWhatASessionIsToldThatWasHandedOver() {
        Object old = new Object();
        Object next = new Object();
        told.began(old, 4, 0);
        told.ended(old, 20);
        told.began(next, 4, 19);
        told.told(old, 0, 21);
        assertThat(told.all()).isEmpty();

        told.told(next, 0, 19); // by taking over the token
        assertThat(told.all()).containsExactly(new Told(19, 4, 0));
    }
}
