package dev.lockstep.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Keeps the benchmark running; see {@link ThroughputIT}. */
class NearCacheHitsIT {

    @Test
    void allCachesHitAndEachPairFillsItsRow() throws Exception {
        var text = new ByteArrayOutputStream();

        var rows = NearCacheHits.run(2, Duration.ofMillis(30), new PrintStream(text, true, StandardCharsets.UTF_8));

        assertThat(rows).hasSize(8).allSatisfy(row -> {
            assertThat(row.othersPerSecond()).isPositive();
            assertThat(row.nearPerSecond()).isPositive();
        });
        assertThat(text.toString(StandardCharsets.UTF_8))
                .contains("| 1 | Caffeine bounded by size and age | ", "| 2 | Redisson RLocalCachedMap");
    }
}
