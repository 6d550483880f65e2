package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.topology.Deployment;
import dev.lockstep.topology.NodeAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a source makes of servers that refuse it, break off, or are none. */
class PsyncSourceTest {

    private static final String ID = "0123456789abcdef0123456789abcdef01234567";
    private static final String OTHER = "f".repeat(40);

    @TempDir
    Path folder;

    private static Received receive(Peer peer, Path folder) {
        return receive(peer::address, folder);
    }

    private static Received receive(Supplier<@Nullable NodeAddress> nodes, Path folder) {
        return new Received(Deployment.parse("redis://127.0.0.1"), nodes, folder, Received.LARGE);
    }

    private static String answer(String command, String toPsync) {
        if (command.startsWith("PSYNC")) {
            return toPsync;
        }
        if (command.startsWith("REPLCONF ACK")) {
            return "";
        }
        return command.equals("ROLE") ? "*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n" : "+OK\r\n";
    }

    private static String copy(String snapshot, String stream) {
        return "+FULLRESYNC " + ID + " 100\r\n$" + snapshot.length() + "\r\n" + snapshot + stream;
    }

    @Test
    void theHandshakeAsAServerExpectsIt() throws Exception {
        try (Peer peer = new Peer(command -> answer(command, copy("abc", "xy")));
                Received received = receive(peer, folder)) {
            received.awaitTold("arrived", 1);
            Received.until("an acknowledgement", () -> peer.heard.contains("REPLCONF ACK 0"));
            assertThat(peer.heard.subList(0, 6))
                    .containsExactly(
                            "CLIENT SETNAME received",
                            "PING",
                            "REPLCONF capa eof capa psync2",
                            "ROLE",
                            "PSYNC ? -1",
                            "REPLCONF ACK 0");
            Received.until("the stream", () -> received.current().end() == 102);
        }
    }

    @Test
    void whatIsBrokenOffIsTakenUpWhereItEnds() throws Exception {
        AtomicInteger times = new AtomicInteger();
        try (Peer peer = new Peer(command -> answer(
                        command,
                        command.equals("PSYNC ? -1")
                                ? copy("abc", "12345" + Peer.HANG_UP)
                                : command.equals("PSYNC " + ID + " 106")
                                        ? "+CONTINUE " + OTHER + "\r\n678" + Peer.HANG_UP
                                        : command.equals("PSYNC " + OTHER + " 109") && times.incrementAndGet() == 1
                                                ? "+CONTINUE\r\n9" + Peer.HANG_UP
                                                : "+CONTINUE\r\n"));
                Received received = receive(peer, folder)) {
            received.awaitTold("continued", 3);
            assertThat(peer.heard)
                    .contains("PSYNC " + ID + " 106", "PSYNC " + OTHER + " 109", "PSYNC " + OTHER + " 110");
            Generation generation = received.current();
            assertThat(generation.end()).isEqualTo(109);
            assertThat(generation.contains(ID, 105)).isTrue();
            assertThat(generation.contains(ID, 106)).isFalse();
            assertThat(received.copies).hasSize(1);
        }
    }

