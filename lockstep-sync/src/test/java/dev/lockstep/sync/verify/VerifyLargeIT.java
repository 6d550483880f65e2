package dev.lockstep.sync.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import dev.lockstep.topology.Deployment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** More data than the heap of the process that compares it. */
@Timeout(300)
class VerifyLargeIT {

    private static final int KEYS = Integer.getInteger("lockstep.verify.keys", 100_000);
    private static final String HEAP = "-Xmx40m";
    private static final int LARGE = 40_000;
    private static final int HUGE = 60_000_000;
    private static final int CHUNK = 20_000;

    /** Runs a comparison in a JVM of its own: of two URIs and the patterns that follow. */
    public static void main(String[] words) throws InterruptedException {
        VerifyResult result = Verify.between(Deployment.parse(words[0]), Deployment.parse(words[1]))
                .include(Arrays.copyOfRange(words, 2, words.length))
                .patience(Duration.ofSeconds(2))
                .run();
        System.out.println(result.verdict() + " " + result.keys() + " " + result.differences() + result.unsettledKeys()
                + " " + result.keys() * 1_000 / result.elapsed().toMillis() + "/s");
        System.exit(0);
    }

    @Test
    void aSmallHeapIsEnough() throws IOException, InterruptedException {
        try (LocalDeployment one = LocalRedis.standalone().start();
                LocalDeployment other = LocalRedis.standalone().start()) {
            fill(one.primary());
            LocalServer copy = other.primary();
            copy.command(
                    "REPLICAOF",
                    one.primary().host(),
                    String.valueOf(one.primary().port()));
            await().atMost(Duration.ofSeconds(60))
                    .until(() ->
                            String.valueOf(copy.command("INFO", "replication")).contains("master_link_status:up"));
            copy.command("REPLICAOF", "NO", "ONE");
            assertThat(compared(one, other)).startsWith("EQUAL " + (KEYS + 2));

            copy.command("HSET", "large", "field-" + (LARGE - 1), "changed");
            copy.command("SETRANGE", "huge", String.valueOf(HUGE - 4), "x");
            copy.command("DEL", "key:1");
            assertThat(compared(one, other, "huge", "large", "key:1"))
                    .startsWith("DIFFERENT 3 ")
                    .contains(
                            "value: 1 field differs",
                            "value: length " + HUGE + ", other bytes",
                            "key=key:1, findings=[Finding[kind=MISSING");
        }
    }

    private static void fill(LocalServer server) {
        for (int from = 0; from < KEYS; from += CHUNK) {
            server.command("EVAL", """
                    for i = ARGV[1], ARGV[2] do redis.call('SET', 'key:' .. i, string.rep('x', 60) .. i) end""", "0", String.valueOf(from), String.valueOf(Math.min(KEYS, from + CHUNK) - 1));
        }
        for (int from = 0; from < LARGE; from += CHUNK) {
            server.command("EVAL", """
                    for i = ARGV[1], ARGV[2] do redis.call('HSET', 'large', 'field-' .. i, string.rep('x', 1000) .. i) end
                    """, "0", String.valueOf(from), String.valueOf(Math.min(LARGE, from + CHUNK) - 1));
        }
        server.command("SETRANGE", "huge", String.valueOf(HUGE - 3), "end");
    }

    private static String compared(LocalDeployment one, LocalDeployment other, String... patterns) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                HEAP,
                "-XX:MaxDirectMemorySize=64m",
                "-cp",
                System.getProperty("java.class.path"),
                VerifyLargeIT.class.getName(),
                one.uri() + "?connectTimeout=5s",
                other.uri() + "?connectTimeout=5s"));
        command.addAll(List.of(patterns));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        System.out.println(
                out.lines().filter(line -> line.contains("/s")).findFirst().orElse(out));
        return out.lines()
                .filter(line -> line.startsWith("EQUAL") || line.startsWith("DIFFERENT"))
                .findFirst()
                .orElse(out);
    }
}
