package dev.lockstep.sync.verify;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The serialised form of a value whose type is not understood here. If two are alike the values are; if not, who knows. */
final class OpaqueContent implements Content {

    /** What is held at once at the most. */
    static final long MOST_BYTES = 64 << 20;

    /** The version and the checksum at the end of a serialised form. */
    private static final int FOOTER_BYTES = 10;

    private final byte[] key;
    private final Size size;
    private final Feed feed;
    private boolean asked;

    OpaqueContent(byte[] key, Size size, Feed feed) {
        this.key = key;
        this.size = size;
        this.feed = feed;
    }

    @Override
    public List<Ask> next() {
        if (asked) {
            return List.of();
        }
        asked = true;
        return List.of(Ask.of(this::take, "DUMP", key));
    }

    private void take(@Nullable ByteBuffer bytes, int depth, int index) {
        if (bytes != null && bytes.remaining() > FOOTER_BYTES) {
            ByteBuffer payload = bytes.duplicate();
            payload.limit(payload.limit() - FOOTER_BYTES);
            feed.position(0).body(payload).end(Part.VALUE);
        }
    }

    @Override
    public long told() {
        return asked ? 1 : 0;
    }

    @Override
    public long expectedBytes() {
        return size.bytes();
    }
}
