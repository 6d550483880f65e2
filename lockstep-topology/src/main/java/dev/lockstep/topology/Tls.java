package dev.lockstep.topology;

import io.lettuce.core.SslVerifyMode;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How the connections of a deployment are encrypted and whom they trust.
 *
 * @param verifyPeer how far a server's certificate is checked: {@code FULL} chain and host name, {@code CA} the chain
 *     only, {@code NONE} nothing
 * @param caFile PEM certificates to trust; null: those that the JVM trusts
 * @param certFile PEM certificate chain of this client; null if the servers ask for none
 * @param keyFile PEM private key (PKCS#8) of {@code certFile}; null without it
 */
public record Tls(
        SslVerifyMode verifyPeer,
        @Nullable Path caFile,
        @Nullable Path certFile,
        @Nullable Path keyFile) {

    public Tls {
        if ((certFile == null) != (keyFile == null)) {
            throw new IllegalArgumentException("A client certificate needs both certFile and keyFile; only "
                    + (certFile == null ? "keyFile" : "certFile") + " is given");
        }
    }

    /** Full verification against the certificates that the JVM trusts. */
    public static Tls verified() {
        return new Tls(SslVerifyMode.FULL, null, null, null);
    }
}
