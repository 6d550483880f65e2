package dev.lockstep.local;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/**
 * The certificates of one deployment: an authority that signs one server certificate for 127.0.0.1 and localhost, and is
 * then forgotten. As PEM files for the servers, as a socket factory for us.
 */
record Certificates(Path caFile, Path certFile, Path keyFile, SSLSocketFactory sockets) {
    private static final Duration VALID = Duration.ofDays(365);
    private static final byte[] ECDSA_WITH_SHA256 = Der.sequence(Der.oid("2a8648ce3d040302"));

    /** Makes new ones in this folder, which must not exist. */
    static Certificates in(Path folder) {
        try {
            KeyPair authority = keys();
            KeyPair server = keys();
            byte[] ca = certificate("lockstep-local authority", authority, authority.getPrivate(), forAuthority());
            byte[] cert = certificate("lockstep-local server", server, authority.getPrivate(), forServer());
            Files.createDirectory(folder);
            return new Certificates(
                    pem(folder.resolve("ca.crt"), "CERTIFICATE", ca),
                    pem(folder.resolve("server.crt"), "CERTIFICATE", cert),
                    pem(
                            folder.resolve("server.key"),
                            "PRIVATE KEY",
                            server.getPrivate().getEncoded()),
                    trusting(ca));
        } catch (GeneralSecurityException | IOException e) {
            throw new LocalRedisException("Cannot make certificates in " + folder, e);
        }
    }

    private static KeyPair keys() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static byte[] forAuthority() {
        byte[] mayCertify = Der.sequence(Der.oid("551d13"), Der.trueValue(), Der.octets(Der.sequence(Der.trueValue())));
        byte[] signsCertificates =
                Der.sequence(Der.oid("551d0f"), Der.trueValue(), Der.octets(Der.bits(new byte[] {0x04}, 2)));
        return Der.sequence(mayCertify, signsCertificates);
    }

    private static byte[] forServer() {
        byte[] address = Der.value(0x87, new byte[] {127, 0, 0, 1});
        byte[] name = Der.value(0x82, "localhost".getBytes(US_ASCII));
        return Der.sequence(Der.sequence(Der.oid("551d11"), Der.octets(Der.sequence(address, name))));
    }

    /** An X.509 certificate, version 3, signed by the authority's key. */
    private static byte[] certificate(String subject, KeyPair keys, PrivateKey signer, byte[] extensions)
            throws GeneralSecurityException {
        Instant now = Instant.now();
        byte[] content = Der.sequence(
                Der.value(0xa0, Der.integer(BigInteger.TWO)),
                Der.integer(new BigInteger(120, new SecureRandom()).setBit(120)),
                ECDSA_WITH_SHA256,
                Der.commonName("lockstep-local authority"),
                Der.sequence(Der.utcTime(now.minus(Duration.ofDays(1))), Der.utcTime(now.plus(VALID))),
                Der.commonName(subject),
                keys.getPublic().getEncoded(),
                Der.value(0xa3, extensions));
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(signer);
        signature.update(content);
        return Der.sequence(content, ECDSA_WITH_SHA256, Der.bits(signature.sign(), 0));
    }

    private static Path pem(Path file, String kind, byte[] content) throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return Files.writeString(file, "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n");
    }

    private static SSLSocketFactory trusting(byte[] ca) throws GeneralSecurityException, IOException {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry(
                "ca", CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(ca)));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context.getSocketFactory();
    }
}
