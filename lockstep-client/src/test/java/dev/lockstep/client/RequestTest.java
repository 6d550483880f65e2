package dev.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RequestTest {

    private static Command<String, String, String> command(CommandType type, CommandArgs<String, String> args) {
        return new Command<>(type, new StatusOutput<>(StringCodec.UTF8), args);
    }

    private static CommandArgs<String, String> args() {
        return new CommandArgs<>(StringCodec.UTF8);
    }

    private static String wire(Request request) {
        ByteBuf buffer = Unpooled.buffer();
        request.writeTo(buffer);
        return buffer.toString(StandardCharsets.UTF_8);
    }

    @Test
    void writesTheSameBytesEachTime() {
        Request request = Request.of(command(CommandType.SET, args().addKey("k").addValue("välue")));
        assertThat(wire(request)).isEqualTo("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$6\r\nvälue\r\n");
        assertThat(wire(request)).isEqualTo(wire(request));
        assertThat(request.length()).isEqualTo(wire(request).getBytes(StandardCharsets.UTF_8).length);
    }

    @Test
    void takesValuesOfAnySize() {
        String large = "x".repeat(5_000_000);
        Request request = Request.of(command(CommandType.SET, args().addKey("k").addValue(large)));
        assertThat(wire(request)).endsWith("$5000000\r\n" + large + "\r\n");
    }

    @Test
    void hashesTheKeyAloneWhateverTheCommand() {
        String key = "a key with 12 letters, and more than ten";
        int hash = key.hashCode(); // the same polynomial, as long as it is ASCII
        assertThat(Request.of(command(CommandType.GET, args().addKey(key))).keyHash())
                .isEqualTo(hash);
        assertThat(Request.of(command(CommandType.SET, args().addKey(key).addValue("v")))
                        .keyHash())
                .isEqualTo(hash);
        assertThat(Request.of(command(CommandType.GET, args().add(key))).keyHash())
                .isEqualTo(hash);
        assertThat(Request.of(command(CommandType.GET, args().addKey(""))).keyHash())
                .isZero();
        assertThat(Request.of(command(CommandType.PING, args())).keyHash()).isZero();
    }

    @Test
    void knowsTheSlotsOfItsKeys() {
        Request request = Request.of(command(
                CommandType.MGET, args().addKey("{user1}:cart").addKey("a").addKey("välue")));
        assertThat(request.firstSlot()).isEqualTo(SlotHash.getSlot("user1"));
        assertThat(request.arguments().stream().map(Request::slot))
                .containsExactly(SlotHash.getSlot("user1"), SlotHash.getSlot("a"), SlotHash.getSlot("välue"));
        assertThat(request.texts()).hasSize(3).contains("{user1}:cart", "a");
        assertThat(Request.of(command(CommandType.PING, args())).firstSlot()).isEqualTo(-1);
        assertThat(wire(Request.of(CommandType.MGET, request.arguments()))).isEqualTo(wire(request));
    }

    @Test
    void whatCannotBeEncodedWasNotSent() {
        StringCodec broken = new StringCodec() {
            @Override
            public void encodeValue(String value, ByteBuf target) {
                throw new IllegalStateException("no");
            }
        };
        var command =
                command(CommandType.SET, new CommandArgs<>(broken).addKey("k").addValue("secret"));
        assertThatThrownBy(() -> Request.of(command))
                .isInstanceOf(NotSentException.class)
                .hasMessageStartingWith("SET was not sent: its arguments cannot be encoded")
                .hasMessageNotContaining("secret");
    }
}
