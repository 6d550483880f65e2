package dev.lockstep.client;

import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a command's arguments back from their encoded form; for rare decisions, since it encodes them once more. */
final class Arguments {

    private Arguments() {}

    /** The arguments as text, bytes that are no text included one to one. */
    static List<String> of(RedisCommand<?, ?, ?> command) {
        @Nullable CommandArgs<?, ?> args = command.getArgs();
        List<String> texts = new ArrayList<>();
        if (args == null) {
            return texts;
        }
        ByteBuf buffer = Unpooled.buffer();
        try {
            args.encode(buffer);
            while (buffer.isReadable()) { // $<length>\r\n<bytes>\r\n
                buffer.readByte();
                int length = 0;
                for (byte digit = buffer.readByte(); digit != '\r'; digit = buffer.readByte()) {
                    length = length * 10 + (digit - '0');
                }
                buffer.readByte();
                texts.add(buffer.readCharSequence(length, StandardCharsets.ISO_8859_1)
                        .toString());
                buffer.skipBytes(2);
            }
            return texts;
        } finally {
            buffer.release();
        }
    }
}
