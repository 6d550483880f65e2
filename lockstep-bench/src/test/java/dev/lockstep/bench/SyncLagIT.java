package dev.lockstep.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Keeps the benchmark running; see {@link ThroughputIT}. A mark that never comes fails it. */
class SyncLagIT {

    @Test
    void bothFollowersTakeAllMarks() throws Exception {
        var text = new ByteArrayOutputStream();

        Evidence evidence = SyncLag.run(
                new PrintStream(text, true, StandardCharsets.UTF_8),
                "--rounds",
                "2",
                "--millis",
                "300",
                "--warmups",
                "0",
                "--rate",
                "2000");

        assertThat(evidence.sheets())
                .hasSize(1)
                .allSatisfy(sheet -> assertThat(sheet.rounds())
                        .containsOnlyKeys("Lockstep", "REPLICAOF")
                        .allSatisfy((follower, rounds) ->
                                assertThat(rounds).hasSize(2).allMatch(figures -> figures[0] > 0 && figures[1] > 0)));
        assertThat(text.toString(StandardCharsets.UTF_8)).contains("The copying process: began=");
    }
}
