package dev.lockstep.sync.verify;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The elements of a list, each named by its place. */
final class ListContent implements Content {

    private final byte[] key;
    private final Size size;
    private final Feed feed;
    private long at;
    private boolean more = true;

    ListContent(byte[] key, Size size, Feed feed) {
        this.key = key;
        this.size = size;
        this.feed = feed;
    }

    @Override
    public List<Ask> next() {
        if (!more) {
            return List.of();
        }
        more = false; // unless a full page comes
        long last = size.isSmall() ? -1 : at + size.page() - 1;
        return List.of(Ask.of((bytes, depth, index) -> take(bytes, last), "LRANGE", key, at, last));
    }

    private void take(@Nullable ByteBuffer bytes, long last) {
        if (bytes != null) {
            feed.position(at).body(bytes).end(Part.VALUE);
            more = at == last;
            at++;
        }
    }

    @Override
    public long told() {
        return at;
    }

    @Override
    public long expectedBytes() {
        return size.expectedBytes();
    }
}
