package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That a stream comes back from its files as it was given, or not at all. */
class StreamLogTest {

    private static final long START = 5_000_000_000L;
    private static final int SEGMENT = 1000;

    @TempDir
    Path folder;

    private final byte[] bytes = new byte[200_000];
    private final SpoolSpace space = new SpoolSpace(1 << 20);

    @BeforeEach
    void fill() {
        new Random(1).nextBytes(bytes);
    }

    private void append(StreamLog log, int from, int count) throws IOException {
        log.append(Unpooled.wrappedBuffer(bytes, from, count));
    }

    private byte[] read(StreamLog log, long from, int piece) throws IOException, InterruptedException {
        byte[] all = new byte[(int) (log.end() - from)];
        for (int at = 0; at < all.length; ) {
            ByteBuffer into = ByteBuffer.wrap(all, at, Math.min(piece, all.length - at));
            int count = log.read(from + at, into, 0);
            assertThat(count).isPositive();
            at += count;
        }
        return all;
    }

    private byte[] expected(long from, long to) {
        return Arrays.copyOfRange(bytes, (int) (from - START), (int) (to - START));
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.sorted().toList();
        }
    }

    private static long sizes(List<Path> files) throws IOException {
        long sum = 0;
        for (Path file : files) {
            sum += Files.size(file);
        }
        return sum;
    }

    @Test
    void whatIsAppendedIsReadFromAnywhere() throws Exception {
        StreamLog log = StreamLog.begin(folder, START, SEGMENT, space);
        Random random = new Random(2);
        int at = 0;
        while (at < bytes.length) {
            int count = Math.min(bytes.length - at, random.nextInt(10) == 0 ? 70_000 : 1 + random.nextInt(300));
            append(log, at, count);
            at += count;
            assertThat(log.end()).isEqualTo(START + at);
            long from = log.start() + random.nextInt((int) (log.end() - log.start()));
            ByteBuffer some = ByteBuffer.allocate(1 + random.nextInt(500));
            int read = log.read(from, some, 0);
            assertThat(Arrays.copyOf(some.array(), read)).isEqualTo(expected(from, from + read));
        }
        assertThat(files().size()).isGreaterThan(5);
        assertThat(read(log, START, 777)).isEqualTo(bytes);
        assertThat(read(log, START + 12_345, 100_000)).isEqualTo(expected(START + 12_345, log.end()));
        assertThat(space.used()).isEqualTo(sizes(files()));
        log.delete();
        assertThat(files()).isEmpty();
        assertThat(space.used()).isZero();
    }

    @Test
    void aReaderWaitsForWhatHasNotArrived() throws Exception {
        StreamLog log = StreamLog.begin(folder, START, SEGMENT, space);
        assertThat(log.read(START, ByteBuffer.allocate(10), 0)).isZero();
        assertThat(log.read(START, ByteBuffer.allocate(10), 1_000_000)).isZero();
        AtomicReference<Object> result = new AtomicReference<>();
        CountDownLatch done = new CountDownLatch(1);
        Thread reader = new Thread(() -> {
            try {
                result.set(log.read(START, ByteBuffer.allocate(10), TimeUnit.SECONDS.toNanos(30)));
            } catch (IOException | InterruptedException e) {
                result.set(e);
            }
            done.countDown();
        });
        reader.start();
        append(log, 0, 7);
        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(result.get()).isEqualTo(7);
        log.close();
        assertThatThrownBy(() -> log.read(START + 7, ByteBuffer.allocate(10), 1))
                .hasMessageContaining("closed");
    }

    @Test
    void anInterruptedReaderDisturbsNobody() throws Exception {
        StreamLog log = StreamLog.begin(folder, START, SEGMENT, space);
        append(log, 0, 5000);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> log.read(START, ByteBuffer.allocate(10), 0)).isInstanceOf(InterruptedException.class);
        append(log, 5000, 5000);
        assertThat(read(log, START, 100)).isEqualTo(expected(START, START + 10_000));
    }

    @Test
    void whatIsReleasedIsGoneFileByFile() throws Exception {
        StreamLog log = StreamLog.begin(folder, START, SEGMENT, space);
        for (int i = 0; i < 100; i++) {
            append(log, 100 * i, 100);
        }
        log.release(START + 5_050);
        long start = log.start();
        assertThat(start).isGreaterThan(START + 4_000).isLessThanOrEqualTo(START + 5_050);
        assertThat(space.used()).isEqualTo(sizes(files()));
        assertThat(read(log, start, 1000)).isEqualTo(expected(start, START + 10_000));
        assertThatThrownBy(() -> log.read(start - 1, ByteBuffer.allocate(1), 0))
                .hasMessageContaining("kept from offset " + start);
        assertThatThrownBy(() -> log.read(log.end() + 1, ByteBuffer.allocate(1), 0))
                .hasMessageContaining("known up to offset");
        log.release(Long.MAX_VALUE);
        assertThat(files()).hasSize(1);
        append(log, 10_000, 100);
        assertThat(read(log, log.end() - 100, 1000)).isEqualTo(expected(START + 10_000, START + 10_100));
        log.close();
        assertThat(StreamLog.reopen(folder, SEGMENT, space).start()).isEqualTo(log.start());
    }

    @Test
    void aTornTailIsCutOffWhereverItIsTorn() throws Exception {
        StreamLog log = StreamLog.begin(folder, START, 1 << 20, space);
        append(log, 0, 300);
        append(log, 300, 50);
        append(log, 350, 1);
        log.close();
        byte[] whole = Files.readAllBytes(files().get(0));
        for (int length = 0; length <= whole.length; length++) {
            Files.write(files().get(0), Arrays.copyOf(whole, length));
            int sound = length < 308 ? 0 : length < 366 ? 300 : length < 375 ? 350 : 351;
            boolean torn = length != 0 && length != 308 && length != 366 && length != 375;
            SpoolSpace used = new SpoolSpace(1 << 20);
            StreamLog again = StreamLog.reopen(folder, 1 << 20, used);
            assertThat(again.end()).as("%s bytes", length).isEqualTo(START + sound);
            assertThat(again.findings()).as("%s bytes", length).hasSize(torn ? 1 : 0);
            assertThat(read(again, START, 64)).isEqualTo(expected(START, START + sound));
            assertThat(used.used()).isEqualTo(Files.size(files().get(0)));
            append(again, sound, 500);
            assertThat(read(again, START, 1000)).isEqualTo(expected(START, START + sound + 500));
            again.close();
        }
    }

    @Test
    void aFlippedBitInTheLastFileIsFoundWhenItIsOpened() throws Exception {
        StreamLog log = StreamLog.begin(folder, START, 1 << 20, space);
        append(log, 0, 300);
        append(log, 300, 200);
        log.close();
        byte[] whole = Files.readAllBytes(files().get(0));
        for (int at = 0; at < whole.length; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= (byte) (1 << at % 8);
            Files.write(files().get(0), damaged);
            StreamLog again = StreamLog.reopen(folder, 1 << 20, new SpoolSpace(1 << 20));
            int sound = at < 308 ? 0 : 300;
            assertThat(again.end()).as("byte %s", at).isEqualTo(START + sound);
            assertThat(again.findings()).hasSize(1).first().asString().contains("offset " + (START + sound));
            again.close();
        }
    }

    @Test
    void aFlippedBitInAnEarlierFileIsFoundWhenItIsRead() throws Exception {
        StreamLog log = StreamLog.begin(folder, START, SEGMENT, space);
        for (int i = 0; i < 50; i++) {
            append(log, 100 * i, 100);
        }
        log.close();
        Path second = files().get(1);
        try (FileChannel channel = FileChannel.open(second, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {(byte) ~Files.readAllBytes(second)[600]}), 600);
        }
        StreamLog again = StreamLog.reopen(folder, SEGMENT, new SpoolSpace(1 << 20));
        assertThat(again.findings()).isEmpty();
        assertThat(again.end()).isEqualTo(START + 5000);
        assertThatThrownBy(() -> read(again, START, 1000))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("damaged at offset")
                .hasMessageContaining("checksum");
        assertThat(read(again, StreamSegment.startOf(files().get(2)), 1000)).isNotEmpty(); // it can go on behind it
    }

    @Test
    void aMissingFileIsAGapNobodyReadsOver() throws Exception {
        StreamLog log = StreamLog.begin(folder, START, SEGMENT, space);
        for (int i = 0; i < 50; i++) {
            append(log, 100 * i, 100);
        }
        log.close();
        Files.delete(files().get(2));
        StreamLog again = StreamLog.reopen(folder, SEGMENT, new SpoolSpace(1 << 20));
        assertThatThrownBy(() -> read(again, START, 1000))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is damaged at offset");
    }

    @Test
    void withoutRoomNothingIsTakenAndNothingIsLost() throws Exception {
        SpoolSpace small = new SpoolSpace(10_000);
        StreamLog log = StreamLog.begin(folder, START, SEGMENT, small);
        int at = 0;
        while (small.used() + 508 <= 10_000) {
            append(log, at, 500);
            at += 500;
        }
        int taken = at;
        assertThatThrownBy(() -> append(log, taken, 500))
                .isInstanceOf(SpoolFullException.class)
                .hasMessageContaining("10000");
        assertThat(log.end()).isEqualTo(START + taken);
        log.release(START + 3000);
        append(log, taken, 500);
        assertThat(read(log, log.start(), 10_000)).isEqualTo(expected(log.start(), START + taken + 500));
    }

    /** After every step of a life, what is found is exactly what had been taken. */
    @Test
    void reopenedAfterEveryStep() throws Exception {
        Random random = new Random(7);
        StreamLog log = StreamLog.begin(folder, START, SEGMENT, space);
        int at = 0;
        long released = START;
        for (int step = 0; step < 400; step++) {
            if (random.nextInt(4) == 0) {
                released = log.start() + random.nextInt((int) (log.end() - log.start()) + 1);
                log.release(released);
            } else {
                int count = 1 + random.nextInt(400);
                append(log, at, count);
                at += count;
            }
            if (random.nextInt(3) == 0) {
                log.close();
                log = StreamLog.reopen(folder, SEGMENT, new SpoolSpace(1 << 20));
            } else { // as after the death of the process: nobody closed it
                StreamLog found = StreamLog.reopen(folder, SEGMENT, new SpoolSpace(1 << 20));
                assertThat(found.end()).isEqualTo(log.end());
                found.close();
            }
            assertThat(log.findings()).isEmpty();
            assertThat(log.end()).isEqualTo(START + at);
            assertThat(log.start()).isLessThanOrEqualTo(released);
            assertThat(read(log, log.start(), 333)).isEqualTo(expected(log.start(), START + at));
        }
    }
}
