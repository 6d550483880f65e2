package dev.lockstep.sync;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That the answer to PSYNC, the snapshot in either frame, and the stream are told apart to the byte. */
class PsyncDecoderTest {

    private static final String ID = "0123456789abcdef0123456789abcdef01234567";
    private static final String MARKER = "aabaabaabaaabaabaabaaabaabaabaaabaabaabc"; // it begins within itself

    /** What was understood, as text. */
    private static final class Told implements PsyncDecoder.Intake {
        final StringBuilder text = new StringBuilder();
        final StringBuilder snapshot = new StringBuilder();
        final StringBuilder stream = new StringBuilder();

        @Override
        public void copyBegins(String history, long offset) {
            text.append("copy ").append(history).append('@').append(offset);
        }

        @Override
        public void snapshotBegins(long length) {
            text.append(" of ").append(length);
        }

        @Override
        public void snapshot(ByteBuf bytes) {
            snapshot.append(bytes.toString(ISO_8859_1));
        }

        @Override
        public void snapshotEnds() {
            text.append(" ends");
        }

        @Override
        public void continued(String history) {
            text.append("continued ").append(history);
        }

        @Override
        public void stream(ByteBuf bytes) {
            stream.append(bytes.toString(ISO_8859_1));
        }

        @Override
        public void refused(String answer) {
            text.append("refused ").append(answer);
        }

        @Override
        public String toString() {
            return text + "|" + snapshot + "|" + stream;
        }
    }

    private static String told(String bytes, int... cuts) {
        Told told = new Told();
        PsyncDecoder decoder = new PsyncDecoder(told);
        int from = 0;
        try {
            for (int cut : cuts) {
                decoder.feed(Unpooled.copiedBuffer(bytes.substring(from, cut), ISO_8859_1));
                from = cut;
            }
            decoder.feed(Unpooled.copiedBuffer(bytes.substring(from), ISO_8859_1));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return told.toString();
    }

    private static void everywhere(String bytes, String expected) {
        int[] each = new int[bytes.length()];
        for (int cut = 0; cut <= bytes.length(); cut++) {
            assertThat(told(bytes, cut)).as("cut at %s", cut).isEqualTo(expected);
            if (cut > 0) {
                each[cut - 1] = cut;
            }
        }
        assertThat(told(bytes, each)).as("byte by byte").isEqualTo(expected);
    }

    @Test
    void aSnapshotOfKnownLength() {
        everywhere(
                "\n\n+FULLRESYNC " + ID + " 100\r\n\n\n$9\r\nREDIS\r\n\n!\nstream",
                "copy " + ID + "@100 of 9 ends|REDIS\r\n\n!|\nstream");
    }

    @Test
    void aSnapshotUpToAMarker() {
        String content = "REDIS" + MARKER.substring(0, 39) + "x" + MARKER.substring(0, 20) + "aabaab";
        everywhere(
                "+FULLRESYNC " + ID + " 0\r\n\n$EOF:" + MARKER + "\r\n" + content + MARKER + "*1\r\n$4\r\nPING\r\n",
                "copy " + ID + "@0 of -1 ends|" + content + "|*1\r\n$4\r\nPING\r\n");
    }

    @Test
    void noContentIsMistakenForTheMarker() {
        Random random = new Random(3);
        for (int i = 0; i < 10_000; i++) {
            StringBuilder content = new StringBuilder();
            while (content.length() < 120) {
                int from = random.nextInt(40);
                content.append(MARKER, from, from + random.nextInt(40 - from) + 1);
            }
            if ((content + MARKER).indexOf(MARKER) < content.length()) {
                continue;
            }
            String bytes = "+FULLRESYNC " + ID + " 0\r\n$EOF:" + MARKER + "\r\n" + content + MARKER + "abc";
            int one = 60 + random.nextInt(bytes.length() - 60);
            int two = one + random.nextInt(bytes.length() - one);
            assertThat(told(bytes, one, two)).isEqualTo("copy " + ID + "@0 of -1 ends|" + content + "|abc");
        }
    }

    @Test
    void aStreamThatGoesOn() {
        everywhere("\n+CONTINUE\r\nabc", "continued ||abc");
        everywhere("+CONTINUE " + ID + "\r\n\nabc", "continued " + ID + "||\nabc");
    }

    @Test
    void aRefusal() {
        everywhere("\n-NOMASTERLINK Can't SYNC\r\nrest", "refused NOMASTERLINK Can't SYNC||");
        everywhere("+FULLRESYNC " + ID + " 5\r\n-ERR fork\r\n", "copy " + ID + "@5refused ERR fork||");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "+FULLRESYNC\r\n",
                "+FULLRESYNC abc 5\r\n",
                "+FULLRESYNC " + ID + " -5\r\n",
                "+FULLRESYNC " + ID + " 9999999999999999999\r\n",
                "+CONTINUE x\r\n",
                "+OK\r\n",
                "$5\r\n",
                "HTTP/1.1 400 Bad Request\r\n",
                "+FULLRESYNC " + ID + " 5\r\n$-1\r\n",
                "+FULLRESYNC " + ID + " 5\r\n$0\r\nabc",
                "+FULLRESYNC " + ID + " 5\r\n$EOF:short\r\n",
                "+FULLRESYNC " + ID + " 5\r\n*1\r\n"
            })
    void whatNoServerSays(String bytes) {
        assertThatThrownBy(() -> told(bytes))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("Expected the answer of a Redis or Valkey server to PSYNC");
    }

    @Test
    void aLineWithoutEnd() {
        assertThatThrownBy(() -> told("+" + "x".repeat(2000)))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("without a line feed");
    }
}
