package dev.lockstep.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/** Keeps the benchmark running. How fast anything is, is not tested: a slow machine must not fail a build. */
class ThroughputIT {

    @Test
    void everyLoadRunsWithoutAFailedCallAndFillsItsRow() throws Exception {
        var text = new ByteArrayOutputStream();

        var comparisons = Throughput.run(
                Settings.parse("--rounds", "2", "--millis", "50", "--warmups", "1"),
                new PrintStream(text, true, StandardCharsets.UTF_8));

        assertThat(comparisons).hasSameSizeAs(Shape.ALL);
        assertThat(comparisons)
                .allSatisfy(comparison -> assertThat(
                                DoubleStream.of(comparison.ratios()).boxed())
                        .hasSize(2)
                        .allMatch(ratio -> ratio > 0 && Double.isFinite(ratio)));
        assertThat(text.toString(StandardCharsets.UTF_8)).contains("| 4 threads, 256 in flight | ");
    }
}
