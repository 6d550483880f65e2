package dev.lockstep.local;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** Where a server of ours listens, and what it takes to be let in. */
record Endpoint(
        int port, @Nullable String password, @Nullable SSLSocketFactory tls) {

    RespConnection connect(Duration timeout) throws IOException {
        int millis = Math.toIntExact(timeout.toMillis());
        Socket socket = new Socket();
        try {
            socket.connect(PortLease.loopback(port), millis);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(millis);
            if (tls != null) {
                SSLSocket secured = (SSLSocket) tls.createSocket(socket, "127.0.0.1", port, true);
                secured.startHandshake();
                socket = secured;
            }
            RespConnection connection = new RespConnection(socket);
            if (password != null) {
                connection.call("AUTH", password);
            }
            return connection;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /** One command on a connection of its own. */
    @Nullable
    Object call(Duration timeout, String... command) throws IOException {
        try (RespConnection connection = connect(timeout)) {
            return connection.call(command);
        }
    }

    @Override
    public String toString() {
        return "127.0.0.1:" + port;
    }
}
