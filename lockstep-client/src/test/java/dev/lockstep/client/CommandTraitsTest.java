package dev.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.RedisCommand;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandTraitsTest {

    @ParameterizedTest
    @CsvSource({
        "SET k v, true",
        "SET k v EX 10, true",
        "SET k v PXAT 10, true",
        "SET k v NX, false",
        "SET k v EX 10 NX, false",
        "SET k v GET, false",
        "SET k v KEEPTTL, false",
        "GET k, true",
        "MSET a 1 b 2, true",
        "INCR k, false",
        "DEL k, false",
        "SADD k v, false",
        "HSET k f v, false",
        "LPUSH k v, false",
        "LSET k 0 v, false",
        "EXPIRE k 10, false",
        "EVAL script 0, false",
        "PUBLISH channel message, false",
        "SOMETHING unknown, false"
    })
    void onlyWhatGivesTheSameStateAndTheSameReplyIsRepeated(String line, boolean repeatable) {
        RedisCommand<?, ?, ?> command = command(line);
        assertThat(CommandTraits.of(command).isRepeatable(Request.of(command))).isEqualTo(repeatable);
    }

    @ParameterizedTest
    @CsvSource({
        "BLPOP k 0, true",
        "XREAD COUNT 1 BLOCK 10 STREAMS s 0, true",
        "XREAD COUNT 1 STREAMS block 0, false",
        "XREADGROUP GROUP g c BLOCK 0 STREAMS s 0, true",
        "XREADGROUP GROUP g c STREAMS s 0, false",
        "GET block, false"
    })
    void whatWaitsInTheServerIsRecognised(String line, boolean blocks) {
        RedisCommand<?, ?, ?> command = command(line);
        assertThat(CommandTraits.of(command).blocks(Request.of(command))).isEqualTo(blocks);
    }

    @ParameterizedTest
    @CsvSource({
        "CLIENT REPLY OFF, true",
        "CLIENT TRACKING ON, true",
        "CLIENT LIST, false",
        "CLIENT KILL ID 3, false",
        "SELECT 1, true",
        "GET k, false"
    })
    void whatWouldChangeASharedConnectionIsRefused(String line, boolean refused) {
        assertThat(CommandTraits.of(command(line)).refusal() != null).isEqualTo(refused);
    }

    @Test
    void aReplicaIsAskedOnlyWhatChangesNothing() {
        assertThat(CommandTraits.of(command("GET k")).access()).isEqualTo(CommandTraits.Access.READ);
        assertThat(CommandTraits.of(command("GETDEL k")).isRead()).isFalse();
        assertThat(CommandTraits.of(command("UNHEARD-OF k")).isRead()).isFalse();
        assertThat(CommandTraits.of(command("DBSIZE")).access()).isEqualTo(CommandTraits.Access.PRIMARY_READ);
    }

    private static RedisCommand<String, String, String> command(String line) {
        String[] words = line.split(" ");
        CommandArgs<String, String> args = new CommandArgs<>(StringCodec.UTF8);
        for (int i = 1; i < words.length; i++) {
            args.add(words[i]);
        }
        return new Command<>(keyword(words[0]), new StatusOutput<>(StringCodec.UTF8), args);
    }

    private static ProtocolKeyword keyword(String name) {
        for (CommandType type : CommandType.values()) {
            if (type.toString().equals(name)) {
                return type;
            }
        }
        return new ProtocolKeyword() {
            @Override
            public byte[] getBytes() {
                return name.getBytes(StandardCharsets.US_ASCII);
            }

            @Override
            public String toString() {
                return name;
            }
        };
    }
}
