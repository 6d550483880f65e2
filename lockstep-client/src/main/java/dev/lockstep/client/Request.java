package dev.lockstep.client;

import io.lettuce.core.protocol.RedisCommand;
import io.netty.buffer.ByteBuf;

/**
 * A command as it goes over the wire: encoded once, by its caller's thread, however often it is sent. Immutable.
 */
final class Request {
    /* Encoding is a good part of the work for a command, and the event loop, which all callers share, is not the place for
     * it. A codec that fails then fails its own call, where Lettuce would close everybody's connection. */

    private static final int USUAL_BYTES = 256;

    private final byte[] bytes;
    private final int length;

    private Request(byte[] bytes, int length) {
        this.bytes = bytes;
        this.length = length;
    }

    /**
     * Encodes the command.
     *
     * @throws NotSentException if its codec or its arguments do not allow that
     */
    static Request of(RedisCommand<?, ?, ?> command) {
        ByteBuf buffer = HeapBuffers.INSTANCE.heapBuffer(USUAL_BYTES);
        try {
            command.encode(buffer);
        } catch (RuntimeException e) {
            throw new NotSentException(
                    command.getType() + " was not sent: its arguments cannot be encoded ("
                            + e.getClass().getSimpleName() + "). Check them and the codec of the view",
                    e);
        }
        return new Request(buffer.array(), buffer.writerIndex()); // the heap's garbage collection releases it
    }

    int length() {
        return length;
    }

    void writeTo(ByteBuf target) {
        target.writeBytes(bytes, 0, length);
    }

    /** A hash of the first argument, which is the key of every command that has only one key; 0 if there is none. */
    int keyHash() {
        int name = nextLine(nextLine(0)); // behind *<count> and $<length>
        int size = nextLine(name);
        if (size == length) {
            return 0;
        }
        int key = nextLine(size);
        int end = key + number(size + 1);
        int hash = 0;
        for (int i = key; i < end; i++) {
            hash = 31 * hash + bytes[i];
        }
        return hash;
    }

    private int nextLine(int from) {
        int at = from;
        while (bytes[at] != '\n') {
            at++;
        }
        return at + 1;
    }

    private int number(int from) {
        int number = 0;
        for (int i = from; bytes[i] != '\r'; i++) {
            number = number * 10 + (bytes[i] - '0');
        }
        return number;
    }
}
