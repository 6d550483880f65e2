package dev.lockstep.client;

import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.codec.CRC16;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

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

    /** A command of this name with these arguments. */
    static Request of(ProtocolKeyword type, List<ByteBuffer> arguments) {
        ByteBuf buffer = HeapBuffers.INSTANCE.heapBuffer(USUAL_BYTES);
        writeNumber(buffer, '*', arguments.size() + 1);
        byte[] name = type.getBytes();
        writeNumber(buffer, '$', name.length);
        buffer.writeBytes(name).writeByte('\r').writeByte('\n');
        for (ByteBuffer argument : arguments) {
            writeNumber(buffer, '$', argument.remaining());
            buffer.writeBytes(argument.duplicate()).writeByte('\r').writeByte('\n');
        }
        return new Request(buffer.array(), buffer.writerIndex());
    }

    private static void writeNumber(ByteBuf buffer, char kind, int number) {
        buffer.writeByte(kind);
        buffer.writeCharSequence(Integer.toString(number), StandardCharsets.US_ASCII);
        buffer.writeByte('\r').writeByte('\n');
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

    /** The slot of the first argument as a key; -1 if there is none. */
    int firstSlot() {
        int size = nextLine(nextLine(nextLine(0)));
        return size == length ? -1 : slot(ByteBuffer.wrap(bytes, nextLine(size), number(size + 1)));
    }

    /** The slot of a key, by its hash tag if it has one. Not Lettuce's, which overlooks where in its array a key begins. */
    static int slot(ByteBuffer key) {
        int from = key.position();
        int to = key.limit();
        int open = indexOf('{', key, from);
        int close = open < 0 ? -1 : indexOf('}', key, open + 1);
        if (close > open + 1) {
            from = open + 1;
            to = close;
        }
        return CRC16.crc16(key.array(), key.arrayOffset() + from, to - from) % SlotHash.SLOT_COUNT;
    }

    private static int indexOf(char wanted, ByteBuffer key, int from) {
        for (int i = from; i < key.limit(); i++) {
            if (key.get(i) == wanted) {
                return i;
            }
        }
        return -1;
    }

    /** Who is shown a key as part of an array. */
    interface KeySink {
        void key(byte[] bytes, int from, int length);
    }

    /** Shows all its keys; a command without any shows an empty one. */
    void eachKey(KeySpec spec, KeySink sink) {
        int size = nextLine(nextLine(nextLine(0)));
        if (spec == KeySpec.FIRST && size != length) {
            sink.key(bytes, nextLine(size), number(size + 1));
            return;
        }
        List<ByteBuffer> arguments = arguments();
        List<Integer> places = spec.places(arguments);
        for (int place : places) {
            ByteBuffer key = arguments.get(place);
            sink.key(bytes, key.position(), key.remaining());
        }
        if (places.isEmpty()) {
            sink.key(bytes, 0, 0);
        }
    }

    /** The arguments behind the command's name, as views of the encoded bytes. */
    List<ByteBuffer> arguments() {
        List<ByteBuffer> arguments = new ArrayList<>();
        for (int size = nextLine(nextLine(nextLine(0))); size < length; ) {
            int start = nextLine(size);
            int count = number(size + 1);
            arguments.add(ByteBuffer.wrap(bytes, start, count));
            size = start + count + 2;
        }
        return arguments;
    }

    /** The arguments as text, bytes that are no text included one to one; for rare decisions. */
    List<String> texts() {
        List<String> texts = new ArrayList<>();
        for (ByteBuffer argument : arguments()) {
            texts.add(StandardCharsets.ISO_8859_1.decode(argument).toString());
        }
        return texts;
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
