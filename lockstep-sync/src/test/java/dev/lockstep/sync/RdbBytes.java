package dev.lockstep.sync;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Bytes of a snapshot, made by hand. */
final class RdbBytes {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    static RdbBytes of(String magic) {
        return new RdbBytes().text(magic);
    }

    RdbBytes text(String text) {
        out.writeBytes(text.getBytes(UTF_8));
        return this;
    }

    RdbBytes octets(int... octets) {
        for (int octet : octets) {
            out.write(octet);
        }
        return this;
    }

    RdbBytes raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    RdbBytes length(long number) {
        if (number >= 0 && number < 64) {
            return octets((int) number);
        } else if (number >= 0 && number < 1 << 14) {
            return octets(0x40 | (int) (number >> 8), (int) number);
        } else if (number >= 0 && number <= 0xffff_ffffL) {
            return octets(0x80).raw(ByteBuffer.allocate(4).putInt((int) number).array());
        }
        return octets(0x81).raw(ByteBuffer.allocate(8).putLong(number).array());
    }

    RdbBytes string(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        return length(bytes.length).raw(bytes);
    }

    RdbBytes int8(int number) {
        return octets(0xc0, number);
    }

    RdbBytes int16(int number) {
        return octets(0xc1, number, number >> 8);
    }

    RdbBytes int32(int number) {
        return octets(0xc2).four(number);
    }

    /** A letter that comes so often, 4 times at least, compressed: the letter, and references to what was there before. */
    RdbBytes compressed(char letter, int times) {
        RdbBytes packed = new RdbBytes().octets(0, letter);
        int left = times - 1;
        while (left > 0) {
            int run = left > 264 ? Math.min(264, left - 3) : left;
            if (run - 2 < 7) {
                packed.octets(run - 2 << 5, 0);
            } else {
                packed.octets(7 << 5, run - 9, 0);
            }
            left -= run;
        }
        byte[] bytes = packed.bytes();
        return octets(0xc3).length(bytes.length).length(times).raw(bytes);
    }

    RdbBytes four(int number) {
        return raw(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(number)
                .array());
    }

    RdbBytes eight(long number) {
        return raw(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(number)
                .array());
    }

    RdbBytes note(String name, String value) {
        return octets(250).string(name).string(value);
    }

    RdbBytes selectDb(int db) {
        return octets(254).length(db);
    }

    /** A string under a key. */
    RdbBytes set(String key, String value) {
        return octets(0).string(key).string(value);
    }

    RdbBytes value(RdbType type, String key, byte[] value) {
        return octets(type.code).string(key).raw(value);
    }

    byte[] end() {
        octets(255);
        return eight(Crc64.update(0, bytes(), 0, out.size())).bytes();
    }

    byte[] endWithoutChecksum() {
        return octets(255).eight(0).bytes();
    }

    byte[] bytes() {
        return out.toByteArray();
    }
}
