package dev.lockstep.drill;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.cluster.SlotHash;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CopyWorkloadTest {

    private static final int ENOUGH = 5_000;

    private static List<CopyWrite> writes(boolean tagged, long seed) {
        CopyWorkload workload = new CopyWorkload(tagged, seed);
        return Stream.generate(workload::next).limit(ENOUGH).toList();
    }

    private static String text(List<CopyWrite> writes) {
        return writes.stream()
                .map(write -> write.name()
                        + write.words()
                        + write.parts().stream().map(CopyWrite::words).toList())
                .collect(Collectors.joining("\n"));
    }

    private static Set<Integer> slots(CopyWrite write) {
        Set<Integer> slots = new HashSet<>();
        Stream.concat(Stream.of(write), write.parts().stream())
                .flatMap(each -> each.words().stream())
                .filter(CopyWrite.Word::isKey)
                .forEach(word -> slots.add(SlotHash.getSlot(word.text())));
        return slots;
    }

    @Test
    void isTheSameForTheSameSeedOnly() {
        assertThat(text(writes(true, 7))).isEqualTo(text(writes(true, 7)));
        assertThat(text(writes(true, 7))).isNotEqualTo(text(writes(true, 8)));
    }

    @Test
    void staysInOneSlotWhereTheSourceIsAClusterAndElsewhereDoesNot() {
        assertThat(writes(true, 7)).allMatch(write -> slots(write).size() == 1);
        assertThat(writes(false, 7).stream().filter(write -> slots(write).size() > 1))
                .extracting(CopyWrite::name)
                .contains("LMOVE", "RENAME", "MULTI", "EVAL", "SUNIONSTORE", "SMOVE", "COPY", "BITOP", "ZRANGESTORE");
    }

    @Test
    void pushesNoElementTwice() {
        List<String> pushed = new ArrayList<>();
        writes(false, 7).forEach(write -> pushed.addAll(write.pushed()));
        assertThat(pushed).hasSizeGreaterThan(500).doesNotHaveDuplicates();
    }
}
