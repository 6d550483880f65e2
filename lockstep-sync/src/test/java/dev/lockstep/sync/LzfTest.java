package dev.lockstep.sync;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LzfTest {

    private static boolean decompresses(String hex, int length, byte[] out) {
        byte[] in = java.util.HexFormat.ofDelimiter(" ").parseHex(hex);
        return Lzf.decompress(in, 0, in.length, out, length);
    }

    @Test
    void runsAndReferencesGiveTheText() {
        byte[] out = new byte[16];
        // "abc", then 4 bytes from 3 back, which reach into what they write, then "x", then 3 bytes from 8 back
        assertThat(decompresses("02 61 62 63 40 02 00 78 20 07", 11, out)).isTrue();
        assertThat(new String(out, 0, 11, US_ASCII)).isEqualTo("abcabcaxabc");
    }

    @ParameterizedTest
    @CsvSource({
        "05 61 62, 6, a run beyond the end",
        "02 61 62 63, 2, a run beyond the room",
        "00 61 e0, 20, no length",
        "00 61 20, 4, no distance",
        "00 61 e0 00, 12, no distance after the length",
        "00 61 20 01, 4, before the start",
        "20 00, 3, before anything",
        "00 61 20 00, 3, a reference beyond the room",
        "00 61 e0 ff 00, 12, a long reference beyond the room",
        "00 61 20 00, 5, too few bytes",
        "00 61, 0, too many"
    })
    void damageIsSeen(String hex, int length, String what) {
        byte[] out = new byte[length];
        assertThat(decompresses(hex, length, out)).as(what).isFalse();
    }

    @Test
    void noiseNeverReachesOutOfBounds() {
        Random random = new Random(3);
        int fine = 0;
        for (int i = 0; i < 50_000; i++) {
            byte[] in = new byte[random.nextInt(20)];
            random.nextBytes(in);
            byte[] out = new byte[random.nextInt(60)];
            fine += Lzf.decompress(in, 0, in.length, out, out.length) ? 1 : 0;
        }
        assertThat(fine).isPositive();
    }
}
