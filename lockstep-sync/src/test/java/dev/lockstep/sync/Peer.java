package dev.lockstep.sync;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.lockstep.topology.NodeAddress;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** Somebody who answers as a server might, or never would: what it says to each command is given. */
final class Peer implements AutoCloseable {

    final List<String> heard = new CopyOnWriteArrayList<>();
    private final ServerSocket server;
    private final UnaryOperator<String> answers;
    private final Thread thread = new Thread(this::serve, "peer");
    private volatile boolean closed;

    /** Ends the connection in the middle of an answer. */
    static final char HANG_UP = '\u0000';

    /** @param answers from a command such as {@code PSYNC ? -1} to what is sent; empty: nothing */
    Peer(UnaryOperator<String> answers) throws IOException {
        this.answers = answers;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        thread.setDaemon(true);
        thread.start();
    }

    NodeAddress address() {
        return new NodeAddress("127.0.0.1", server.getLocalPort());
    }

    private void serve() {
        while (!closed) {
            try (Socket socket = server.accept()) {
                talk(socket);
            } catch (IOException e) {
                heard.add("(" + e.getMessage() + ")");
            }
        }
    }

    private void talk(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        while (true) {
            String line = line(in);
            if (line.isEmpty()) {
                return;
            }
            StringBuilder command = new StringBuilder();
            for (int words = Integer.parseInt(line.substring(1)); words > 0; words--) {
                int length = Integer.parseInt(line(in).substring(1));
                command.append(command.isEmpty() ? "" : " ").append(new String(in.readNBytes(length), ISO_8859_1));
                line(in);
            }
            heard.add(command.toString());
            String answer = answers.apply(command.toString());
            int end = answer.indexOf(HANG_UP);
            socket.getOutputStream().write((end < 0 ? answer : answer.substring(0, end)).getBytes(ISO_8859_1));
            if (end >= 0) {
                return;
            }
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            line.append((char) next);
        }
        return line.toString().strip();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        server.close();
    }
}