    @Test
    void aSnapshotThatBreaksOffIsBegunAgain() throws Exception {
        AtomicInteger times = new AtomicInteger();
        try (Peer peer = new Peer(command -> answer(
                        command,
                        times.get() < 3 && command.startsWith("PSYNC") && times.incrementAndGet() > 0
                                ? "+FULLRESYNC " + ID + " 100\r\n$30\r\nabc" + Peer.HANG_UP
                                : copy("abc", "")));
                Received received = receive(peer, folder)) {
            received.awaitTold("arrived", 1);
            assertThat(received.copies).hasSize(4);
            assertThat(received.times("disconnected")).isEqualTo(3);
            assertThat(peer.heard.stream().filter(command -> command.startsWith("PSYNC")))
                    .containsOnly("PSYNC ? -1");
            assertThat(Received.bytes(Received.snapshot(received.current()))).hasSize(3);
            Received.until("the parts are gone", () -> received.spool.used() == 3);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "NOMASTERLINK Can't SYNC while not connected with my master | without a connection to its primary",
                "LOADING Redis is loading the dataset in memory | loading its data",
                "NOAUTH Authentication required. | correct those of the URI",
                "NOPERM this user has no permissions to run the 'psync' command | +psync",
                "ERR unknown command 'PSYNC' | does not offer replication",
                "ERR something else | refuses: ERR something else"
            })
    void aRefusalIsExplainedAndTriedAgain(String refusal, String explanation) throws Exception {
        AtomicReference<String> answer = new AtomicReference<>("-" + refusal + "\r\n");
        try (Peer peer = new Peer(command -> answer(command, answer.get()));
                Received received = receive(peer, folder)) {
            received.awaitTold("refused", 2);
            assertThat(received.told.get(0)).contains(explanation).contains(refusal.strip());
            assertThat(received.source.state()).isInstanceOf(SourceState.Connecting.class);
            answer.set(copy("abc", ""));
            received.awaitTold("arrived", 1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 400 Bad Request\r\n",
                "+CONTINUE\r\n", // where nothing was to be continued
                "+FULLRESYNC x 1\r\n",
                "+FULLRESYNC " + ID + " 100\r\n$EOF:abc\r\n"
            })
    void whoIsNoServerIsNamedAndWritesNothing(String nonsense) throws Exception {
        AtomicReference<String> answer = new AtomicReference<>(nonsense);
        try (Peer peer = new Peer(command -> answer(command, answer.get()));
                Received received = receive(peer, folder)) {
            Received.until(
                    "it is told",
                    () -> received.told.stream()
                            .anyMatch(text -> text.contains("Expected the answer of a Redis or Valkey server")
                                    || text.contains("where nothing was to be continued")));
            answer.set(copy("abc", ""));
            received.awaitTold("arrived", 1);
            assertThat(received.current().end()).isEqualTo(100);
        }
    }

    @Test
    void whoMayNotAskForTheRoleIsTakenToReadFromAPrimary() throws Exception {
        try (Peer peer = new Peer(
                        command -> command.equals("ROLE") ? "-NOPERM no\r\n" : answer(command, copy("abc", "xy")));
                Received received = receive(peer, folder)) {
            received.awaitTold("arrived", 1);
            Received.until(
                    "acknowledgements",
                    () -> peer.heard.stream()
                                    .filter(command -> command.equals("REPLCONF ACK 0"))
                                    .count()
                            > 1);
        }
    }

    private static SourceSettings impatient() {
        return new SourceSettings(
                "received",
                false,
                Duration.ofMillis(50),
                Duration.ofMillis(400),
                Duration.ofMillis(10),
                Duration.ofMillis(100));
    }

    @Test
    void aSilentServerIsLeft() throws Exception {
        try (Peer peer = new Peer(command ->
                        answer(command, command.equals("PSYNC ? -1") ? copy("abc", "xy") : "+CONTINUE\r\n"));
                Received received = new Received(
                        Deployment.parse("redis://127.0.0.1"), peer::address, folder, Received.LARGE, impatient())) {
            received.awaitTold("continued", 2);
            assertThat(received.told)
                    .anyMatch(text -> text.startsWith("disconnected")
                            && text.contains(peer.address() + " has sent nothing for 400 ms"));
            assertThat(received.current().end()).isEqualTo(102);
        }
    }

    @Test
    void whatCannotBeWrittenIsNotLost() throws Exception {
        String text = "x".repeat(10_000);
        AtomicInteger sent = new AtomicInteger();
        try (Peer peer = new Peer(command -> {
                    if (command.equals("PSYNC ? -1")) {
                        return answer(command, copy("abc", ""));
                    }
                    return command.startsWith("REPLCONF ACK") && sent.incrementAndGet() <= 20
                            ? text
                            : answer(command, "+CONTINUE\r\n");
                });
                Received received = new Received(
                        Deployment.parse("redis://127.0.0.1"),
                        peer::address,
                        folder,
                        new SpoolLimits(1 << 20, 20_000),
                        impatient())) {
            received.awaitTold("arrived", 1);
            Received.awaitSnapshotOnDisk(folder);
            Path generation = folder.resolve("generation-000001");
            Path aside = folder.resolve("aside");
            Files.move(generation, aside); // no file can be made there any more
            received.awaitTold("waiting", 1);
            assertThat(received.told).anyMatch(told -> told.contains("the spool cannot be written"));
            long end = received.current().end();
            Files.move(aside, generation);
            Received.until("it goes on", () -> received.current().end() > end);
            assertThat(peer.heard).contains("PSYNC " + ID + " " + (end + 1));
            assertThat(received.copies).hasSize(1);
        }
    }

    @Test
    void itGoesOnWithTheNodeThatItIsGiven() throws Exception {
        AtomicReference<@Nullable NodeAddress> node = new AtomicReference<>();
        try (Peer first = new Peer(command -> answer(command, copy("abc", "xy")));
                Peer second = new Peer(command -> answer(command, "+CONTINUE\r\nz"));
                Received received = receive(node::get, folder)) {
            Received.until(
                    "it waits for a node",
                    () -> received.source.state().toString().contains("no node"));
            node.set(first.address());
            received.awaitTold("arrived", 1);
            node.set(second.address());
            received.source.reconnect("it is not a replica any more");
            received.awaitTold("continued", 1);
            assertThat(second.heard).contains("PSYNC " + ID + " 103");
            assertThat(received.told).anyMatch(text -> text.contains("it is not a replica any more"));
            received.source.close();
            assertThat(received.source.state()).isEqualTo(new SourceState.Stopped("it was closed"));
        }
    }

    /** However a server's answer is damaged: a copy, a continuation, or a connection that ends; never a broken spool. */
    @Test
    void damagedAnswersNeverDamageTheSpool() throws IOException {
        Random random = new Random(9);
        String sound = "+FULLRESYNC " + ID + " 100\r\n$EOF:" + "m".repeat(39) + "n\r\nREDIS" + "m".repeat(39) + "n*1";
        List<String> errors = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            StringBuilder damaged = new StringBuilder(sound);
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                int at = random.nextInt(damaged.length());
                damaged.setCharAt(at, (char) (damaged.charAt(at) ^ 1 << random.nextInt(8)));
            }
            AtomicInteger snapshot = new AtomicInteger();
            AtomicInteger ends = new AtomicInteger();
            try {
                new PsyncDecoder(new CountingIntake(snapshot, ends))
                        .feed(Unpooled.copiedBuffer(damaged, StandardCharsets.ISO_8859_1));
            } catch (SyncException e) {
                errors.add(String.valueOf(e.getMessage()));
            }
            assertThat(ends.get()).isLessThanOrEqualTo(1);
            assertThat(snapshot.get()).isLessThanOrEqualTo(sound.length());
        }
        assertThat(errors).hasSizeBetween(1000, 9999).allMatch(text -> text.startsWith("Expected the answer of"));
    }

    /** What counts bytes of a snapshot, and how often it ended. */
    private record CountingIntake(AtomicInteger snapshot, AtomicInteger ends) implements PsyncDecoder.Intake {
        @Override
        public void copyBegins(String history, long offset) {
            assertThat(history).hasSize(40);
            assertThat(offset).isNotNegative();
        }

        @Override
        public void snapshotBegins(long length) {
            assertThat(length).isGreaterThanOrEqualTo(-1);
        }

        @Override
        public void snapshot(ByteBuf bytes) {
            snapshot.addAndGet(bytes.readableBytes());
        }

        @Override
        public void snapshotEnds() {
            ends.incrementAndGet();
        }

        @Override
        public void continued(String history) {
            assertThat(history).isIn("", ID);
        }

        @Override
        public void stream(ByteBuf bytes) {
            assertThat(bytes.isReadable()).isTrue();
        }

        @Override
        public void refused(String answer) {
            assertThat(answer).isNotEmpty();
        }
    }
}
