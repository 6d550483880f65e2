package dev.lockstep.sync;

import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Where a value in a snapshot ends: its lengths walked over, its bytes not looked at. Not thread-safe. */
final class ValueWalk {

    private static final int STREAM_ID = 16;
    private static final int MOST_CONSUMERS = 1 << 20;

    private final RdbWindow window;
    // made once, not for every value
    private final Part string = this::string;
    private final Part pair = this::pair;
    private final Part quicklistNode = this::quicklistNode;
    private final Part memberWithText = this::memberWithText;
    private final Part memberWithNumber = this::memberWithNumber;
    private final Part pairWithTime = this::pairWithTime;
    private final Part pairWithTtl = this::pairWithTtl;
    private final Part pending = this::pending;
    private final Part pendingId = this::pendingId;
    private final Part message = this::message;
    private long[] activeTimes = new long[8];
    private int consumers;

    ValueWalk(RdbWindow window) {
        this.window = window;
    }

    /** Goes from the first byte of a value of this type to the one behind its last. */
    void over(RdbType type) throws IOException, InterruptedException {
        consumers = 0;
        switch (type) {
            case STRING, HASH_ZIPMAP, LIST_ZIPLIST, SET_INTSET, ZSET_ZIPLIST, HASH_ZIPLIST -> window.skipString();
            case HASH_LISTPACK, ZSET_LISTPACK, SET_LISTPACK, FUNCTION -> window.skipString();
            case LIST, SET, LIST_QUICKLIST -> each(string);
            case LIST_QUICKLIST_2 -> each(quicklistNode);
            case HASH -> each(pair);
            case ZSET -> each(memberWithText);
            case ZSET_2 -> each(memberWithNumber);
            case HASH_2 -> each(pairWithTime);
            case HASH_METADATA -> {
                window.skip(8);
                each(pairWithTtl);
            }
            case HASH_LISTPACK_EX -> {
                window.skip(8);
                window.skipString();
            }
            case MODULE_2 -> {
                window.number();
                moduleFields();
            }
            case STREAM -> stream(1);
            case STREAM_2 -> stream(2);
            case STREAM_3 -> stream(3);
            case STREAM_4 -> {
                stream(3);
                idempotence();
            }
        }
    }

    /** One part of a value of several. */
    private interface Part {
        void over() throws IOException, InterruptedException;
    }

    /** A count, and so many parts. Each has a byte at least, so that a wrong count ends where the snapshot does. */
    private void each(Part part) throws IOException, InterruptedException {
        for (long left = window.count(); left > 0; left--) {
            part.over();
        }
    }

    private void numbers(int count) throws IOException, InterruptedException {
        for (int i = 0; i < count; i++) {
            window.number();
        }
    }

    /** A string and so many bytes. */
    private void tail(int bytes) throws IOException, InterruptedException {
        window.skipString();
        window.skip(bytes);
    }

    private void string() throws IOException, InterruptedException {
        window.skipString();
    }

    private void memberWithNumber() throws IOException, InterruptedException {
        tail(8);
    }

    private void pair() throws IOException, InterruptedException {
        window.skipString();
        window.skipString();
    }

    private void pairWithTime() throws IOException, InterruptedException {
        window.skipString();
        tail(8);
    }

    private void pairWithTtl() throws IOException, InterruptedException {
        window.number();
        pair();
    }

    private void quicklistNode() throws IOException, InterruptedException {
        window.number();
        window.skipString();
    }

    private void memberWithText() throws IOException, InterruptedException {
        window.skipString();
        int digits = window.octet();
        window.skip(digits >= 253 ? 0 : digits); // those three stand for themselves: no number and the infinities
    }

    /** What a module wrote: a sequence of parts that say what they are. */
    private void moduleFields() throws IOException, InterruptedException {
        while (true) {
            long place = window.position();
            long kind = window.number();
            if (kind == 0) {
                return;
            } else if (kind == 1 || kind == 2) {
                window.number();
            } else if (kind == 3) {
                window.skip(4);
            } else if (kind == 4) {
                window.skip(8);
            } else if (kind == 5) {
                window.skipString();
            } else {
                throw new RdbDamage("at byte " + place + " a module's value cannot have a part of the kind "
                        + Long.toUnsignedString(kind));
            }
        }
    }

    /** Entries, counters and groups. The numbers among them use all 64 bits. */
    private void stream(int form) throws IOException, InterruptedException {
        each(pair);
        numbers(form >= 2 ? 8 : 3);
        for (long groups = window.count(); groups > 0; groups--) {
            window.skipString();
            numbers(form >= 2 ? 3 : 2);
            each(pending);
            for (long left = window.count(); left > 0; left--) {
                tail(8);
                if (form >= 3) {
                    activeTime();
                }
                each(pendingId);
            }
        }
    }

    private void activeTime() throws IOException, InterruptedException {
        if (consumers < MOST_CONSUMERS) {
            if (consumers == activeTimes.length) {
                activeTimes = Arrays.copyOf(activeTimes, 2 * consumers);
            }
            activeTimes[consumers] = window.position();
        }
        consumers++;
        window.skip(8);
    }

    /**
     * Where in the snapshot the times of 8 bytes stand that tell when a stream's consumers were last active, which servers
     * before 7.2 do not know; null if the stream has too many consumers to remember that.
     */
    long @Nullable [] activeTimes() {
        return consumers > MOST_CONSUMERS ? null : Arrays.copyOf(activeTimes, consumers);
    }

    private void pending() throws IOException, InterruptedException {
        window.skip(STREAM_ID + 8);
        window.number();
    }

    private void pendingId() throws IOException, InterruptedException {
        window.skip(STREAM_ID);
    }

    /** What a stream remembers of its producers' messages, so that none is added twice. */
    private void idempotence() throws IOException, InterruptedException {
        numbers(2);
        for (long producers = window.count(); producers > 0; producers--) {
            window.skipString();
            each(message);
        }
        numbers(2);
    }

    private void message() throws IOException, InterruptedException {
        window.skipString();
        numbers(2);
    }
}
