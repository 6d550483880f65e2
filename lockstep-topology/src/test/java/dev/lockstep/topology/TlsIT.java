package dev.lockstep.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalRedisException;
import dev.lockstep.local.LocalServer;
import dev.lockstep.topology.TopologyException.Kind;
import io.lettuce.core.resource.ClientResources;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS to a real server, and what is told when one side does not play along. Skipped if the server has no TLS. */
class TlsIT {

    private static ClientResources resources;
    private static LocalDeployment servers;
    private static Path certificate;
    private static int port;

    @BeforeAll
    static void start(@TempDir Path dir) throws Exception {
        resources = Watched.resources();
        servers = LocalRedis.standalone().start();
        certificate = dir.resolve("server.crt");
        Path key = dir.resolve("server.key");
        makeCertificate(dir.resolve("server.p12"), key);
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        LocalServer server = servers.primary();
        try {
            server.command(
                    "CONFIG",
                    "SET",
                    "tls-cert-file",
                    certificate.toString(),
                    "tls-key-file",
                    key.toString(),
                    "tls-auth-clients",
                    "no",
                    "tls-port",
                    Integer.toString(port));
        } catch (LocalRedisException e) {
            assumeTrue(false, "this server has no TLS: " + e.getMessage());
        }
    }

    @AfterAll
    static void stop() {
        servers.close();
        Watched.shutdown(resources);
    }

    private static void makeCertificate(Path store, Path key) throws Exception {
        char[] password = "only-a-test".toCharArray();
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=lockstep-test",
                        "-ext",
                        "SAN=IP:127.0.0.1",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        String.valueOf(password),
                        "-keystore",
                        store.toString())
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore made = KeyStore.getInstance(store.toFile(), password);
        Files.writeString(
                certificate, pem("CERTIFICATE", made.getCertificate("server").getEncoded()));
        Files.writeString(
                key, pem("PRIVATE KEY", made.getKey("server", password).getEncoded()));
    }

    private static String pem(String kind, byte[] bytes) {
        return "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder().encodeToString(bytes) + "\n-----END " + kind
                + "-----\n";
    }

    @Test
    void a_server_with_a_trusted_certificate_is_watched() {
        Deployment deployment = Deployment.parse("rediss://127.0.0.1:" + port + "?caFile=" + certificate, Map.of());

        try (TopologyWatcher watcher = TopologyWatcher.open(deployment, resources)) {
            assertThat(Objects.requireNonNull(watcher.current().shards().get(0).primary())
                            .reachable())
                    .isTrue();
        }
    }

    @Test
    void a_certificate_that_nobody_trusts_is_refused_unless_asked_otherwise() {
        TopologyException failure = failure("rediss://127.0.0.1:" + port);
        assertThat(failure.kind()).isEqualTo(Kind.TLS);
        assertThat(failure).hasMessageContaining("TLS handshake failed").hasMessageContaining("caFile");

        Deployment trusting = Deployment.parse("rediss://127.0.0.1:" + port + "?verifyPeer=none", Map.of());
        TopologyWatcher.open(trusting, resources).close();
    }

    @Test
    void plain_text_to_the_tls_port_names_the_other_scheme() throws IOException {
        TopologyException failure = failure("redis://127.0.0.1:" + port + "?connectTimeout=300ms");

        assertThat(failure).hasMessageContaining("if it wants TLS, use rediss");
    }

    private static TopologyException failure(String uri) {
        return catchThrowableOfType(
                TopologyException.class,
                () -> TopologyWatcher.open(Deployment.parse(uri, Map.of()), resources)
                        .close());
    }
}
