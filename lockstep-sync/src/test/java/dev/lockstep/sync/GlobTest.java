package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "* anything true",
                "* '' true",
                "'' '' true",
                "'' a false",
                "user:* user:1 true",
                "user:* users:1 false",
                "*:1 user:1 true",
                "*:1 user:12 false",
                "a*b*c abbbcc true",
                "a*b*c abbbcd false",
                "h?llo hello true",
                "h?llo hllo false",
                "h[ae]llo hallo true",
                "h[ae]llo hillo false",
                "h[^e]llo hallo true",
                "h[^e]llo hello false",
                "h[a-c]llo hbllo true",
                "h[c-a]llo hbllo true",
                "h[a-c]llo hdllo false",
                "h[\\]]llo h]llo true",
                "a\\*b a*b true",
                "a\\*b axb false",
                "a\\ a\\ true",
                "[abc a true",
                "a** a true"
            })
    void itMatchesWhatKeysMatches(String pattern, String text, boolean matches) {
        assertThat(new Glob(pattern).matches(bytes(text))).isEqualTo(matches);
    }

    @Test
    @Timeout(10)
    void manyStarsTakeNoTime() {
        assertThat(new Glob("a*a*a*a*a*a*a*a*a*a*b").matches(bytes("a".repeat(10_000))))
                .isFalse();
    }

    @Test
    void checkpointsAreNeverLookedAt() {
        KeyFilter all = new KeyFilter(List.of(), List.of());
        assertThat(all.takes(bytes("lockstep:ck:{06S}"))).isFalse();
        assertThat(all.takes(bytes("lockstep:ck"))).isTrue();
        KeyFilter some = new KeyFilter(List.of(new Glob("a*"), new Glob("b*")), List.of(new Glob("*x")));
        assertThat(some.takes(bytes("b1"))).isTrue();
        assertThat(some.takes(bytes("c1"))).isFalse();
        assertThat(some.takes(bytes("ax"))).isFalse();
        assertThat(some.match()).isNull();
        assertThat(new KeyFilter(List.of(new Glob("a*")), List.of()).match()).isEqualTo(bytes("a*"));
    }
}
