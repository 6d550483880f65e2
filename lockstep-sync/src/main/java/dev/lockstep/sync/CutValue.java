package dev.lockstep.sync;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The value that the {@link RdbSplitter} stands on, and the payload that RESTORE takes it as. A flyweight: valid until the
 * splitter goes on. Not thread-safe.
 */
final class CutValue {

    private static final long[] NOTHING = {};

    private final SnapshotBytes snapshot;
    private final RdbWindow window;
    private final ValueWalk walk;
    private final Supplier<String> place;
    private final RdbString plain = new RdbString();
    private final PlainSet plainSet = new PlainSet();
    private RdbType type = RdbType.STRING;
    private long from;
    private boolean open;
    private boolean rewritten;

    /** @param place where the cursor is, for people */
    CutValue(SnapshotBytes snapshot, RdbWindow window, Supplier<String> place) {
        this.snapshot = snapshot;
        this.window = window;
        this.walk = new ValueWalk(window);
        this.place = place;
    }

    /** Goes over a value that begins at the cursor. */
    void walk(RdbType of) throws IOException, InterruptedException {
        type = of;
        rewritten = false;
        open = true;
        window.pin();
        from = window.position();
        walk.over(of);
        open = false;
    }

    /** Whether the cursor is in the midst of it. */
    boolean isOpen() {
        return open;
    }

    RdbType type() {
        return type;
    }

    /** Where its bytes begin in the snapshot. */
    long from() {
        return from;
    }

    /** How many bytes it has in the snapshot. */
    long length() {
        return window.position() - from;
    }

    private boolean held() {
        return window.pinned() >= 0;
    }

    /** Whether its payload can be written at once; if not, it is read from the snapshot once more. */
    boolean atHand(RestoreStamp stamp) {
        return held() && (stamp.as() == type || stamp.as() == RdbType.SET);
    }

    /**
     * How long its payload is.
     *
     * @throws SyncException if the target needs an older form, and the value is too large to be rewritten or damaged
     */
    long payloadLength(RestoreStamp stamp) {
        if (stamp.as() == type) {
            return RestorePayload.length(length());
        }
        return atHand(stamp)
                ? RestorePayload.length(rewritten().length())
                : payload(stamp).length();
    }

    /**
     * Appends its payload, if it is at hand.
     *
     * @throws SyncException if the target needs an older form, and the value is damaged
     */
    void writePayload(ByteBuf out, RestoreStamp stamp) {
        if (!atHand(stamp)) {
            throw new IllegalStateException("A value of " + length() + " bytes is not at hand as " + stamp.as());
        }
        if (stamp.as() == type) {
            RestorePayload.write(out, stamp, window.data(), window.pinned(), (int) length());
        } else {
            PlainSet set = rewritten();
            RestorePayload.write(out, stamp, set.data(), 0, set.length());
        }
    }

    /**
     * Its payload, whatever its size, to be read from the snapshot.
     *
     * @throws SyncException if the target needs an older form, and the value is too large to be rewritten
     */
    RestorePayload payload(RestoreStamp stamp) {
        long[] cuts = stamp.as() == type ? NOTHING : stamp.as() == RdbType.STREAM_2 ? walk.activeTimes() : null;
        if (cuts == null) {
            throw new SyncException("A value of " + length() + " bytes is too large to be rewritten as " + stamp.as()
                    + ", which is what the target knows: " + here() + ". Copy to a newer server.");
        }
        return new RestorePayload(snapshot, stamp, from, window.position(), cuts);
    }

    private PlainSet rewritten() {
        if (!rewritten) {
            try {
                plainSet.rewrite(window.data(), window.pinned(), window.index());
            } catch (RdbDamage e) {
                throw e.in(here());
            }
            rewritten = true;
        }
        return plainSet;
    }

    /**
     * Its plain bytes, for SET, or as the code of a library, if it is a string of at most so many, and at hand; null if not.
     *
     * @throws SyncException if it is compressed, and does not give what it says
     */
    @Nullable
    RdbString plain(int atMost) {
        if ((type != RdbType.STRING && type != RdbType.FUNCTION) || !held()) {
            return null;
        }
        try {
            return plain.read(window.data(), window.pinned(), window.index(), atMost) ? plain : null;
        } catch (RdbDamage e) {
            throw e.in(here());
        }
    }

    private String here() {
        open = true;
        String here = place.get();
        open = false;
        return here;
    }
}
