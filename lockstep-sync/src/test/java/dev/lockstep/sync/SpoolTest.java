package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a spool holds, what it finds of that when it is opened again, and who may have it. */
class SpoolTest {

    private static final String OLD = "a".repeat(40);
    private static final String NEW = "b".repeat(40);
    private static final SpoolLimits LIMITS = new SpoolLimits(100_000, 1000);

    @TempDir
    Path folder;

    private static void append(Generation generation, String text) throws IOException {
        generation.append(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
    }

    private static SnapshotFile snapshot(Generation generation) {
        SnapshotFile snapshot = generation.snapshot();
        assertThat(snapshot).isNotNull();
        return snapshot;
    }

    private static Generation copy(Spool spool, String history, String content) throws IOException {
        Generation generation = spool.beginCopy(history, 100);
        snapshot(generation).append(Unpooled.copiedBuffer(content, StandardCharsets.US_ASCII));
        generation.snapshotComplete();
        return generation;
    }

    private static String read(SnapshotFile snapshot) throws Exception {
        StringBuilder text = new StringBuilder();
        ByteBuffer some = ByteBuffer.allocate(3);
        while (snapshot.read(text.length(), some) >= 0) {
            text.append(new String(some.array(), 0, some.position(), StandardCharsets.US_ASCII));
            some.clear();
        }
        return text.toString();
    }

    private static String stream(Generation generation) throws Exception {
        ByteBuffer some = ByteBuffer.allocate(1000);
        int count = generation.stream().read(generation.start(), some, 0);
        return new String(some.array(), 0, count, StandardCharsets.US_ASCII);
    }

    private static Generation current(Spool spool) {
        Generation current = spool.current();
        assertThat(current).as("current one; findings %s", spool.findings()).isNotNull();
        return current;
    }

    @Test
    void aCopyIsFoundAgainAsItWas() throws Exception {
        try (Spool spool = Spool.open(folder, LIMITS)) {
            assertThat(spool.current()).isNull();
            Generation generation = copy(spool, OLD, "REDIS0011");
            append(generation, "stream");
            assertThat(spool.used()).isEqualTo(9 + 8 + 6);
        }
        try (Spool spool = Spool.open(folder, LIMITS)) {
            Generation found = current(spool);
            assertThat(spool.findings()).isEmpty();
            assertThat(found.canContinue()).isTrue();
            assertThat(found.origin()).isEqualTo(new StreamStart(OLD, 100, 0));
            assertThat(found.end()).isEqualTo(106);
            assertThat(read(snapshot(found))).isEqualTo("REDIS0011");
            assertThat(stream(found)).isEqualTo("stream");
            assertThat(spool.used()).isEqualTo(9 + 8 + 6);
            found.releaseSnapshot();
            assertThat(found.snapshot()).isNull();
            assertThat(spool.used()).isEqualTo(8 + 6);
        }
        try (Spool spool = Spool.open(folder, LIMITS)) {
            assertThat(current(spool).snapshot()).isNull();
            assertThat(current(spool).canContinue()).isTrue();
            assertThat(stream(current(spool))).isEqualTo("stream");
        }
    }

    @Test
    void aSnapshotIsReadWhileItArrives() throws Exception {
        try (Spool spool = Spool.open(folder, LIMITS)) {
            Generation generation = spool.beginCopy(OLD, 100);
            SnapshotFile arriving = snapshot(generation);
            arriving.append(Unpooled.copiedBuffer("abc", StandardCharsets.US_ASCII));
            ByteBuffer some = ByteBuffer.allocate(10);
            assertThat(arriving.read(1, some)).isEqualTo(2);
            assertThat(arriving.length()).isEqualTo(-1);
            assertThat(generation.canContinue()).isFalse();
            arriving.expect(5);
            assertThat(arriving.length()).isEqualTo(5);
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> arriving.read(0, some)).isInstanceOf(InterruptedException.class);
            arriving.append(Unpooled.copiedBuffer("de", StandardCharsets.US_ASCII));
            generation.snapshotComplete();
            assertThat(read(arriving)).isEqualTo("abcde");
            assertThat(generation.canContinue()).isTrue();
            generation.discard("of the test");
            assertThatThrownBy(() -> arriving.read(0, ByteBuffer.allocate(1))).hasMessageContaining("of the test");
        }
    }

    @Test
    void aSnapshotThatDidNotArriveIsGivenUp() throws Exception {
        try (Spool spool = Spool.open(folder, LIMITS)) {
            append(copy(spool, OLD, "whole"), "stream");
        }
        try (Spool spool = Spool.open(folder, LIMITS)) {
            Generation before = current(spool);
            Generation partial = spool.beginCopy(NEW, 500);
            snapshot(partial).append(Unpooled.copiedBuffer("par", StandardCharsets.US_ASCII));
            assertThat(stream(before)).as("what was before is readable").isEqualTo("stream");
            assertThat(read(snapshot(before))).isEqualTo("whole");
        }
        try (Spool spool = Spool.open(folder, LIMITS)) {
            assertThat(current(spool).history()).isEqualTo(OLD);
            assertThat(spool.findings())
                    .singleElement()
                    .asString()
                    .contains("generation-000002")
                    .contains("had not arrived");
            assertThat(spool.used()).isEqualTo(5 + 8 + 6);
            assertThat(copy(spool, NEW, "new").origin().history()).isEqualTo(NEW);
        }
        try (Spool spool = Spool.open(folder, LIMITS)) {
            assertThat(current(spool).history()).isEqualTo(NEW);
            assertThat(spool.used()).isEqualTo(3);
        }
    }

