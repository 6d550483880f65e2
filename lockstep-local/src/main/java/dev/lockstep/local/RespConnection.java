package dev.lockstep.local;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A connection that sends RESP2 commands and reads their replies in order. Not thread-safe. */
final class RespConnection implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;
    private Charset charset = UTF_8;

    RespConnection(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    /** From now on a String stands for bytes, one for each character, so that any key comes back as it came. */
    RespConnection inBytes() {
        charset = ISO_8859_1;
        return this;
    }

    /**
     * The reply as a String, a Long, a List of these, or null.
     *
     * @throws ErrorReply when the server answers with an error
     */
    @Nullable
    Object call(String... command) throws IOException {
        send(command);
        return receive();
    }

    /** Sends a command whose reply is {@link #receive received} later. */
    void send(String... command) throws IOException {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(("*" + command.length + "\r\n").getBytes(UTF_8));
        for (String argument : command) {
            byte[] bytes = argument.getBytes(charset);
            request.writeBytes(("$" + bytes.length + "\r\n").getBytes(UTF_8));
            request.writeBytes(bytes);
            request.writeBytes(new byte[] {'\r', '\n'});
        }
        socket.getOutputStream().write(request.toByteArray());
    }

    /**
     * The reply to the oldest command whose reply was not received yet.
     *
     * @throws ErrorReply when the server answers with an error
     */
    @Nullable
    Object receive() throws IOException {
        String line = line();
        String rest = line.substring(1);
        return switch (line.charAt(0)) {
            case '+' -> rest;
            case '-' -> throw new ErrorReply(rest);
            case ':' -> Long.parseLong(rest);
            case '$' -> bulk(Integer.parseInt(rest));
            case '*' -> array(Integer.parseInt(rest));
            default -> throw new IOException("Expected a RESP2 reply, got: " + line);
        };
    }

    private @Nullable String bulk(int length) throws IOException {
        if (length < 0) {
            return null;
        }
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length || in.readNBytes(2).length < 2) {
            throw new EOFException("The server closed the connection in the middle of a reply");
        }
        return new String(bytes, charset);
    }

    private @Nullable List<@Nullable Object> array(int size) throws IOException {
        if (size < 0) {
            return null;
        }
        List<@Nullable Object> elements = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            elements.add(receive());
        }
        return elements;
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("The server closed the connection");
            }
            line.write(b);
        }
        String text = line.toString(UTF_8).stripTrailing();
        if (text.isEmpty()) {
            throw new IOException("Expected a RESP2 reply, got an empty line");
        }
        return text;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** The server's own words for why it refuses a command. */
    static final class ErrorReply extends IOException {
        ErrorReply(String message) {
            super(message);
        }
    }
}
