package dev.lockstep.sync;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A value as a server's DUMP gives it, brought into the form that another server's RESTORE takes. A pure function. */
final class DumpPayload {
    /* A server refuses a payload whose version is beyond its own, and one without a checksum if it is older than 8.4. What
     * counts for how the value is read is its type alone. So most payloads only need another version, and the checksum that
     * goes with it. A type that the target does not know is written in its older form, as it is out of a snapshot: the payload
     * becomes one, of a single key. */

    private static final int FUNCTION = RdbType.FUNCTION.code;
    private static final int CHUNK = 1 << 20;
    private static final byte[] KEY = {1, 'k'};
    private static final int END = 255;

    private DumpPayload() {}

    /**
     * The same value for the target; the same array if nothing has to be changed.
     *
     * @throws SyncException if it is damaged, or cannot cross
     */
    static byte[] forTarget(byte[] payload, RdbFormat target) {
        RdbFormat written = RdbFormat.ofPayload(payload);
        long seen = ByteBuffer.wrap(payload, payload.length - Long.BYTES, Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong();
        long sum = Crc64.update(0, payload, 0, payload.length - Long.BYTES);
        if (seen != 0 && seen != sum) {
            throw new SyncException("A payload of " + payload.length + " bytes has the checksum "
                    + Long.toHexString(seen) + ", and its bytes give " + Long.toHexString(sum)
                    + ": it was damaged on its way");
        }
        if (seen != 0 && target.knows(written)) {
            return payload;
        }
        if (payload.length <= RestorePayload.FOOTER) {
            return stamped(payload, RdbType.FUNCTION.since().version()); // no library at all
        }
        int code = payload[0] & 0xff;
        RdbType type = RdbType.of(code, written);
        if (type == null) {
            throw new SyncException("A payload of the form " + written.version() + " (" + written.servers()
                    + ") begins with " + code + ", which is no type that is known. Use a version of Lockstep that knows"
                    + " this server");
        }
        RestoreStamp stamp = RestoreStamp.of(type, target);
        if (!stamp.crosses()) {
            throw new SyncException("A value cannot be copied: " + stamp.refusal());
        }
        return code == FUNCTION || stamp.as() == type
                ? stamped(payload, stamp.version())
                : rewritten(payload, written, stamp);
    }

    /** With another version, and the checksum that goes with it. */
    private static byte[] stamped(byte[] payload, int version) {
        byte[] stamped = payload.clone();
        int at = payload.length - RestorePayload.FOOTER;
        ByteBuffer footer = ByteBuffer.wrap(stamped).order(ByteOrder.LITTLE_ENDIAN);
        footer.putShort(at, (short) version);
        footer.putLong(at + 2, Crc64.update(0, stamped, 0, at + 2));
        return stamped;
    }

    private static byte[] rewritten(byte[] payload, RdbFormat written, RestoreStamp stamp) {
        String magic = String.format(Locale.ROOT, written.isValkey() ? "VALKEY%03d" : "REDIS%04d", written.version());
        ByteBuf snapshot = Unpooled.buffer(payload.length + 32);
        snapshot.writeBytes(magic.getBytes(StandardCharsets.US_ASCII));
        snapshot.writeByte(payload[0]).writeBytes(KEY);
        snapshot.writeBytes(payload, 1, payload.length - 1 - RestorePayload.FOOTER);
        snapshot.writeByte(END).writeLong(0);
        ByteBuffer bytes = snapshot.nioBuffer();
        RdbSplitter splitter = new RdbSplitter(
                (position, into) -> {
                    int length = (int) Math.min(into.remaining(), bytes.limit() - position);
                    if (length > 0) {
                        into.put(bytes.duplicate().position((int) position).limit((int) position + length));
                    }
                    return length <= 0 ? -1 : length;
                },
                RdbSplitter.USUAL_WINDOW,
                false);
        try {
            if (splitter.next() != RdbSplitter.Item.KEY) {
                throw new SyncException("A payload of " + payload.length + " bytes holds no value");
            }
            CutValue value = splitter.value();
            ByteBuf out = Unpooled.buffer(payload.length);
            if (value.atHand(stamp)) {
                value.writePayload(out, stamp);
            } else {
                RestorePayload again = value.payload(stamp);
                while (again.writeChunk(out, CHUNK)) {
                    // on
                }
            }
            return ByteBufUtil.getBytes(out);
        } catch (IOException e) {
            throw new SyncException("A payload of " + payload.length + " bytes cannot be read: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SyncException("Interrupted while a payload was rewritten", e);
        }
    }
}
