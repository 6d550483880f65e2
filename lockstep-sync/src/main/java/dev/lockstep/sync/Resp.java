package dev.lockstep.sync;

import io.netty.buffer.ByteBuf;

/** The few forms in which requests are written in the protocol of Redis. */
final class Resp {

    private Resp() {}

    /** A type's sign and a number, such as {@code $5} or {@code *3}, with its line end. */
    static void header(ByteBuf out, char sign, long number) {
        out.writeByte(sign);
        decimal(out, number);
        end(out);
    }

    /** One bulk string. */
    static void bulk(ByteBuf out, byte[] data, int from, int length) {
        header(out, '$', length);
        out.writeBytes(data, from, length);
        end(out);
    }

    static void bulk(ByteBuf out, byte[] word) {
        bulk(out, word, 0, word.length);
    }

    /** One bulk string that holds a number. */
    static void bulk(ByteBuf out, long number) {
        header(out, '$', digits(number));
        decimal(out, number);
        end(out);
    }

    static void end(ByteBuf out) {
        out.writeByte('\r');
        out.writeByte('\n');
    }

    private static void decimal(ByteBuf out, long number) {
        if (number < 0) {
            out.writeCharSequence(Long.toString(number), java.nio.charset.StandardCharsets.US_ASCII);
            return;
        }
        long power = 1;
        for (long rest = number / 10; rest > 0; rest /= 10) {
            power *= 10;
        }
        for (; power > 0; power /= 10) {
            out.writeByte('0' + (int) (number / power % 10));
        }
    }

    private static int digits(long number) {
        int digits = number < 0 ? 2 : 1;
        for (long rest = number / 10; rest != 0; rest /= 10) {
            digits++;
        }
        return digits;
    }
}
