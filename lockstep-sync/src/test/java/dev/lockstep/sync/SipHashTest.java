package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SipHashTest {

    private static final SipHash HASH = new SipHash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);

    private static String of(byte[] bytes, int cut) {
        HASH.reset();
        HASH.add(ByteBuffer.wrap(bytes, 0, cut));
        HASH.add(ByteBuffer.wrap(bytes, cut, bytes.length - cut));
        HASH.finish();
        return String.format("%016x%016x", Long.reverseBytes(HASH.low()), Long.reverseBytes(HASH.high()));
    }

    private static byte[] counting(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) i;
        }
        return bytes;
    }

    @Test
    void itIsTheFunctionThatItsAuthorsPublished() {
        assertThat(of(counting(0), 0)).isEqualTo("a3817f04ba25a8e66df67214c7550293");
        assertThat(of(counting(1), 0)).isEqualTo("da87c1d86b99af44347659119b22fc45");
    }

    @Test
    void whereThePiecesAreCutDoesNotMatter() {
        Set<String> all = new HashSet<>();
        for (int length = 0; length < 40; length++) {
            String whole = of(counting(length), 0);
            for (int cut = 0; cut <= length; cut++) {
                assertThat(of(counting(length), cut)).isEqualTo(whole);
            }
            all.add(whole);
        }
        assertThat(all).hasSize(40);
    }

    @Test
    void aNumberIsEightBytes() {
        byte[] nine = counting(9);
        HASH.reset();
        HASH.add(ByteBuffer.wrap(nine, 0, 1));
        HASH.add(ByteBuffer.wrap(nine, 1, 8)
                .slice()
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .getLong());
        HASH.finish();
        String pieced = String.format("%016x%016x", Long.reverseBytes(HASH.low()), Long.reverseBytes(HASH.high()));
        assertThat(pieced).isEqualTo(of(nine, 4));
    }
}
