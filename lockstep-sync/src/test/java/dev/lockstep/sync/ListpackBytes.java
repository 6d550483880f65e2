package dev.lockstep.sync;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A listpack, made by hand: every entry in the shortest form that holds it. */
final class ListpackBytes {

    private final RdbBytes entries = new RdbBytes();
    private int count;

    ListpackBytes text(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        int length = bytes.length;
        RdbBytes entry = new RdbBytes();
        if (length < 64) {
            entry.octets(0x80 | length);
        } else if (length < 4096) {
            entry.octets(0xe0 | length >> 8, length);
        } else {
            entry.octets(0xf0).four(length);
        }
        return entry(entry.raw(bytes));
    }

    ListpackBytes number(long number) {
        RdbBytes entry = new RdbBytes();
        if (number >= 0 && number < 128) {
            entry.octets((int) number);
        } else if (number >= -(1 << 12) && number < 1 << 12) {
            entry.octets(0xc0 | (int) (number >> 8) & 0x1f, (int) number);
        } else if (number == (short) number) {
            entry.octets(0xf1, (int) number, (int) (number >> 8));
        } else if (number >= -(1 << 23) && number < 1 << 23) {
            entry.octets(0xf2, (int) number, (int) (number >> 8), (int) (number >> 16));
        } else if (number == (int) number) {
            entry.octets(0xf3).four((int) number);
        } else {
            entry.octets(0xf4).eight(number);
        }
        return entry(entry);
    }

    private ListpackBytes entry(RdbBytes entry) {
        byte[] bytes = entry.bytes();
        entries.raw(bytes);
        int length = bytes.length;
        if (length <= 127) {
            entries.octets(length);
        } else if (length < 16_383) {
            entries.octets(length >> 7, length & 127 | 128);
        } else {
            entries.octets(length >> 14, length >> 7 & 127 | 128, length & 127 | 128);
        }
        count++;
        return this;
    }

    byte[] bytes() {
        byte[] all = entries.bytes();
        byte[] head = ByteBuffer.allocate(6)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(all.length + 7)
                .putShort((short) count)
                .array();
        return new RdbBytes().raw(head).raw(all).octets(255).bytes();
    }
}
