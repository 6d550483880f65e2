package dev.lockstep.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Keeps the benchmark running; see {@link ThroughputIT}. A copy that lacks keys fails it. */
class FullCopyIT {

    @Test
    void everyWayCopiesAll() throws Exception {
        var text = new ByteArrayOutputStream();

        Evidence evidence = FullCopy.run(
                new PrintStream(text, true, StandardCharsets.UTF_8),
                "--rounds",
                "1",
                "--data",
                "3",
                "--others",
                "2000");

        assertThat(evidence.sheets())
                .hasSize(1)
                .allSatisfy(sheet -> assertThat(sheet.rounds())
                        .hasSize(4)
                        .allSatisfy((way, rounds) ->
                                assertThat(rounds).hasSize(1).allMatch(figures -> figures[0] > 0 && figures[1] > 0)));
        assertThat(text.toString(StandardCharsets.UTF_8)).contains("| redis-replicator | ");
    }
}
