package dev.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.topology.Position;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionTokenTest {

    private static final String HISTORY = "0123456789abcdef0123456789abcdef01234567";

    @Test
    void itsTextCarriesAllThatItHolds() {
        Map<String, Position> seen = new LinkedHashMap<>();
        seen.put("my~master /ü", new Position(HISTORY, 123_456_789_012L));
        seen.put("other", new Position(HISTORY, 0));
        SessionToken token = new SessionToken(seen);

        assertThat(SessionToken.parse(token.toString())).isEqualTo(token).hasSameHashCodeAs(token);
        assertThat(token.toString()).matches("[-A-Za-z0-9_.%+*~]+");
    }

    @Test
    void aSessionThatHasSeenNothingHasATokenToo() {
        assertThat(SessionToken.parse(new SessionToken(Map.of()).toString()).seen())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hello",
                "2~mymaster~" + HISTORY + "~1",
                "1~mymaster~" + HISTORY,
                "1~mymaster~nothex~1",
                "1~mymaster~" + HISTORY + "~-1",
                "1~mymaster~" + HISTORY + "~99999999999999999999"
            })
    void whatIsNoTokenIsRefusedWithWhatWasExpected(String text) {
        assertThatThrownBy(() -> SessionToken.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("This is no session token; expected a text that ");
    }
}
