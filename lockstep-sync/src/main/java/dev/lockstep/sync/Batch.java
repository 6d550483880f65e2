package dev.lockstep.sync;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Commands of a snapshot's keys that go to one node together, and where in the snapshot each came from.
 *
 * <p>Filled by one thread; then told the replies on the connection's event loop.
 */
final class Batch implements Consumer<Reply> {

    private static final int STRINGS_TOGETHER = 64;
    private static final int STRING_BYTES = 32 << 10;
    private static final byte[] MSET = "MSET".getBytes(StandardCharsets.US_ASCII);

    private final Outlet to;
    private final long from;
    private long[] places = new long[64];
    private int count;
    private @Nullable ByteBuf bytes;
    private final StringPairs strings = new StringPairs(STRING_BYTES);
    private int slot;
    private long firstGathered;

    private int answered; // of the event loop
    private volatile boolean done;

    /**
     * @param from the place of the first key
     * @param room for how many bytes at first
     */
    Batch(Outlet to, long from, int room) {
        this.to = to;
        this.from = from;
        this.bytes = to.link().buffer(room);
    }

    long from() {
        return from;
    }

    /** How many replies there will be. */
    int count() {
        return count;
    }

    int size() {
        return bytes().readableBytes() + strings.bytes();
    }

    /** Where the next command is to be written. */
    ByteBuf command(long place) {
        endStrings();
        begin(place);
        return bytes();
    }

    private void begin(long place) {
        if (count == places.length) {
            places = Arrays.copyOf(places, 2 * count);
        }
        places[count++] = place;
    }

    /** A string to be set together with others of its slot. */
    void string(long place, int itsSlot, RdbString key, RdbString value) {
        if (itsSlot != slot) {
            endStrings();
        }
        if (strings.count() == 0) {
            firstGathered = place;
            slot = itsSlot;
        }
        strings.add(key, value);
        if (strings.count() == STRINGS_TOGETHER || strings.bytes() >= STRING_BYTES) {
            endStrings();
        }
    }

    private void endStrings() {
        if (strings.count() > 0) {
            begin(firstGathered);
            Resp.header(bytes(), '*', 1 + 2L * strings.count());
            Resp.bulk(bytes(), MSET);
            strings.moveTo(bytes());
        }
    }

    /** Hands over what has been written since the last time, for whoever sends it. */
    ByteBuf part() {
        endStrings();
        ByteBuf part = bytes();
        bytes = null;
        return part;
    }

    /** A buffer for the rest of a command of which parts were handed over. */
    ByteBuf rest(int room) {
        bytes = to.link().buffer(room);
        return bytes;
    }

    private ByteBuf bytes() {
        if (bytes == null) {
            throw new IllegalStateException("This batch has been handed over");
        }
        return bytes;
    }

    /** Gives back what will not be sent, and no more is written. */
    void discard() {
        if (bytes != null) {
            bytes.release();
            bytes = null;
        }
    }

    @Override
    public void accept(Reply reply) {
        if (reply instanceof Reply.Failure failure) {
            to.fail(new Outlet.Trouble(
                    to.link().node() + " answered: " + failure.text(), !Refusal.isPassing(failure), places[answered]));
        }
        if (++answered == count) {
            done = true;
        }
    }

    /** Whether all of it has been answered. */
    boolean isDone() {
        return done;
    }
}
