package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RestoreStampTest {

    private static List<Integer> refused(int target) {
        List<Integer> codes = new ArrayList<>();
        for (RdbType type : RdbType.values()) {
            if (!RestoreStamp.of(type, new RdbFormat(target)).crosses()) {
                codes.add(type.code);
            }
        }
        return codes;
    }

    @Test
    void aTargetRefusesWhatCameLater() {
        assertThat(refused(9)).containsExactly(16, 17, 18, 19, 21, 22, 24, 25, 26, 245);
        assertThat(refused(10)).containsExactly(22, 24, 25, 26);
        assertThat(refused(11)).containsExactly(22, 24, 25, 26);
        assertThat(refused(12)).containsExactly(22, 26);
        assertThat(refused(13)).containsExactly(22);
        assertThat(refused(80)).containsExactly(24, 25, 26);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 10, 1",
        "5, 10, 8",
        "19, 80, 10",
        "20, 11, 11",
        "20, 80, 11",
        "22, 80, 80",
        "25, 12, 12",
        "26, 13, 13"
    })
    void theStampIsTheOldestThatHasTheType(int code, int target, int stamp) {
        RdbType type = RdbType.of(code, new RdbFormat(code == 22 ? 80 : 13));
        assertThat(type).isNotNull();
        assertThat(RestoreStamp.of(type, new RdbFormat(target))).isEqualTo(new RestoreStamp(type, stamp, null));
    }

    @Test
    void aRefusalNamesTheTypeAndWhatItNeeds() {
        assertThat(RestoreStamp.of(RdbType.HASH_LISTPACK_EX, new RdbFormat(11)).refusal())
                .isEqualTo(
                        "a small hash with field TTLs of Redis 7.4 (type 25) cannot be restored: It needs Redis 7.4 to 8.4"
                                + " or a later version; the target is Redis 7.2 or Valkey 7.2 to 8.1 (form 11).");
        assertThat(RestoreStamp.of(RdbType.HASH_METADATA, new RdbFormat(80)).refusal())
                .contains("of Redis; Valkey does not read it", "Valkey 9");
        assertThat(RestoreStamp.of(RdbType.HASH_2, new RdbFormat(13)).refusal()).contains("Only Valkey 9");
    }

    @Test
    void theTypeByteMeansWhatItsFormSays() {
        assertThat(RdbType.of(22, new RdbFormat(12))).isNull();
        assertThat(RdbType.of(22, new RdbFormat(80))).isEqualTo(RdbType.HASH_2);
        assertThat(RdbType.of(24, new RdbFormat(80))).isNull();
        assertThat(RdbType.of(6, new RdbFormat(12))).isNull();
        assertThat(RdbType.of(23, new RdbFormat(12))).isNull();
        assertThat(RdbType.of(99, new RdbFormat(12))).isNull();
    }

    @Test
    void theFormIsToldByAPayload() {
        assertThat(RdbFormat.ofPayload(new byte[] {10, 0, 1, 2, 3, 4, 5, 6, 7, 8}))
                .isEqualTo(new RdbFormat(10));
        assertThat(RdbFormat.ofPayload(new byte[] {9, 9, 0x50, 0, 1, 2, 3, 4, 5, 6, 7, 8}))
                .isEqualTo(new RdbFormat(80));
        assertThatThrownBy(() -> RdbFormat.ofPayload(new byte[9])).isInstanceOf(SyncException.class);
    }
}
