package dev.lockstep.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VerdictTableTest {
    private final DrillResult result = MadeUpDrill.story();

    @Test
    void hasAColumnForEachClientAndARowForEachAnomaly() {
        List<VerdictTable.Row> rows = VerdictTable.rows(result);

        assertThat(rows.get(0))
                .isEqualTo(new VerdictTable.Row("verdict", List.of("VALID", "INVALID"), List.of(false, true)));
        assertThat(rows)
                .extracting(VerdictTable.Row::title)
                .contains("own write not read", "applied twice", "acknowledged INCR and RPUSH lost", "calls failed");
        assertThat(rows).allSatisfy(row -> assertThat(row.cells()).hasSize(2));
    }

    @Test
    void isTextWithAlignedColumnsAndTheReasonsBelow() {
        List<String> lines = VerdictTable.text(result).lines().toList();

        assertThat(lines.get(0)).endsWith("Lockstep   Plain Lettuce");
        assertThat(lines.get(1)).startsWith("  verdict").endsWith("VALID         INVALID");
        assertThat(lines.get(lines.size() - 1)).startsWith("  Plain Lettuce: own write not read: ");
    }

    @Test
    void saysInOneSentenceWhatCameOut() {
        assertThat(Headline.of(result))
                .startsWith("Lockstep kept every promise: ")
                .endsWith(" calls through 3 faults and 1 failover.");
        assertThat(Headline.lead(result))
                .startsWith("Plain Lettuce, at the same time on the same servers: ")
                .contains(" × own write not read", " failed calls");
    }

    @Test
    void namesTheMostFrequentFailureFirst() {
        Figures.Times none = new Figures.Times(0, 0, 0, 0);
        Figures figures =
                new Figures(9, Map.of("rare", 1L, "frequent", 1_200L, "also rare", 1L), 0, 0, 0, 0, 0, 0, none, none);

        assertThat(VerdictTable.failures(figures)).isEqualTo("frequent 1,200, also rare 1, rare 1");
    }
}
