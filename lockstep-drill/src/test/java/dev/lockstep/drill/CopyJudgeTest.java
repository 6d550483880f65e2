package dev.lockstep.drill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.drill.CopyContents.Held;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CopyJudgeTest {

    private static final Map<String, Held> SOURCE = Map.of(
            "counter:1", new Held("string", -1, List.of("7")),
            "list:1", new Held("list", -1, List.of("e1", "e2")),
            "list:2", new Held("list", 1_000, List.of("e3")));

    private static Map<String, Held> with(String key, Held held) {
        Map<String, Held> changed = new HashMap<>(SOURCE);
        changed.put(key, held);
        return changed;
    }

    private static Map<String, Held> without(String key) {
        Map<String, Held> changed = new HashMap<>(SOURCE);
        changed.remove(key);
        return changed;
    }

    @Test
    void findsNothingWhereNothingDiffers() {
        assertThat(CopyJudge.differences(SOURCE, Map.copyOf(SOURCE))).isEmpty();
    }

    @Test
    void findsWhatIsMissingAndWhatIsTooMuch() {
        assertThat(CopyJudge.differences(SOURCE, without("list:1")))
                .containsOnly(Map.entry("list:1", "is missing in the target"));
        assertThat(CopyJudge.differences(SOURCE, with("list:9", new Held("list", -1, List.of("e")))))
                .containsOnly(Map.entry("list:9", "is only in the target"));
    }

    @Test
    void findsAnotherTypeTimeOrValue() {
        assertThat(CopyJudge.differences(SOURCE, with("list:1", new Held("set", -1, List.of("e1", "e2"))))
                        .get("list:1"))
                .isEqualTo("is a list in the source and a set in the target");
        assertThat(CopyJudge.differences(SOURCE, with("list:2", new Held("list", 1_001, List.of("e3"))))
                        .get("list:2"))
                .startsWith("expires at 1000 in the source and at 1001 in the target");
        assertThat(CopyJudge.differences(SOURCE, with("list:1", new Held("list", -1, List.of("e2"))))
                        .get("list:1"))
                .isEqualTo(
                        "is a list of 2 in the source and 1 in the target, the first that differs: \"e1\" and \"e2\"");
    }

    @Test
    void findsACounterThatGrewTwiceOrNotAtAll() {
        Map<String, CopyLedger.Sum> sums = Map.of("counter:1", new CopyLedger.Sum(5, 2));
        assertThat(CopyJudge.wrongSums(sums, SOURCE)).isEmpty();
        assertThat(CopyJudge.wrongSums(sums, with("counter:1", new Held("string", -1, List.of("5")))))
                .isEmpty();
        assertThat(CopyJudge.wrongSums(sums, with("counter:1", new Held("string", -1, List.of("8")))))
                .containsEntry("counter:1", "is 8 in the target; acknowledged was 5, and 2 perhaps");
        assertThat(CopyJudge.wrongSums(sums, without("counter:1"))).containsOnlyKeys("counter:1");
    }

    @Test
    void findsElementsThatAreLostDoubledOrFromNowhere() {
        assertThat(CopyJudge.wrongElements(Set.of("e1", "e2", "e3"), Set.of(), SOURCE))
                .isEmpty();
        assertThat(CopyJudge.wrongElements(Set.of("e1", "e2"), Set.of("e3", "e4"), SOURCE))
                .isEmpty();
        assertThat(CopyJudge.wrongElements(Set.of("e1", "e2", "e3", "e4"), Set.of(), SOURCE))
                .containsExactly("e4 was pushed and is in no list of the target");
        assertThat(CopyJudge.wrongElements(Set.of("e1", "e2"), Set.of(), SOURCE))
                .containsExactly("e3 was never pushed and is in [list:2]");
        Map<String, Held> doubled = with("list:2", new Held("list", -1, List.of("e3", "e2")));
        assertThat(CopyJudge.doubledElements(SOURCE)).isEmpty();
        assertThat(CopyJudge.doubledElements(doubled))
                .hasSize(1)
                .first()
                .asString()
                .startsWith("e2 was pushed once");
    }
}
