package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import dev.lockstep.sync.verify.Verify;
import dev.lockstep.sync.verify.VerifyResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A whole copy of every type by a process of its own, while the source is written to in every way; then both sides are compared
 * twice. {@code -Dlockstep.sync.acceptance=standalone-standalone} (or {@code sentinel-cluster}, {@code cluster-sentinel},
 * {@code cluster-cluster5}) makes it a large one, of that pair.
 */
class SyncAcceptanceIT {

    private static final String PAIR = System.getProperty("lockstep.sync.acceptance", "");
    private static final boolean LONG = !PAIR.isEmpty();
    private static final int KEYS = LONG ? 1_000_000 : 4_000;
    private static final int HASH_MEGABYTES = LONG ? 300 : 3;
    private static final Duration WRITING = Duration.ofSeconds(LONG ? 60 : 3);
    private static final Duration BOUND = Duration.ofMinutes(LONG ? 20 : 3);

    @TempDir
    Path folder;

    private static LocalRedis plan(String name) {
        LocalRedis plan = switch (name) {
            case "standalone" -> LocalRedis.standalone();
            case "sentinel" -> LocalRedis.sentinel();
            case "cluster" -> LocalRedis.cluster().replicas(0);
            case "cluster5" -> LocalRedis.cluster().shards(5).replicas(0);
            default -> throw new IllegalArgumentException("No such deployment: " + name);
        };
        return plan.config("appendonly", "no").config("save", "\"\"").startWithin(Duration.ofMinutes(2));
    }

    @Test
    void theCopyIsEqualInEveryType() throws Exception {
        String[] names = (LONG ? PAIR : "cluster-cluster5").split("-", 2);
        try (LocalDeployment source = plan(names[0]).start();
                LocalDeployment target = plan(names[1]).start()) {
            int databases = names[0].equals("standalone") && names[1].equals("standalone") ? 4 : 1;
            write(source, databases);
            long began = System.nanoTime();
            Process copying = Copying.start(source.uri(), target.uri(), folder);
            try {
                AcceptanceLoad load = new AcceptanceLoad(source, names[0].startsWith("cluster"), 11);
                Thread.sleep(WRITING.dividedBy(2).toMillis());
                awaitLive(copying);
                Duration copied = Duration.ofNanos(System.nanoTime() - began);
                Thread.sleep(WRITING.dividedBy(2).toMillis());
                load.close();
                long stopped = System.nanoTime();
                awaitLast(source, target);
                Duration behind = Duration.ofNanos(System.nanoTime() - stopped);
                VerifyResult verified = Verify.between(Copying.patient(source), Copying.patient(target))
                        .run();
                assertThat(verified.verdict()).as(verified.toString()).isEqualTo(VerifyResult.Verdict.EQUAL);
                long keys = compare(source, target, databases);
                System.out.printf(
                        "%s of %s: %,d keys, %,d writes meanwhile; live after %d s; in step %d ms after the last write;"
                                + " memory %s; verify equal, comparison equal%n",
                        String.join(" to ", names),
                        source.serverVersion(),
                        keys,
                        load.writes(),
                        copied.toSeconds(),
                        behind.toMillis(),
                        memory(copying));
            } catch (Exception | AssertionError e) {
                System.out.println("The process said: " + Files.readString(folder.resolve("log")));
                target.primaries().forEach(primary -> System.out.println(primary + " said: " + primary.logTail(10)));
                throw e;
            } finally {
                copying.destroyForcibly().waitFor();
            }
        }
    }

    private static void write(LocalDeployment source, int databases) {
        AcceptanceData data = new AcceptanceData(KEYS, 5);
        boolean fieldTtls = !String.valueOf(source.primaries().get(0).command("COMMAND", "DOCS", "hpexpireat"))
                .equals("[]");
        try (Writer writer = new Writer(source)) {
            data.write(writer, fieldTtls, HASH_MEGABYTES);
            if (databases > 1) {
                data.writeOtherDatabases(writer);
            }
        }
        for (LocalServer primary : source.primaries()) {
            primary.command(AcceptanceData.library());
        }
    }

    private void awaitLive(Process copying) {
        Awaitility.await()
                .atMost(BOUND)
                .failFast(() -> assertThat(copying.isAlive())
                        .as(Files.readString(folder.resolve("log")))
                        .isTrue())
                .untilAsserted(() -> assertThat(lastLine().split(", "))
                        .allMatch(lane -> lane.trim().equals("LIVE")));
    }

    private String lastLine() throws IOException {
        List<String> lines = Files.readAllLines(folder.resolve("log"));
        return lines.isEmpty() ? "" : lines.get(lines.size() - 1);
    }

    /** Each source shard writes a last key of its own, which the target gets after everything else of its slot. */
    private static void awaitLast(LocalDeployment source, LocalDeployment target) {
        try (Writer writer = new Writer(source)) {
            for (int i = 0; i < 100; i++) {
                writer.send("SET", "last:" + i, "1");
            }
        }
        Awaitility.await().atMost(BOUND).until(() -> {
            long held = 0;
            for (LocalServer primary : target.primaries()) {
                held += ((List<?>) primary.command("KEYS", "last:*")).size();
            }
            return held == 100;
        });
    }

    private static long compare(LocalDeployment source, LocalDeployment target, int databases) throws Exception {
        try (Comparison comparison = new Comparison(source, target)) {
            for (int database = 0; database < databases; database++) {
                assertThat(comparison.differences(database)).isEmpty();
            }
            for (LocalServer primary : target.primaries()) {
                assertThat(String.valueOf(primary.command("FUNCTION", "LIST"))).contains("acceptance");
            }
            long keys = comparison.keys();
            if (!LONG) {
                aDifferenceIsSeen(comparison, target);
            }
            return keys;
        }
    }

    private static void aDifferenceIsSeen(Comparison comparison, LocalDeployment target) throws Exception {
        try (Writer writer = new Writer(target)) {
            writer.send("HSET", "big hash", "field 7", "another");
            writer.send("PEXPIRE", "k5", "7200000");
            writer.send("DEL", "k0");
            writer.send(2, "XGROUP", "DELCONSUMER", "k18", "group", "one");
            writer.send("SET", "extra", "1");
        }
        assertThat(comparison.differences(0).keySet())
                .containsExactlyInAnyOrder("big hash", "k5", "k0", "k18", "extra");
    }

    private static String memory(Process process) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmHWM"))
                .findFirst()
                .orElse("unknown")
                .replaceAll("\\s+", " ");
    }
}
