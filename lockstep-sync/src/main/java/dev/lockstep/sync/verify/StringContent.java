package dev.lockstep.sync.verify;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The bytes of a string, by ranges. Each range is an element whose name is its place. */
final class StringContent implements Content {

    private static final int FIRST_BYTES = 16 << 10;
    private static final int USUAL_BYTES = 1 << 10;

    private final byte[] key;
    private final Feed feed;
    private long at;
    private int page = FIRST_BYTES;
    private boolean more = true;

    StringContent(byte[] key, Feed feed) {
        this.key = key;
        this.feed = feed;
    }

    @Override
    public List<Ask> next() {
        return more ? List.of(Ask.of(this::take, "GETRANGE", key, at, at + page - 1)) : List.of();
    }

    private void take(@Nullable ByteBuffer bytes, int depth, int index) {
        int length = bytes == null ? 0 : bytes.remaining();
        if (bytes != null && length > 0) {
            feed.position(at).body(bytes).end(Part.VALUE);
        }
        more = length == page;
        at += length;
        page = Size.PAGE_BYTES;
    }

    @Override
    public long told() {
        return at;
    }

    @Override
    public long expectedBytes() {
        return at == 0 ? USUAL_BYTES : Size.PAGE_BYTES;
    }
}
