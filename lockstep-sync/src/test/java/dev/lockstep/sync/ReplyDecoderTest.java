package dev.lockstep.sync;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That replies come out as they were sent, however they are cut, and that nothing else comes out. */
class ReplyDecoderTest {

    private static final String ALL =
            "+OK\r\n+QUEUED\r\n+PONG\r\n-ERR no\r\n:12\r\n:-7\r\n:9000000000\r\n$-1\r\n$0\r\n\r\n"
                    + "$5\r\na\r\nb\n\r\n*-1\r\n*0\r\n*3\r\n+OK\r\n*2\r\n:1\r\n$1\r\nx\r\n-WRONGTYPE x\r\n+END\r\n";

    private static String text(Reply reply) {
        if (reply instanceof Reply.Bulk bulk) {
            return "$" + new String(bulk.bytes(), UTF_8);
        }
        if (reply instanceof Reply.Many many) {
            return many.elements().stream().map(ReplyDecoderTest::text).toList().toString();
        }
        return reply.toString();
    }

    private static List<String> decode(ReplyDecoder decoder, ByteBuf bytes) {
        List<String> replies = new ArrayList<>();
        for (Reply reply = decoder.next(bytes); reply != null; reply = decoder.next(bytes)) {
            replies.add(text(reply));
        }
        assertThat(bytes.isReadable()).isFalse();
        return replies;
    }

    @Test
    void whatAServerRepeatsOfACommandIsNotPassedOn() {
        String told = "-ERR unknown command 'HSETEX', with args beginning with: 'h' 'secret' \r\n";
        assertThat(decode(new ReplyDecoder(100), Unpooled.copiedBuffer(told, UTF_8)))
                .containsExactly("Failure[text=ERR unknown command 'HSETEX']");
    }

    @Test
    void everyReplyComesOutWhereverItIsCut() {
        byte[] all = ALL.getBytes(UTF_8);
        List<String> expected = List.of(
                "Status[text=OK]",
                "Status[text=QUEUED]",
                "Status[text=PONG]",
                "Failure[text=ERR no]",
                "Count[value=12]",
                "Count[value=-7]",
                "Count[value=9000000000]",
                "Nil[]",
                "$",
                "$a\r\nb\n",
                "Nil[]",
                "[]",
                "[Status[text=OK], [Count[value=1], $x], Failure[text=WRONGTYPE x]]",
                "Status[text=END]");
        for (int cut = 0; cut <= all.length; cut++) {
            ReplyDecoder decoder = new ReplyDecoder(100);
            List<String> replies = new ArrayList<>(decode(decoder, Unpooled.wrappedBuffer(all, 0, cut)));
            replies.addAll(decode(decoder, Unpooled.wrappedBuffer(all, cut, all.length - cut)));
            assertThat(replies).as("cut at %s", cut).isEqualTo(expected);
        }
        ReplyDecoder decoder = new ReplyDecoder(100);
        List<String> replies = new ArrayList<>();
        for (byte each : all) {
            replies.addAll(decode(decoder, Unpooled.wrappedBuffer(new byte[] {each})));
        }
        assertThat(replies).isEqualTo(expected);
    }

    @Test
    void whatComesOftenIsMadeOnce() {
        ReplyDecoder decoder = new ReplyDecoder(100);
        ByteBuf bytes = Unpooled.copiedBuffer("+OK\r\n+QUEUED\r\n$-1\r\n:7\r\n:7\r\n", UTF_8);
        assertThat(decoder.next(bytes)).isSameAs(Reply.OK);
        assertThat(decoder.next(bytes)).isSameAs(Reply.QUEUED);
        assertThat(decoder.next(bytes)).isSameAs(Reply.NIL);
        assertThat(decoder.next(bytes)).isSameAs(decoder.next(bytes));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 400\r\n",
                "$101\r\n",
                "$-2\r\n",
                "$1x\r\n",
                ":\r\n",
                ":1 \r\n",
                "*-5\r\n",
                "*99999999999\r\n",
                "+OK\n",
                "\r\n",
                "$1\r\nabc\r\n",
                "$99999999999999999999\r\n"
            })
    void whatIsNoReplyIsRefused(String text) {
        assertThatThrownBy(() -> decode(new ReplyDecoder(100), Unpooled.copiedBuffer(text, UTF_8)))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("Expected a reply of a Redis server");
    }

    @Test
    void announcementsAloneCostNoMemory() {
        ReplyDecoder decoder = new ReplyDecoder(Integer.MAX_VALUE - 8);
        for (int i = 0; i < 30; i++) {
            assertThat(decoder.next(Unpooled.copiedBuffer("*2147483647\r\n", UTF_8)))
                    .isNull();
        }
        assertThat(decoder.next(Unpooled.copiedBuffer("$2147483639\r\nabc", UTF_8)))
                .isNull();
    }

    @Test
    void arraysWithoutEndAreRefused() {
        String nested = String.join("", Collections.nCopies(33, "*1\r\n"));
        assertThatThrownBy(() -> new ReplyDecoder(100).next(Unpooled.copiedBuffer(nested, UTF_8)))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("deep");
    }

    @Test
    void noiseGivesRepliesOrARefusal() {
        byte[] all = ALL.getBytes(UTF_8);
        Random random = new Random(5);
        for (int i = 0; i < 10_000; i++) {
            byte[] noise = all.clone();
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                noise[random.nextInt(noise.length)] =
                        (byte) (random.nextBoolean() ? random.nextInt() : "+-:$*019\r\n".charAt(random.nextInt(10)));
            }
            ReplyDecoder decoder = new ReplyDecoder(100);
            try {
                for (int at = 0; at < noise.length; ) {
                    int count = Math.min(noise.length - at, 1 + random.nextInt(20));
                    decode(decoder, Unpooled.wrappedBuffer(noise, at, count));
                    at += count;
                }
            } catch (SyncException e) {
                assertThat(e).hasMessageContaining("Expected a reply");
            }
        }
    }
}
