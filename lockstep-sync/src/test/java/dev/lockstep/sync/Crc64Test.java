package dev.lockstep.sync;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Crc64Test {

    @Test
    void givesTheKnownChecksum() {
        byte[] digits = "123456789".getBytes(US_ASCII);
        assertThat(Crc64.update(0, digits, 0, digits.length)).isEqualTo(0xe9c6d914c4b8d9caL);
        assertThat(Crc64.update(0, ByteBuffer.wrap(digits))).isEqualTo(0xe9c6d914c4b8d9caL);
    }

    @Test
    void givesTheSameInWhateverPieces() {
        Random random = new Random(1);
        byte[] data = new byte[1000];
        random.nextBytes(data);
        long whole = 0;
        for (byte octet : data) {
            whole = Crc64.update(whole, octet & 0xff);
        }
        for (int round = 0; round < 200; round++) {
            int first = random.nextInt(data.length);
            int second = first + random.nextInt(data.length - first);
            long crc = Crc64.update(0, data, 0, first);
            ByteBuffer direct = ByteBuffer.allocateDirect(second - first + 3).position(3);
            direct.put(data, first, second - first).position(3);
            crc = Crc64.update(crc, direct);
            assertThat(direct.position()).isEqualTo(3);
            ByteBuffer heap =
                    ByteBuffer.wrap(data, second, data.length - second).slice();
            assertThat(Crc64.update(crc, heap)).isEqualTo(whole);
        }
    }
}
