package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.sync.RdbSplitter.Item;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/**
 * Snapshots damaged by a seed, and what the cursor makes of them: a message, or a walk whose parts fit. Anything else is an
 * exception of another kind, which comes through.
 */
final class RdbFuzz {

    private final byte[] whole;
    private final Random random;
    private int walked;
    private int refused;

    RdbFuzz(byte[] whole, long seed) {
        this.whole = whole;
        this.random = new Random(seed);
    }

    int walked() {
        return walked;
    }

    int refused() {
        return refused;
    }

    void run(int cases) throws Exception {
        for (int i = 0; i < cases; i++) {
            byte[] damaged = damaged();
            boolean sound = walk(damaged, false);
            if (sound) {
                walked++;
            } else {
                refused++;
            }
            if (!Arrays.equals(damaged, whole) && !checksumGone(damaged)) {
                assertThat(walk(damaged, true))
                        .as("walk in spite of its checksum")
                        .isFalse();
            }
        }
    }

    /** A checksum of 0 means that the server wrote none. */
    private static boolean checksumGone(byte[] damaged) {
        for (int i = Math.max(0, damaged.length - 8); i < damaged.length; i++) {
            if (damaged[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private byte[] damaged() {
        byte[] data = whole.clone();
        switch (random.nextInt(4)) {
            case 0 -> {
                for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                    data[random.nextInt(data.length)] ^= (byte) (1 << random.nextInt(8));
                }
            }
            case 1 -> data = Arrays.copyOf(data, random.nextInt(data.length));
            case 2 -> {
                int at = random.nextInt(data.length - 9);
                data[at] = (byte) (random.nextBoolean() ? 0x80 : 0x81);
                long length = random.nextLong() >>> random.nextInt(64);
                ByteBuffer.wrap(data).putLong(at + 1, length);
            }
            default -> {
                int at = random.nextInt(data.length);
                byte[] noise = new byte[Math.min(data.length - at, 1 + random.nextInt(40))];
                random.nextBytes(noise);
                System.arraycopy(noise, 0, data, at, noise.length);
            }
        }
        return data;
    }

    private boolean walk(byte[] data, boolean checked) throws Exception {
        int window = 64 << random.nextInt(8);
        int most = random.nextInt(4) == 0 ? 1 + random.nextInt(50) : Integer.MAX_VALUE;
        RdbSplitter splitter = new RdbSplitter(new HeldSnapshot(data, random.nextLong(), most), window, checked);
        try {
            long end = 0;
            for (Item item = splitter.next(); item != Item.END; item = splitter.next()) {
                assertThat(splitter.value().from()).isGreaterThan(end);
                assertThat(splitter.position()).isGreaterThan(splitter.value().from());
                end = splitter.position();
                use(splitter);
            }
            return true;
        } catch (SyncException e) {
            assertThat(e).hasMessageContaining("snapshot").hasMessageMatching("(?s).{40,900}");
            return false;
        }
    }

    private static void use(RdbSplitter splitter) {
        assertThat(splitter.key().copy().length).isEqualTo(splitter.key().length());
        assertThat(splitter.key().slot()).isBetween(0, Slots.COUNT - 1);
        splitter.value().plain(1 << 20);
        RestoreStamp stamp = RestoreStamp.of(splitter.value().type(), new RdbFormat(10));
        if (splitter.value().atHand(stamp)) {
            ByteBuf out = Unpooled.buffer();
            splitter.value().writePayload(out, stamp);
            assertThat((long) out.readableBytes()).isEqualTo(splitter.value().payloadLength(stamp));
        }
    }
}
