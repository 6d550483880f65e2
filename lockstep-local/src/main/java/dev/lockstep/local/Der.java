package dev.lockstep.local;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;

/** The few kinds of DER values that a certificate is made of. */
final class Der {
    private static final DateTimeFormatter UTC_TIME =
            DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

    private Der() {}

    /** A value of this tag that holds others, one after another. */
    static byte[] value(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        int length = content.size();
        if (length < 0x80) {
            out.write(length);
        } else {
            byte[] bytes = BigInteger.valueOf(length).toByteArray();
            int skip = bytes[0] == 0 ? 1 : 0;
            out.write(0x80 | (bytes.length - skip));
            out.write(bytes, skip, bytes.length - skip);
        }
        out.writeBytes(content.toByteArray());
        return out.toByteArray();
    }

    static byte[] sequence(byte[]... parts) {
        return value(0x30, parts);
    }

    static byte[] integer(BigInteger number) {
        return value(0x02, number.toByteArray());
    }

    static byte[] trueValue() {
        return value(0x01, new byte[] {(byte) 0xff});
    }

    /** An object identifier, its content given in hexadecimal. */
    static byte[] oid(String hex) {
        return value(0x06, HexFormat.of().parseHex(hex));
    }

    static byte[] bits(byte[] content, int unusedBits) {
        return value(0x03, new byte[] {(byte) unusedBits}, content);
    }

    static byte[] octets(byte[] content) {
        return value(0x04, content);
    }

    static byte[] utcTime(Instant time) {
        return value(0x17, UTC_TIME.format(time).getBytes(US_ASCII));
    }

    /** The distinguished name that consists of this common name. */
    static byte[] commonName(String name) {
        return sequence(value(0x31, sequence(oid("550403"), value(0x0c, name.getBytes(UTF_8)))));
    }
}
