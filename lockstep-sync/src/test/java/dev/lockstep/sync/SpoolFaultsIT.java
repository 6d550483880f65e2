package dev.lockstep.sync;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is said when there is no room for what arrives, or what lies there is damaged, and that the copy stays exact. All of it
 * with {@code -Dlockstep.sync.faults=all}.
 */
class SpoolFaultsIT {

    private static final Duration BOUND = Duration.ofSeconds(90);

    @TempDir
    Path folder;

    private LocalDeployment source;
    private LocalDeployment target;
    private Writer writer;
    private final Random random = new Random(5);

    @BeforeEach
    void servers() {
        source = LocalRedis.standalone().start();
        target = LocalRedis.standalone().start();
        writer = new Writer(source);
    }

    @AfterEach
    void close() {
        writer.close();
        source.close();
        target.close();
    }

    private Sync start(long bytes) {
        return Sync.from(Copying.patient(source))
                .to(Copying.patient(target))
                .spool(folder.resolve("spool"))
                .spoolBytes(bytes)
                .start();
    }

    /** Nothing that can be compressed. */
    private String noise() {
        StringBuilder text = new StringBuilder();
        while (text.length() < 300) {
            text.append(Long.toString(random.nextLong(), Character.MAX_RADIX));
        }
        return text.toString();
    }

    private void fill(int keys, String prefix) {
        for (int i = 0; i < keys; i++) {
            writer.send("SET", prefix + i, noise());
            writer.send("INCR", "counter:" + i % 50);
        }
        writer.flush();
    }

    @Test
    void aSnapshotThatDoesNotFitEndsTheCopy() {
        fill(10_000, "a");
        try (Sync sync = start(1 << 20)) {
            assertThatThrownBy(() -> sync.awaitInStep(BOUND))
                    .isInstanceOf(SyncException.class)
                    .hasMessageMatching("(?s).*The full copy from 127.0.0.1:\\d+ was given up: .*spool.*");
        }
    }

    @Test
    void aSpoolThatIsFullIsWaitedFor() throws InterruptedException {
        try (Sync sync = start(2 << 20)) {
            Copies.awaitInStep(sync, BOUND);
            LocalServer server = target.primary();
            server.pause();
            fill(10_000, "a");
            awaitTrouble(
                    sync,
                    "Nothing is received from 127.0.0.1:" + source.primary().port() + ": ");
            server.resume();
            Copies.awaitInStep(sync, BOUND);
            SyncIT.assertEqual(source, target);
        }
    }

    private static void awaitTrouble(Sync sync, String text) {
        Awaitility.await()
                .atMost(BOUND)
                .untilAsserted(() ->
                        assertThat(sync.progress().lanes().get(0).trouble()).contains(text));
    }

    /** A process that may not make its files longer gets the same error as one whose disk takes no more. */
    @Test
    void aDiskThatIsFullIsWaitedFor() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/prlimit")), "prlimit is not here");
        Process copying = Copying.start(source.uri(), target.uri(), folder, ProcessBuilder.Redirect.PIPE);
        try {
            ConcurrentLinkedQueue<String> told = lines(copying);
            awaitLine(told, "LIVE");
            limitFiles(copying, "1");
            fill(1_000, "a");
            awaitLine(told, "the spool cannot be written");
            limitFiles(copying, "unlimited");
            SyncIT.assertEqual(source, target);
            assertThat(copying.isAlive()).isTrue();
        } finally {
            copying.destroyForcibly().waitFor();
        }
    }

    private static ConcurrentLinkedQueue<String> lines(Process process) {
        ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();
        Thread reading = new Thread(() -> {
            try (BufferedReader reader = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
                reader.lines().forEach(lines::add);
            } catch (IOException e) {
                lines.add(e.toString());
            }
        });
        reading.setDaemon(true);
        reading.start();
        return lines;
    }

    private static void awaitLine(ConcurrentLinkedQueue<String> lines, String text) {
        Awaitility.await().atMost(BOUND).untilAsserted(() -> assertThat(lines).anyMatch(line -> line.contains(text)));
    }

    private static void limitFiles(Process process, String bytes) throws IOException, InterruptedException {
        int ended = new ProcessBuilder(
                        "/usr/bin/prlimit", "--pid", Long.toString(process.pid()), "--fsize=" + bytes + ":")
                .inheritIO()
                .start()
                .waitFor();
        assertThat(ended).isZero();
    }

    /** The first bytes of a snapshot are carried over, a process dies, and what is left of the snapshot is damaged. */
    @Test
    @EnabledIfSystemProperty(named = "lockstep.sync.faults", matches = "all")
    void aDamagedSnapshotIsAskedForAnew() throws IOException, InterruptedException {
        fill(30_000, "a");
        target.primary().command("CONFIG", "SET", "maxmemory", "5mb"); // so that it stays in the full copy
        try (Sync sync = start(1 << 30)) {
            awaitTrouble(sync, "OOM");
            Awaitility.await()
                    .atMost(BOUND)
                    .until(() -> sync.progress().lanes().get(0).snapshotTotal() > 0);
        }
        Path snapshot = onlyFile("snapshot.rdb");
        flip(snapshot, Files.size(snapshot) / 2);
        target.primary().command("CONFIG", "SET", "maxmemory", "0");
        fill(100, "b");
        String copies = Copies.fullCopies(List.of(source.primary()));
        try (Sync sync = start(1 << 30)) {
            Copies.awaitInStep(sync, BOUND);
            SyncIT.assertEqual(source, target);
        }
        assertThat(Copies.fullCopies(List.of(source.primary()))).isNotEqualTo(copies);
    }

    @Test
    @EnabledIfSystemProperty(named = "lockstep.sync.faults", matches = "all")
    void aDamagedStreamIsNotApplied() throws IOException, InterruptedException {
        try (Sync sync = start(8 << 20)) {
            Copies.awaitInStep(sync, BOUND);
            target.primary().command("CONFIG", "SET", "maxmemory", "1mb");
            fill(10_000, "a");
            awaitTrouble(sync, "OOM");
        }
        Path first = files().filter(file -> file.getFileName().toString().contains("stream"))
                .sorted()
                .findFirst()
                .orElseThrow();
        flip(first, Files.size(first) - 100);
        target.primary().command("CONFIG", "SET", "maxmemory", "0");
        try (Sync sync = start(8 << 20)) {
            assertThatThrownBy(() -> sync.awaitInStep(BOUND))
                    .isInstanceOf(SyncException.class)
                    .hasMessageContaining("remove its folder, and start again");
        }
        Spool.remove(folder.resolve("spool"));
        try (Sync sync = start(8 << 20)) {
            Copies.awaitInStep(sync, BOUND);
            SyncIT.assertEqual(source, target);
        }
    }

    private Stream<Path> files() throws IOException {
        return Files.walk(folder.resolve("spool")).filter(Files::isRegularFile);
    }

    private Path onlyFile(String name) throws IOException {
        try (Stream<Path> all = files()) {
            return all.filter(file -> file.endsWith(name)).findFirst().orElseThrow();
        }
    }

    private static void flip(Path file, long at) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, at);
            one.put(0, (byte) (one.get(0) ^ 4)).flip();
            channel.write(one, at);
        }
    }
}
