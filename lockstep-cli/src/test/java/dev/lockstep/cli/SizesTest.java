package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class SizesTest {

    @ParameterizedTest
    @CsvSource({
        "1,1",
        "1048576,1048576",
        "10B,10",
        "1K,1024",
        "512M,536870912",
        "512mb,536870912",
        "8G,8589934592",
        "8GiB,8589934592",
        "2T,2199023255552"
    })
    void aNumberAloneIsBytesAndUnitsArePowersOf1024(String text, long bytes) {
        assertThat(new Sizes().convert(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "0G", "-1", "G", "1.5G", "8 G", "8X", "9000000000000000", "999999999999T"})
    void anythingElseIsRefusedWithWhatWasExpected(String text) {
        assertThatThrownBy(() -> new Sizes().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("'" + text + "'")
                .hasMessageContaining("8G");
    }

    @ParameterizedTest
    @CsvSource({
        "0,0 B",
        "1023,1023 B",
        "1024,1.0 KiB",
        "1536,1.5 KiB",
        "1048575,1.0 MiB",
        "8589934592,8.0 GiB",
        "5497558138880,5.0 TiB",
        "9223372036854775807,8388608.0 TiB"
    })
    void peopleReadALargeUnit(long bytes, String text) {
        assertThat(Sizes.text(bytes)).isEqualTo(text);
    }
}
