package dev.lockstep.sync.verify;

import static dev.lockstep.sync.verify.Suspect.Verdict.AGAIN;
import static dev.lockstep.sync.verify.Suspect.Verdict.DIFFERENT;
import static dev.lockstep.sync.verify.Suspect.Verdict.EQUAL;
import static dev.lockstep.sync.verify.Suspect.Verdict.UNSETTLED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.sync.HashKey;
import java.nio.ByteBuffer;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** When a key is judged, with the time as an argument. Patience 10 s: still for 2 s is still. */
class SuspectTest {

    private static final long SECOND = 1_000_000_000;
    private static final HashKey KEY = new HashKey(1, 2);

    private final Suspect suspect = new Suspect(new byte[] {'k'}, 10 * SECOND, 0);

    static KeyState state(String type, int value) {
        Tally tally = new Tally(KEY.hash());
        new Feed(KEY, tally)
                .position(0)
                .body(ByteBuffer.wrap(new byte[] {(byte) value}))
                .end(Part.VALUE);
        return new KeyState(type, Expiry.NEVER, tally, 1_000, true);
    }

    private Suspect.Verdict at(double seconds, int source, int target) {
        return during(seconds, seconds, source, target);
    }

    private Suspect.Verdict during(double began, double ended, int source, int target) {
        return suspect.look(
                state("string", source), state("string", target), (long) (began * SECOND), (long) (ended * SECOND));
    }

    @Test
    void whatIsEqualAtAnyLookIsEqual() {
        assertThat(at(0, 1, 2)).isEqualTo(AGAIN);
        assertThat(at(0.1, 2, 2)).isEqualTo(EQUAL);
    }

    @Test
    void whatStaysUnlikeForLongEnoughDiffers() {
        assertThat(at(0, 1, 2)).isEqualTo(AGAIN);
        assertThat(at(0.05, 1, 2)).isEqualTo(AGAIN);
        assertThat(at(1.99, 1, 2)).isEqualTo(AGAIN);
        assertThat(at(2, 1, 2)).isEqualTo(DIFFERENT);
        assertThat(suspect.kinds()).isEqualTo(Set.of(Difference.Kind.VALUE));
    }

    @Test
    void aChangeOnEitherSideBeginsTheWaitAnew() {
        assertThat(at(0, 1, 2)).isEqualTo(AGAIN);
        assertThat(at(1.9, 3, 2)).isEqualTo(AGAIN);
        assertThat(at(3.8, 3, 4)).isEqualTo(AGAIN);
        assertThat(at(5.7, 3, 4)).isEqualTo(AGAIN);
        assertThat(at(5.8, 3, 4)).isEqualTo(DIFFERENT);
    }

    @Test
    void oneLongPauseProvesNothingByItself() {
        assertThat(at(0, 1, 2)).isEqualTo(AGAIN);
        assertThat(at(9, 3, 2)).isEqualTo(AGAIN);
    }

    @Test
    void whatKeepsChangingUntilThePatienceIsOverIsUnsettled() {
        int value = 10;
        for (double now = 0; now < 10; now += 0.5) {
            assertThat(at(now, value, value - 1)).isEqualTo(AGAIN);
            value++;
        }
        assertThat(at(10, value, value - 1)).isEqualTo(UNSETTLED);
    }

    @Test
    void whatBecameStillInTimeIsWaitedFor() {
        assertThat(at(0, 1, 2)).isEqualTo(AGAIN);
        assertThat(at(9.9, 3, 2)).isEqualTo(AGAIN);
        assertThat(at(11, 3, 2)).isEqualTo(AGAIN);
        assertThat(at(11.9, 3, 2)).isEqualTo(DIFFERENT);
    }

    @Test
    void pausesGrowAndEndWhenItIsStillForLongEnough() {
        at(0, 1, 2);
        assertThat(suspect.nextLook()).isEqualTo(SECOND / 20);
        at(0.05, 1, 2);
        assertThat(suspect.nextLook()).isEqualTo(3 * SECOND / 20);
        at(1.9, 1, 2);
        assertThat(suspect.nextLook()).isEqualTo(2 * SECOND);
    }

    @Test
    void theTimeThatReadingTakesIsNotCounted() {
        assertThat(during(0, 30, 1, 2)).isEqualTo(AGAIN);
        assertThat(during(31, 61, 1, 2)).as("1 s between the readings").isEqualTo(AGAIN);
        assertThat(during(62, 92, 1, 2)).isEqualTo(DIFFERENT);
    }

    @Test
    void whatIsNotUnderstoodAndDiffersIsUnsettled() {
        assertThat(suspect.look(state("vectorset", 1), state("vectorset", 2), 0, 0))
                .isEqualTo(AGAIN);
        assertThat(suspect.look(state("vectorset", 1), state("vectorset", 2), 3 * SECOND, 3 * SECOND))
                .isEqualTo(UNSETTLED);
    }

    @Test
    void whatCannotBeReadAsAWholeIsUnsettled() {
        KeyState torn = new KeyState("hash", Expiry.NEVER, new Tally(KEY.hash()), 0, false);
        assertThat(suspect.look(torn, torn, 0, 0)).isEqualTo(AGAIN);
        assertThat(suspect.look(torn, torn, 9 * SECOND, 9 * SECOND)).isEqualTo(AGAIN);
        assertThat(suspect.look(torn, torn, 10 * SECOND, 10 * SECOND)).isEqualTo(UNSETTLED);
    }
}