    @Test
    void aSuccessorDiscardsOnlyWhatIsOfNoUse() throws Exception {
        try (Spool spool = Spool.open(folder, LIMITS)) {
            Generation partial = spool.beginCopy(OLD, 1);
            Generation whole = copy(spool, OLD, "whole");
            assertThatThrownBy(() -> snapshot(partial).read(0, ByteBuffer.allocate(1)))
                    .hasMessageContaining("not to be had");
            Generation next = copy(spool, NEW, "next");
            assertThat(read(snapshot(whole))).isEqualTo("whole");
            assertThat(spool.current()).isSameAs(next);
            whole.discard("the target has it");
            await().atMost(10, TimeUnit.SECONDS).until(() -> spool.used() == 4);
            assertThat(folder.resolve("generation-000002")).doesNotExist();
        }
    }

    @Test
    void theStreamPassesThroughHistories() throws Exception {
        try (Spool spool = Spool.open(folder, LIMITS)) {
            Generation generation = spool.beginStream(new StreamStart(OLD, 100, 3));
            assertThat(generation.snapshot()).isNull();
            append(generation, "1234567890");
            generation.continuedAs(NEW);
            generation.continuedAs(NEW);
            append(generation, "12345");
        }
        try (Spool spool = Spool.open(folder, LIMITS)) {
            Generation found = current(spool);
            assertThat(found.origin().database()).isEqualTo(3);
            assertThat(found.history()).isEqualTo(NEW);
            assertThat(found.contains(OLD, 99)).isFalse();
            assertThat(found.contains(OLD, 100)).isTrue();
            assertThat(found.contains(OLD, 110)).isTrue();
            assertThat(found.contains(OLD, 111)).isFalse();
            assertThat(found.contains(NEW, 109)).isFalse();
            assertThat(found.contains(NEW, 110)).isTrue();
            assertThat(found.contains(NEW, 115)).isTrue();
            assertThat(found.contains(NEW, 116)).isFalse();
            assertThat(found.contains("c".repeat(40), 110)).isFalse();
        }
    }

    @Test
    void aDamagedRecordIsNotBelieved() throws Exception {
        try (Spool spool = Spool.open(folder, LIMITS)) {
            spool.beginStream(new StreamStart(OLD, 100, 3));
        }
        Path record = folder.resolve("generation-000001").resolve("record");
        byte[] sound = Files.readAllBytes(record);
        for (int at = 0; at < sound.length; at++) {
            byte[] damaged = sound.clone();
            damaged[at] ^= 1;
            Files.write(record, damaged);
            assertThatThrownBy(() -> SpoolRecord.read(record.getParent()))
                    .as("byte %s", at)
                    .isInstanceOf(IOException.class);
        }
        try (Spool spool = Spool.open(folder, LIMITS)) {
            assertThat(spool.current()).isNull();
            assertThat(spool.findings()).singleElement().asString().contains("damaged");
        }
    }

    @Test
    void allFilesShareTheLimit() throws Exception {
        try (Spool spool = Spool.open(folder, new SpoolLimits(100, 1000))) {
            Generation generation = spool.beginCopy(OLD, 100);
            assertThatThrownBy(() -> snapshot(generation).expect(101)).isInstanceOf(SpoolFullException.class);
            snapshot(generation).append(Unpooled.wrappedBuffer(new byte[60]));
            assertThatThrownBy(() -> snapshot(generation).append(Unpooled.wrappedBuffer(new byte[41])))
                    .isInstanceOf(SpoolFullException.class)
                    .hasMessageContaining("60 of at most 100");
            generation.snapshotComplete();
            append(generation, "x".repeat(24));
            assertThat(spool.used()).isEqualTo(92);
            assertThat(spool.hasRoom()).isFalse();
            assertThatThrownBy(() -> append(generation, "x".repeat(5))).isInstanceOf(SpoolFullException.class);
            generation.releaseSnapshot();
            assertThat(spool.hasRoom()).isTrue();
            append(generation, "x".repeat(5));
            assertThat(generation.end()).isEqualTo(129);
        }
    }

    @Test
    void onlyOneMayHaveIt() throws Exception {
        String pid = Long.toString(ProcessHandle.current().pid());
        try (Spool spool = Spool.open(folder, LIMITS)) {
            assertThat(spool.limit()).isEqualTo(100_000);
            assertThatThrownBy(() -> Spool.open(folder, LIMITS))
                    .isInstanceOf(SyncException.class)
                    .hasMessageContaining("in use by process " + pid);
            Process other = new ProcessBuilder(List.of(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            SpoolTest.class.getName(),
                            folder.toString()))
                    .redirectErrorStream(true)
                    .start();
            String said = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(other.waitFor()).isEqualTo(3);
            assertThat(said).contains("in use by process " + pid);
        }
        Spool.open(folder, LIMITS).close();
    }

    /** The second process of {@link #onlyOneMayHaveIt}. */
    public static void main(String[] arguments) {
        try (Spool spool = Spool.open(Path.of(arguments[0]), LIMITS)) {
            System.out.println("It got " + spool);
        } catch (SyncException e) {
            System.out.println(e.getMessage());
            System.exit(3);
        }
    }

    @Test
    void aFolderThatCannotBeUsed() throws Exception {
        Path file = folder.resolve("file");
        Files.writeString(file, "x");
        assertThatThrownBy(() -> Spool.open(file, LIMITS))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining(file.toString());
    }
}
