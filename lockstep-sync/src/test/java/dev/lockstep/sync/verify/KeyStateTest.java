package dev.lockstep.sync.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.sync.HashKey;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeyStateTest {

    private static KeyState with(Expiry expiry) {
        KeyState state = SuspectTest.state("string", 1);
        return new KeyState(state.type(), expiry, state.content(), state.readAt(), true);
    }

    private static KeyState absent(long readAt) {
        return new KeyState(KeyState.NONE, Expiry.NEVER, new Tally(new HashKey(1, 2).hash()), readAt, true);
    }

    @Test
    void aKeyOnOneSideIsMissingOrExtra() {
        assertThat(KeyState.differences(with(Expiry.NEVER), absent(5))).isEqualTo(Set.of(Difference.Kind.MISSING));
        assertThat(KeyState.differences(absent(5), with(Expiry.NEVER))).isEqualTo(Set.of(Difference.Kind.EXTRA));
        assertThat(KeyState.differences(absent(5), absent(6))).isEmpty();
    }

    @Test
    void aKeyThatRanOutOnOneSideIsNoDifference() {
        assertThat(KeyState.differences(with(Expiry.at(100)), absent(100))).isEmpty();
        assertThat(KeyState.differences(absent(100), with(Expiry.at(99)))).isEmpty();
        assertThat(KeyState.differences(with(Expiry.at(101)), absent(100))).isEqualTo(Set.of(Difference.Kind.MISSING));
        assertThat(KeyState.differences(absent(100), with(Expiry.at(101)))).isEqualTo(Set.of(Difference.Kind.EXTRA));
    }

    @Test
    void whatIsOnBothSidesIsComparedPieceByPiece() {
        KeyState one = SuspectTest.state("string", 1);
        assertThat(KeyState.differences(one, one)).isEmpty();
        assertThat(KeyState.differences(one, SuspectTest.state("string", 2))).isEqualTo(Set.of(Difference.Kind.VALUE));
        assertThat(KeyState.differences(one, SuspectTest.state("list", 1))).isEqualTo(Set.of(Difference.Kind.TYPE));
        assertThat(KeyState.differences(one, with(Expiry.at(5)))).isEqualTo(Set.of(Difference.Kind.EXPIRY));
    }

    @Test
    void anExpiryThatIsToldAsARestIsASpan() {
        Expiry rest = Expiry.in(1_000, 50, 60);
        assertThat(rest.agrees(Expiry.at(1_050))).isTrue();
        assertThat(rest.agrees(Expiry.at(1_061))).isTrue();
        assertThat(rest.agrees(Expiry.at(1_062))).isFalse();
        assertThat(rest.agrees(Expiry.at(1_049))).isFalse();
        assertThat(rest.agrees(Expiry.NEVER)).isFalse();
        assertThat(Expiry.in(-1, 50, 60)).isEqualTo(Expiry.NEVER);
        assertThat(Expiry.NEVER.agrees(Expiry.NEVER)).isTrue();
        assertThat(Expiry.NEVER.passed(Long.MAX_VALUE)).isFalse();
    }
}
