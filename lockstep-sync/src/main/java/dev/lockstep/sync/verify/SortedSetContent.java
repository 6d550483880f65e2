package dev.lockstep.sync.verify;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The members of a sorted set with their scores, by rank. */
final class SortedSetContent implements Content {

    private final byte[] key;
    private final Size size;
    private final Feed feed;
    private long at;
    private boolean more = true;

    SortedSetContent(byte[] key, Size size, Feed feed) {
        this.key = key;
        this.size = size;
        this.feed = feed;
    }

    @Override
    public List<Ask> next() {
        if (!more) {
            return List.of();
        }
        more = false;
        long last = size.isSmall() ? -1 : at + size.page() - 1;
        return List.of(
                Ask.of((bytes, depth, index) -> take(bytes, index, last), "ZRANGE", key, at, last, "WITHSCORES"));
    }

    private void take(@Nullable ByteBuffer bytes, int index, long last) {
        if (bytes == null) {
            return;
        }
        if (index % 2 == 0) {
            feed.name(bytes);
            return;
        }
        feed.body(Double.doubleToLongBits(score(NodeReads.text(bytes)))).end(Part.VALUE);
        more = at == last;
        at++;
    }

    /** A number: servers of different versions write the same one with more or fewer digits. */
    static double score(String text) {
        return switch (text) {
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
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
