package dev.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.protocol.CommandType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeySpecTest {

    private static List<ByteBuffer> arguments(String text) {
        return Arrays.stream(text.split(" ", -1))
                .map(word -> ByteBuffer.wrap(word.getBytes(StandardCharsets.UTF_8)))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "GET, k, 0",
        "SET, k v EX 5, 0",
        "MGET, a b c, 0 1 2",
        "MSET, a 1 b 2, 0 2",
        "BLPOP, a b 5, 0 1",
        "BITOP, AND dest a b, 1 2 3",
        "EVAL, script 2 a b arg, 2 3",
        "EVALSHA, sha 0 arg, ''",
        "ZUNIONSTORE, dest 2 a b WEIGHTS 1 2, 0 2 3",
        "ZUNION, 2 a b WITHSCORES, 1 2",
        "XREAD, COUNT 5 BLOCK 10 STREAMS a b 0 0, 5 6",
        "XREADGROUP, GROUP g c STREAMS a >, 4",
        "SORT, k BY w_* STORE dest, 0 4",
        "GEORADIUS, k 1 2 3 m STOREDIST d, 0 6",
        "COPY, a b REPLACE, 0 1",
        "OBJECT, ENCODING k, 1",
        "MSETEX, 2 a 1 b 2 EX 5, 1 3",
        "BLMPOP, 5 2 a b LEFT, 2 3",
        "SCAN, 0 MATCH x, ''",
        "SPUBLISH, channel hello, 0",
        "PUBLISH, channel hello, ''"
    })
    void findsTheKeys(String command, String text, String places) {
        List<Integer> expected = places.isEmpty()
                ? List.of()
                : Arrays.stream(places.split(" ", -1)).map(Integer::valueOf).toList();
        assertThat(KeySpec.of(CommandType.valueOf(command)).places(arguments(text)))
                .isEqualTo(expected);
    }

    @Test
    void whatIsMalformedNamesOnlyKeysThatAreThere() {
        assertThat(KeySpec.of(CommandType.EVAL).places(arguments("script 5 a"))).containsExactly(2);
        assertThat(KeySpec.of(CommandType.EVAL).places(arguments("script many a")))
                .isEmpty();
        assertThat(KeySpec.of(CommandType.EVAL).places(arguments("script"))).isEmpty();
        assertThat(KeySpec.of(CommandType.XREAD).places(arguments("COUNT 5"))).isEmpty();
        assertThat(KeySpec.of(CommandType.BLPOP).places(List.of())).isEmpty();
    }
}
