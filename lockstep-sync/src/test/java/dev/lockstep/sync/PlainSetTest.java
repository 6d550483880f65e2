package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PlainSetTest {

    private final PlainSet set = new PlainSet();

    private byte[] rewrite(byte[] value) {
        set.rewrite(value, 0, value.length);
        return Arrays.copyOf(set.data(), set.length());
    }

    private static byte[] value(byte[] listpack) {
        return new RdbBytes().length(listpack.length).raw(listpack).bytes();
    }

    private static RdbBytes member(RdbBytes out, String text) {
        return text.length() < 64
                ? out.string(text)
                : out.octets(0x80, 0, 0, text.length() >> 8, text.length()).text(text);
    }

    @Test
    void everyFormOfAnEntryIsRead() {
        long[] numbers = {
            0,
            127,
            128,
            -1,
            4095,
            -4096,
            4096,
            32767,
            -32768,
            32768,
            8388607,
            -8388608,
            8388608,
            -2147483648,
            2147483648L,
            Long.MAX_VALUE,
            Long.MIN_VALUE
        };
        int[] lengths = {0, 1, 63, 64, 125, 126, 127, 128, 4095, 4096, 16_376, 16_377, 16_378, 16_379, 40_000};
        ListpackBytes listpack = new ListpackBytes();
        RdbBytes expected = new RdbBytes().length(numbers.length + lengths.length);
        for (int i = 0; i < Math.max(numbers.length, lengths.length); i++) {
            if (i < numbers.length) {
                listpack.number(numbers[i]);
                member(expected, "" + numbers[i]);
            }
            if (i < lengths.length) {
                listpack.text("x".repeat(lengths[i]));
                member(expected, "x".repeat(lengths[i]));
            }
        }
        byte[] value = value(listpack.bytes());
        assertThat(rewrite(value)).isEqualTo(expected.bytes());
        assertThat(rewrite(value)).as("once more").isEqualTo(expected.bytes());
    }

    @Test
    void aCountAbove63AndNothingAreRead() {
        ListpackBytes listpack = new ListpackBytes();
        RdbBytes expected = new RdbBytes().octets(0x80, 0, 0, 0, 100);
        for (int i = 0; i < 100; i++) {
            listpack.number(i);
            expected.string("" + i);
        }
        assertThat(rewrite(value(listpack.bytes()))).isEqualTo(expected.bytes());
        assertThat(rewrite(value(new ListpackBytes().bytes()))).isEqualTo(new byte[] {0});
    }

    @Test
    void damageIsTold() {
        byte[] listpack =
                new ListpackBytes().text("some").number(300).number(1 << 30).bytes();
        for (int length = 0; length < listpack.length; length++) {
            byte[] cut = value(Arrays.copyOf(listpack, length));
            assertThatThrownBy(() -> rewrite(cut)).isInstanceOf(RdbDamage.class);
        }
        byte[] longer = value(Arrays.copyOf(listpack, listpack.length + 1));
        assertThatThrownBy(() -> rewrite(longer)).isInstanceOf(RdbDamage.class);
        for (String hex : new String[] {"f000000080", "f0ffffffff", "f5", "bf", "ef"}) {
            byte[] entry = java.util.HexFormat.of().parseHex("000000000000" + hex + "ff");
            assertThatThrownBy(() -> rewrite(value(entry))).isInstanceOf(RdbDamage.class);
        }
    }

    @Test
    void noiseNeverReachesOutOfBounds() {
        Random random = new Random(5);
        int read = 0;
        for (int i = 0; i < 50_000; i++) {
            byte[] noise = new byte[6 + random.nextInt(12)];
            random.nextBytes(noise);
            noise[noise.length - 1] = (byte) 255;
            try {
                rewrite(value(noise));
                read++;
            } catch (RdbDamage e) {
                assertThat(e).hasMessageContaining("set");
            }
        }
        assertThat(read).isBetween(1, 49_999);
    }
}
