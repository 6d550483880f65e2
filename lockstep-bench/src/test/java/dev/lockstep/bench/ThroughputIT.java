package dev.lockstep.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keeps the benchmark running. How fast anything is, is not tested: a slow machine must not fail a build. */
class ThroughputIT {

    @TempDir
    Path folder;

    @Test
    void everyLoadRunsWithoutAFailedCallAndFillsItsTable() throws Exception {
        assertThat(tables(Shape.ALL.size(), "--replicas", "2")).contains("| 4 threads, 256 in flight | ");
    }

    @Test
    void onAClusterToo() throws Exception {
        assertThat(tables(Shape.ALL.size() + 2, "--shards", "3", "--replicas", "0"))
                .contains("| 4 threads, 256 in flight | ", "| 8 threads, MGET of 100 keys | ");
    }

    @Test
    void theRoundsAreWrittenAndDrawn() throws Exception {
        tables(1, "--replicas", "0", "--shape", "1", "--out", folder.toString());

        assertThat(Files.readString(folder.resolve("throughput-one-server.json")))
                .contains("\"command\" : \"java ", "--shape 1 --out", "\"name\" : \"Jedis\"");
        assertThat(Files.readString(folder.resolve("throughput-one-server.svg")))
                .startsWith("<svg")
                .contains(">1 thread, blocking<", ">Redisson<");
    }

    private static String tables(int loads, String... more) throws Exception {
        var text = new ByteArrayOutputStream();
        List<String> arguments = new ArrayList<>(List.of("--rounds", "2", "--millis", "50", "--warmups", "1"));
        arguments.addAll(List.of(more));

        Evidence evidence =
                Throughput.run(new PrintStream(text, true, StandardCharsets.UTF_8), arguments.toArray(String[]::new));

        assertThat(evidence.sheets()).hasSize(loads).allSatisfy(sheet -> {
            assertThat(sheet.rounds()).containsOnlyKeys("Lockstep", "Lettuce", "Redisson", "Jedis");
            assertThat(sheet.rounds().values())
                    .allSatisfy(rounds -> assertThat(rounds)
                            .hasSize(2)
                            .allMatch(figures -> figures[0] > 0 && Double.isFinite(figures[0])));
        });
        return text.toString(StandardCharsets.UTF_8);
    }
}
