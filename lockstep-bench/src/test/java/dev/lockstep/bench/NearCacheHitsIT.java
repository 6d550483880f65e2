package dev.lockstep.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Keeps the benchmark running; see {@link ThroughputIT}. */
class NearCacheHitsIT {

    @Test
    void allCachesHitAndEachPairFillsItsTable() throws Exception {
        var text = new ByteArrayOutputStream();

        Evidence evidence = NearCacheHits.run(
                new PrintStream(text, true, StandardCharsets.UTF_8),
                "--rounds",
                "2",
                "--millis",
                "30",
                "--warmups",
                "1");

        assertThat(evidence.sheets())
                .hasSize(8)
                .allSatisfy(sheet -> assertThat(sheet.rounds().values())
                        .hasSize(2)
                        .allSatisfy(rounds -> assertThat(rounds).hasSize(2).allMatch(figures -> figures[0] > 0)));
        assertThat(text.toString(StandardCharsets.UTF_8))
                .contains("| Caffeine bounded by size and age | ", "| Redisson RLocalCachedMap");
    }
}
