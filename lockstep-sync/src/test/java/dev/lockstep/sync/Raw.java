package dev.lockstep.sync;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.output.ValueOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.util.ArrayList;
import java.util.List;

/** Commands given as words: texts, numbers or bytes. */
final class Raw {

    private Raw() {}

    /** A word as a server sees it. */
    static byte[] key(String text) {
        return text.getBytes(UTF_8);
    }

    static String status(RedisCommands<byte[], byte[]> redis, Object... words) {
        return send(redis, new StatusOutput<>(ByteArrayCodec.INSTANCE), words);
    }

    static byte[] bytes(RedisCommands<byte[], byte[]> redis, Object... words) {
        return send(redis, new ValueOutput<>(ByteArrayCodec.INSTANCE), words);
    }

    /** A reply of any shape, for people and for comparing. */
    static String text(RedisCommands<byte[], byte[]> redis, Object... words) {
        return text(send(redis, new NestedMultiOutput<>(ByteArrayCodec.INSTANCE), words));
    }

    private static <T> T send(
            RedisCommands<byte[], byte[]> redis, CommandOutput<byte[], byte[], T> output, Object... words) {
        CommandArgs<byte[], byte[]> args = new CommandArgs<>(ByteArrayCodec.INSTANCE);
        for (int i = 1; i < words.length; i++) {
            args.add(words[i] instanceof byte[] raw ? raw : key(words[i].toString()));
        }
        return redis.dispatch(new Word(words[0].toString()), output, args);
    }

    private record Word(String text) implements ProtocolKeyword {
        @Override
        public byte[] getBytes() {
            return key(text);
        }
    }

    private static String text(Object reply) {
        if (reply instanceof byte[] raw) {
            return new String(raw, UTF_8);
        }
        if (reply instanceof List<?> list) {
            List<String> texts = new ArrayList<>();
            list.forEach(part -> texts.add(text(part)));
            return texts.toString();
        }
        return String.valueOf(reply);
    }
}
