package dev.lockstep.sync.verify;

import dev.lockstep.sync.HashKey;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One key being read on one side, round after round: its type and expiry, its size, then its value. Not thread-safe.
 *
 * @param <E> what takes the elements
 */
final class KeyReading<E extends Elements> {

    private static final Map<String, String> LENGTH =
            Map.of("list", "LLEN", "set", "SCARD", "hash", "HLEN", "zset", "ZCARD", "stream", "XLEN");

    /** Elements that are told apart in one reading. */
    private static final int SHARE = 200_000;

    private static final long SHORT = 64;
    /** For a server that does not tell: pages are then of few elements. */
    private static final long ELEMENT_BYTES = 4 << 10;

    private final byte[] key;
    private final HashKey hashKey;
    private final Function<HashKey, E> sinks;
    private final boolean whole;

    private @Nullable String type;
    private long expiry;
    private boolean relative;
    private Expiry expires = Expiry.NEVER;
    private long readAt;

    private boolean sized;
    private long length;
    private long bytes;
    private @Nullable Content content;
    private @Nullable Feed feed;
    private E elements;
    private int share;
    private int shares;
    private boolean unreadable;

    private KeyReading(byte[] key, HashKey hashKey, Function<HashKey, E> sinks, boolean whole) {
        this.key = key;
        this.hashKey = hashKey;
        this.sinks = sinks;
        this.whole = whole;
        this.elements = sinks.apply(hashKey);
    }

    /** @param sinks makes what takes the elements; asked again when they have to be read again */
    static <E extends Elements> KeyReading<E> of(byte[] key, HashKey hashKey, Function<HashKey, E> sinks) {
        return new KeyReading<>(key, hashKey, sinks, true);
    }

    /** Reads only whether there is such a key. */
    static <E extends Elements> KeyReading<E> ofPresence(byte[] key, HashKey hashKey, Function<HashKey, E> sinks) {
        return new KeyReading<>(key, hashKey, sinks, false);
    }

    /** The same that has not begun. */
    KeyReading<E> fresh() {
        return new KeyReading<>(key, hashKey, sinks, whole);
    }

    byte[] key() {
        return key;
    }

    /** What to ask next, when all that was asked before has been answered; nothing once all was read. */
    List<Ask> next(ServerTraits traits) {
        if (type == null) {
            relative = !traits.absoluteExpiry();
            return List.of(
                    Ask.of((text, depth, index) -> type = NodeReads.text(text), "TYPE", key),
                    Ask.of(number(told -> expiry = told), relative ? "PTTL" : "PEXPIRETIME", key));
        }
        if (!whole || isAbsent() || unreadable) {
            return List.of();
        }
        if (!sized) {
            sized = true;
            if (!type.equals("string")) {
                return sizes(type);
            }
        }
        if (content == null) {
            content = content(type, traits);
            if (unreadable) {
                return List.of();
            }
        }
        List<Ask> asks = content.next();
        if (!asks.isEmpty()) {
            return asks;
        }
        if (shares == 0 && content.isDoubtful()) {
            shares = (int) Math.min(Integer.MAX_VALUE, 1 + length / SHARE);
            elements = sinks.apply(hashKey);
            return again(traits);
        }
        if (share + 1 < shares) {
            share++;
            return again(traits);
        }
        return List.of();
    }

    private List<Ask> again(ServerTraits traits) {
        feed().into(new Distinct(elements, share, shares));
        content = content(String.valueOf(type), traits);
        return content.next();
    }

    private List<Ask> sizes(String known) {
        length = 1;
        bytes = 0;
        List<Ask> asks = new ArrayList<>();
        String command = LENGTH.get(known);
        if (command != null) {
            asks.add(Ask.of(number(told -> length = told), command, key));
        }
        asks.add(Ask.ifAllowed(number(told -> bytes = told), "MEMORY", "USAGE", key));
        return asks;
    }

    private Content content(String known, ServerTraits traits) {
        Size size = new Size(length, bytes > 0 ? bytes : Math.max(1, length) * ELEMENT_BYTES);
        Feed to = feed();
        return switch (known) {
            case "string" -> new StringContent(key, to);
            case "list" -> new ListContent(key, size, to);
            case "set" -> new UnorderedContent(key, false, false, size, to);
            case "hash" -> new UnorderedContent(key, true, traits.fieldExpiry(), size, to);
            case "zset" -> new SortedSetContent(key, size, to);
            case "stream" -> new StreamContent(key, traits, size, to);
            default -> {
                unreadable = size.bytes() > OpaqueContent.MOST_BYTES;
                yield new OpaqueContent(key, size, to);
            }
        };
    }

    private Feed feed() {
        Feed made = feed;
        if (made == null) {
            made = new Feed(hashKey, elements);
            feed = made;
        }
        return made;
    }

    private interface Told {
        void number(long number);
    }

    private static Reply.Tokens number(Told told) {
        return new Reply.Tokens() {
            @Override
            public void text(@Nullable ByteBuffer text, int depth, int index) {
                told.number(0); // a null: there is no such key any more
            }

            @Override
            public void number(long number, int depth, int index) {
                told.number(number);
            }
        };
    }

    /** Whether the server's clock is wanted, around what is asked next. */
    boolean wantsClock() {
        return type == null;
    }

    /** What the server's clock said in milliseconds, before and after it was asked for the expiry. */
    void clock(long before, long after) {
        readAt = before;
        expires = relative ? Expiry.in(expiry, before, after) : Expiry.at(expiry);
    }

    /** About how much the next answers bring. */
    long expectedBytes() {
        return content == null ? SHORT : content.expectedBytes();
    }

    /** How many elements, of a string how many bytes, it has. */
    long told() {
        return content == null ? 0 : content.told();
    }

    E elements() {
        return elements;
    }

    /** Without its content. */
    boolean isAbsent() {
        return KeyState.NONE.equals(type) || expiry == -2;
    }

    String type() {
        return isAbsent() ? KeyState.NONE : String.valueOf(type);
    }

    Expiry expiry() {
        return isAbsent() ? Expiry.NEVER : expires;
    }

    long readAt() {
        return readAt;
    }

    /** Whether it was read: not so if it kept changing its type or place, or is too large to be compared. */
    boolean isWhole() {
        return type != null && !unreadable;
    }

    /** There is no such key, nor could there be. */
    void absent() {
        type = KeyState.NONE;
        readAt = Long.MIN_VALUE;
    }
}
