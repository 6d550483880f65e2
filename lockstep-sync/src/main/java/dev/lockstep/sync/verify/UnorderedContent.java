package dev.lockstep.sync.verify;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fields of a hash, with their values and when they expire, or the members of a set: whole or by a scan. */
final class UnorderedContent implements Content {
    /* A scan tells every element that is there from its beginning to its end at least once. It may tell one twice when the
     * table behind it shrinks meanwhile. If it told as many as there are, it told each once. If it told more, this is
     * doubtful, and whoever reads has to tell them apart. Fields that have expired and are not removed yet are counted
     * but not told, so that among fields that expire only a whole reading is beyond doubt. */

    private final byte[] key;
    private final boolean hash;
    private final boolean fieldExpiry;
    private final Size size;
    private final Feed feed;

    private Object cursor = "0";
    private boolean more = true;
    private long told;
    private boolean fieldsExpire;
    private List<byte[]> names = new ArrayList<>();

    /** @param fieldExpiry whether to ask when fields expire */
    UnorderedContent(byte[] key, boolean hash, boolean fieldExpiry, Size size, Feed feed) {
        this.key = key;
        this.hash = hash;
        this.fieldExpiry = hash && fieldExpiry;
        this.size = size;
        this.feed = feed;
    }

    @Override
    public List<Ask> next() {
        if (!names.isEmpty()) {
            return List.of(expiries());
        }
        if (!more) {
            return List.of();
        }
        if (size.isSmall()) {
            more = false;
            return List.of(Ask.of((bytes, depth, index) -> element(bytes, index), hash ? "HGETALL" : "SMEMBERS", key));
        }
        return List.of(Ask.of(this::scanned, hash ? "HSCAN" : "SSCAN", key, cursor, "COUNT", size.page()));
    }

    private void scanned(@Nullable ByteBuffer bytes, int depth, int index) {
        if (depth == 2) {
            element(bytes, index);
        } else {
            String next = NodeReads.text(bytes);
            cursor = next;
            more = !next.equals("0");
        }
    }

    private void element(@Nullable ByteBuffer bytes, int index) {
        if (bytes == null) {
            return;
        }
        if (hash && index % 2 == 1) {
            feed.body(bytes).end(Part.VALUE);
            return;
        }
        told++;
        feed.name(bytes);
        if (!hash) {
            feed.end(Part.VALUE);
        } else if (fieldExpiry) {
            byte[] name = new byte[bytes.remaining()];
            bytes.duplicate().get(name);
            names.add(name);
        }
    }

    private Ask expiries() {
        List<byte[]> fields = names;
        names = new ArrayList<>();
        Object[] words = new Object[fields.size() + 4];
        words[0] = "HPEXPIRETIME";
        words[1] = key;
        words[2] = "FIELDS";
        words[3] = fields.size();
        for (int i = 0; i < fields.size(); i++) {
            words[i + 4] = fields.get(i);
        }
        return Ask.of(
                new Reply.Tokens() {
                    @Override
                    public void text(@Nullable ByteBuffer bytes, int depth, int index) {}

                    @Override
                    public void number(long expiresAt, int depth, int index) {
                        if (expiresAt >= 0) {
                            fieldsExpire = true;
                            feed.name(ByteBuffer.wrap(fields.get(index)))
                                    .body(expiresAt)
                                    .end(Part.FIELD_EXPIRY);
                        }
                    }
                },
                words);
    }

    @Override
    public boolean isDoubtful() {
        return !size.isSmall() && (told > size.elements() || fieldsExpire);
    }

    @Override
    public long told() {
        return told;
    }

    @Override
    public long expectedBytes() {
        return size.expectedBytes();
    }
}
