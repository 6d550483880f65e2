package dev.lockstep.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.topology.TopologyException.Kind;
import io.lettuce.core.resource.ClientResources;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers that are no Redis at all: they answer the first bytes with something and close. */
class ForeignPeerTest {

    /** A fatal TLS alert (unexpected message), as a TLS port answers plain text. */
    private static final String TLS_ALERT = "\u0015\u0003\u0003\u0000\u0002\u0002\n";

    private static ClientResources resources;

    @BeforeAll
    static void start() {
        resources = Watched.resources();
    }

    @AfterAll
    static void stop() {
        Watched.shutdown(resources);
    }

    @Test
    void a_tls_port_spoken_to_in_plain_text() throws IOException {
        TopologyException failure = failure("redis://", TLS_ALERT);

        assertThat(failure.kind()).isEqualTo(Kind.TLS);
        assertThat(failure).hasMessageContaining("if it wants TLS, use rediss");
    }

    @Test
    void a_port_that_closes_at_once_may_be_a_tls_port() throws IOException {
        TopologyException failure = failure("redis://", "");

        assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(failure).hasMessageContaining("closes new connections").hasMessageContaining("rediss");
    }

    @Test
    void a_server_spoken_to_in_tls_that_has_none() throws IOException {
        assertThat(failure("rediss://", "-ERR unknown command\r\n"))
                .hasMessageContaining("TLS")
                .hasMessageContaining("use redis…://");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 400 Bad Request\r\n\r\n", "garbage", "*1\r\n", "$-5\r\n", "%999999999\r\n"})
    void something_else(String answer) throws IOException {
        assertThat(failure("redis://", answer)).hasMessageContaining("127.0.0.1");
    }

    private static TopologyException failure(String scheme, String answer) throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"))) {
            Thread peer = new Thread(() -> serve(listener, answer), "foreign-peer");
            peer.setDaemon(true);
            peer.start();
            Deployment deployment = Deployment.parse(
                    scheme + "127.0.0.1:" + listener.getLocalPort() + "?connectTimeout=200ms", Map.of());
            TopologyException failure = catchThrowableOfType(
                    TopologyException.class,
                    () -> TopologyWatcher.open(deployment, resources, System::nanoTime)
                            .close());
            assertThat(failure).isNotNull();
            return failure;
        }
    }

    private static void serve(ServerSocket listener, String answer) {
        while (!listener.isClosed()) {
            try (Socket socket = listener.accept()) {
                InputStream in = socket.getInputStream();
                in.read(new byte[1024]);
                socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
                socket.getOutputStream().flush();
            } catch (IOException e) {
                // the listener was closed, or the client was faster
            }
        }
    }
}
