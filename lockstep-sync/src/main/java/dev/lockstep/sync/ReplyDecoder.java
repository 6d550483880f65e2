package dev.lockstep.sync;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What makes replies of the bytes that a server sends, however they are cut. Confined to one thread. */
final class ReplyDecoder {
    /* It keeps its place, never the bytes: what has been looked at is not looked at again when more arrives. A length that
     * the other side announces is believed only as far as its bytes have come: the room for a long string doubles as it
     * fills, and the elements of an array are gathered one by one. */

    /** A server that does not know a command repeats its words, values among them. */
    private static final Pattern WORDS_OF_A_COMMAND = Pattern.compile(",? with args beginning with:.*", Pattern.DOTALL);

    private static final int MAX_LINE = 64 << 10;
    private static final int MAX_DEPTH = 32;
    private static final int FIRST_ROOM = 16 << 10;

    private final int maxBulk;

    private byte[] line = new byte[128];
    private int lineLength;
    /** The string that is being received; null outside of one. */
    private byte @Nullable [] bulk;

    private int bulkLength;
    private int bulkFilled;
    private final ArrayDeque<Open> open = new ArrayDeque<>();

    /** An array whose elements are being received. */
    private static final class Open {
        final List<Reply> elements;
        int missing;

        Open(int count) {
            elements = new ArrayList<>(Math.min(count, 1024));
            missing = count;
        }
    }

    /** @param maxBulk how long a string may be, in bytes */
    ReplyDecoder(int maxBulk) {
        this.maxBulk = maxBulk;
    }

    /**
     * The next reply, or null when it has not arrived as a whole. Takes the bytes that it has understood.
     *
     * @throws SyncException if this is no reply; nothing that follows can be understood then
     */
    @Nullable
    Reply next(ByteBuf in) {
        while (in.isReadable()) {
            Reply reply = bulk != null ? bulk(in) : line(in);
            if (reply != null) {
                reply = place(reply);
            }
            if (reply != null) {
                return reply;
            }
        }
        return null;
    }

    /** Puts a reply into the array that it belongs to; returns what is complete by that. */
    private @Nullable Reply place(Reply reply) {
        Reply complete = reply;
        while (!open.isEmpty()) {
            Open array = open.getLast();
            array.elements.add(complete);
            if (--array.missing > 0) {
                return null;
            }
            open.removeLast();
            complete = new Reply.Many(array.elements);
        }
        return complete;
    }

    private @Nullable Reply bulk(ByteBuf in) {
        byte[] room = bulk;
        if (room == null) {
            throw new IllegalStateException();
        }
        int wanted = Math.min(in.readableBytes(), bulkLength + 2 - bulkFilled);
        if (bulkFilled + wanted > room.length) {
            long doubled = Math.max(2L * room.length, bulkFilled + (long) wanted);
            room = Arrays.copyOf(room, (int) Math.min(doubled, bulkLength + 2L));
            bulk = room;
        }
        in.readBytes(room, bulkFilled, wanted);
        bulkFilled += wanted;
        if (bulkFilled < bulkLength + 2) {
            return null;
        }
        if (room[bulkLength] != '\r' || room[bulkLength + 1] != '\n') {
            throw malformed("a string that does not end after the " + bulkLength + " bytes that were announced");
        }
        bulk = null;
        return new Reply.Bulk(Arrays.copyOf(room, bulkLength));
    }

    private @Nullable Reply line(ByteBuf in) {
        int end = in.indexOf(in.readerIndex(), in.writerIndex(), (byte) '\n');
        int count = (end < 0 ? in.writerIndex() : end + 1) - in.readerIndex();
        if (lineLength + count > MAX_LINE) {
            throw malformed("a line of more than " + MAX_LINE + " bytes");
        }
        if (lineLength + count > line.length) {
            line = Arrays.copyOf(line, Math.max(2 * line.length, lineLength + count));
        }
        in.readBytes(line, lineLength, count);
        lineLength += count;
        if (end < 0) {
            return null;
        }
        int length = lineLength;
        lineLength = 0;
        if (length < 3 || line[length - 2] != '\r') {
            throw malformed("a line of " + length + " bytes that does not end with a carriage return and a line feed");
        }
        return meaning(length - 2);
    }

    private @Nullable Reply meaning(int end) {
        switch (line[0]) {
            case '+' -> {
                if (says("+OK", end)) {
                    return Reply.OK;
                }
                return says("+QUEUED", end) ? Reply.QUEUED : new Reply.Status(text(end));
            }
            case '-' -> {
                return new Reply.Failure(WORDS_OF_A_COMMAND.matcher(text(end)).replaceFirst(""));
            }
            case ':' -> {
                return Reply.Count.of(number(end));
            }
            case '$' -> {
                int length = length(end, maxBulk, "a string");
                if (length < 0) {
                    return Reply.NIL;
                }
                bulk = new byte[Math.min(length + 2, FIRST_ROOM)];
                bulkLength = length;
                bulkFilled = 0;
                return null;
            }
            case '*' -> {
                int count = length(end, Integer.MAX_VALUE, "an array");
                if (count <= 0) {
                    return count < 0 ? Reply.NIL : new Reply.Many(List.of());
                }
                if (open.size() == MAX_DEPTH) {
                    throw malformed("arrays within arrays, more than " + MAX_DEPTH + " deep");
                }
                open.addLast(new Open(count));
                return null;
            }
            default -> throw malformed(String.format("a reply that begins with the byte 0x%02x", line[0]));
        }
    }

    private boolean says(String text, int end) {
        if (end != text.length()) {
            return false;
        }
        for (int i = 0; i < end; i++) {
            if (line[i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private String text(int end) {
        return new String(line, 1, end - 1, StandardCharsets.UTF_8);
    }

    private int length(int end, int max, String what) {
        long length = number(end);
        if (length < -1 || length > max) {
            throw malformed("the announcement of " + what + " of length " + length + "; at most " + max);
        }
        return (int) length;
    }

    private long number(int end) {
        try {
            return Long.parseLong(text(end));
        } catch (NumberFormatException e) {
            throw malformed("a line that begins with '" + (char) line[0] + "' and holds no number");
        }
    }

    private static SyncException malformed(String seen) {
        return new SyncException("Expected a reply of a Redis server in RESP2, got " + seen
                + ". Is this the port of a Redis or Valkey server, with or without TLS as the URI says?");
    }
}
