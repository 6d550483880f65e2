package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class DumpPayloadTest {

    private static final RdbFormat REDIS_7_0 = new RdbFormat(10);

    private static byte[] payload(RdbType type, int version, byte[] value) {
        ByteBuf out = Unpooled.buffer();
        RestorePayload.write(out, new RestoreStamp(type, version, null), value, 0, value.length);
        return ByteBufUtil.getBytes(out);
    }

    private static byte[] string(int version) {
        return payload(RdbType.STRING, version, new RdbBytes().string("value").bytes());
    }

    private static byte[] withoutChecksum(byte[] payload) {
        byte[] without = payload.clone();
        Arrays.fill(without, payload.length - Long.BYTES, payload.length, (byte) 0);
        return without;
    }

    @Test
    void whatTheTargetTakesIsLeftAsItIs() {
        byte[] payload = string(10);
        assertThat(DumpPayload.forTarget(payload, REDIS_7_0)).isSameAs(payload);
    }

    @Test
    void aVersionBeyondTheTargetsIsReplacedWithItsChecksum() {
        assertThat(DumpPayload.forTarget(string(12), REDIS_7_0)).isEqualTo(string(1));
        assertThat(DumpPayload.forTarget(string(12), new RdbFormat(80))).isEqualTo(string(1));
    }

    @Test
    void aChecksumThatIsMissingIsPutIn() {
        assertThat(DumpPayload.forTarget(withoutChecksum(string(10)), REDIS_7_0))
                .isEqualTo(string(1));
    }

    @Test
    void aTypeThatTheTargetDoesNotKnowIsWrittenInItsOlderForm() {
        byte[] listpack = new ListpackBytes().text("a").number(7).bytes();
        byte[] small = payload(
                RdbType.SET_LISTPACK,
                11,
                new RdbBytes().length(listpack.length).raw(listpack).bytes());
        byte[] plain = DumpPayload.forTarget(small, REDIS_7_0);
        assertThat(plain[0]).isEqualTo((byte) RdbType.SET.code);
        assertThat(DumpPayload.forTarget(plain, REDIS_7_0)).isSameAs(plain);
    }

    @Test
    void whatCannotCrossIsSaid() {
        byte[] fields = payload(RdbType.HASH_LISTPACK_EX, 12, new byte[] {0});
        assertThatThrownBy(() -> DumpPayload.forTarget(fields, REDIS_7_0))
                .isInstanceOf(SyncException.class)
                .hasMessageContainingAll("field TTLs", "Redis 7.0");
        byte[] unknown = string(12);
        unknown[0] = 99;
        assertThatThrownBy(() -> DumpPayload.forTarget(withoutChecksum(unknown), REDIS_7_0))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("begins with 99");
    }

    @Test
    void whatIsDamagedIsRefused() {
        byte[] damaged = string(12);
        damaged[2] ^= 1;
        assertThatThrownBy(() -> DumpPayload.forTarget(damaged, REDIS_7_0))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("damaged");
        assertThatThrownBy(() -> DumpPayload.forTarget(new byte[4], REDIS_7_0))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("4 bytes");
    }
}
