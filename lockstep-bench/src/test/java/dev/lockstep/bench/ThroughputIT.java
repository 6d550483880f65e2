package dev.lockstep.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/** Keeps the benchmark running. How fast anything is, is not tested: a slow machine must not fail a build. */
class ThroughputIT {

    @Test
    void everyLoadRunsWithoutAFailedCallAndFillsItsRow() throws Exception {
        assertThat(rows(Shape.ALL.size(), "--replicas", "2")).contains("| 4 threads, 256 in flight | ");
    }

    @Test
    void onAClusterToo() throws Exception {
        assertThat(rows(Shape.ALL.size() + 2, "--shards", "3", "--replicas", "0"))
                .contains("| 4 threads, 256 in flight | ", "| 8 threads, MGET of 100 keys | ");
    }

    private static String rows(int loads, String... servers) throws InterruptedException {
        var text = new ByteArrayOutputStream();
        List<String> arguments = new ArrayList<>(List.of("--rounds", "2", "--millis", "50", "--warmups", "1"));
        arguments.addAll(List.of(servers));

        var comparisons = Throughput.run(
                Settings.parse(arguments.toArray(String[]::new)), new PrintStream(text, true, StandardCharsets.UTF_8));

        assertThat(comparisons).hasSize(loads);
        assertThat(comparisons)
                .allSatisfy(comparison -> assertThat(
                                DoubleStream.of(comparison.ratios()).boxed())
                        .hasSize(2)
                        .allMatch(ratio -> ratio > 0 && Double.isFinite(ratio)));
        return text.toString(StandardCharsets.UTF_8);
    }
}
