package dev.lockstep.sync;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A connection that sends commands as bytes, and receives replies, or what a primary sends to a replica. */
final class RespSocket implements AutoCloseable {

    /** An error that a server answered. */
    record ErrorReply(String text) {}

    private final Socket socket;
    private final InputStream in;
    private long received;

    RespSocket(int port) {
        try {
            socket = new Socket("127.0.0.1", port);
            socket.setSoTimeout(20_000);
            in = new BufferedInputStream(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The reply: bytes, a String (status), a Long, a List of these, an {@link ErrorReply}, or null. */
    @Nullable
    Object call(Words command) {
        send(command);
        return receive();
    }

    @Nullable
    Object call(String... command) {
        return call(Words.of(command));
    }

    /** The reply to a command that must not fail. */
    @Nullable
    Object ok(String... command) {
        Object reply = call(command);
        if (reply instanceof ErrorReply error) {
            throw new AssertionError(String.join(" ", command) + ": " + error.text());
        }
        return reply;
    }

    void send(Words command) {
        ByteBuf out = Unpooled.buffer();
        command.writeTo(out);
        try {
            socket.getOutputStream().write(out.array(), 0, out.readableBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Nullable
    Object receive() {
        String line = line();
        String rest = line.substring(1);
        switch (line.charAt(0)) {
            case '+':
                return rest;
            case '-':
                return new ErrorReply(rest);
            case ':':
                return Long.parseLong(rest);
            case '$':
                return rest.startsWith("-") ? null : bulk(Integer.parseInt(rest));
            case '*':
                if (rest.startsWith("-")) {
                    return null;
                }
                List<@Nullable Object> elements = new ArrayList<>();
                for (int i = Integer.parseInt(rest); i > 0; i--) {
                    elements.add(receive());
                }
                return elements;
            default:
                throw new AssertionError("Not a reply: " + line);
        }
    }

    private byte[] bulk(int length) {
        byte[] data = bytes(length);
        bytes(2);
        return data;
    }

    /** How many bytes have been read so far. */
    long received() {
        return received;
    }

    byte[] bytes(int length) {
        try {
            byte[] data = in.readNBytes(length);
            if (data.length < length) {
                throw new EOFException("The server closed the connection");
            }
            received += length;
            return data;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String line() {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (byte b = bytes(1)[0]; b != '\n'; b = bytes(1)[0]) {
            line.write(b);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
