package dev.lockstep.sync;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A cursor over a snapshot that finds where each value begins and ends, and never decodes one. It waits for bytes that have
 * not arrived, and shows one item at a time: what it shows is valid until it goes on. Not thread-safe.
 *
 * <p>After an exception it is of no more use.
 */
final class RdbSplitter {

    /*
     * The file is a sequence of frames. Each begins with a byte: an operation above 240, or the type of a value, whose key
     * and value follow. Operations that say something of the next key gather until it comes.
     *
     * A payload for RESTORE is the type byte and the value's bytes as they stand here, with a version and a checksum behind
     * them. So it is enough to know where the value ends, and for that only its lengths are walked over. Where a length
     * cannot be known the walk ends: nothing is guessed.
     */

    /** What the cursor stands on. */
    enum Item {
        /** A key with its value. */
        KEY,
        /** A function library; it has a value, and no key. */
        FUNCTION,
        /** The end; the checksum was right, or the server wrote none. */
        END
    }

    static final int USUAL_WINDOW = 1 << 20;

    /** Operations have numbers from here on; types are below. */
    private static final int FIRST_OPERATION = 240;

    private static final int NOTE_LIMIT = 1024;
    private static final int FIRST_WITH_CHECKSUM = 5;

    private final RdbWindow window;
    private final CutValue value;
    private final boolean checked;
    private final int keyLimit;
    private final SnapshotFacts facts = new SnapshotFacts();
    private final RdbString key = new RdbString();
    private final RdbString note = new RdbString();
    private boolean begun;
    private @Nullable Item item;
    private int db;
    private long expireAt;
    private long idleSeconds;
    private int frequency;
    private boolean keySeen;

    RdbSplitter(SnapshotBytes snapshot) {
        this(snapshot, USUAL_WINDOW, true);
    }

    /**
     * @param windowSize how many bytes are held; half of it is the longest key that is read, and a value that fits beside
     *     what came before it can be copied without reading it again
     * @param checked whether the checksum at the end is compared
     */
    RdbSplitter(SnapshotBytes snapshot, int windowSize, boolean checked) {
        this.window = new RdbWindow(snapshot, windowSize, checked);
        this.keyLimit = windowSize / 2;
        this.checked = checked;
        this.value = new CutValue(snapshot, window, this::place);
    }

    /**
     * Goes to the next item; waits until all of it has arrived.
     *
     * @throws SyncException if the snapshot ends too early, is damaged, or has something of unknown length
     * @throws IOException if the bytes cannot be had
     */
    Item next() throws IOException, InterruptedException {
        if (item == Item.END) {
            return Item.END;
        }
        try {
            if (!begun) {
                begin();
            }
            item = advance();
            return item;
        } catch (RdbDamage e) {
            throw e.in(place());
        }
    }

    /** Where the cursor is, by the keys that people know. */
    private String place() {
        if (value.isOpen() && value.type() == RdbType.FUNCTION) {
            return "in a function library";
        }
        String named = "'" + KeyText.of(key.data(), key.from(), key.length()) + "' (database " + db + ")";
        if (value.isOpen()) {
            return "in the value of the key " + named + ", " + value.type();
        }
        return keySeen ? "after the key " + named : "before the first key";
    }

    private void begin() throws IOException, InterruptedException {
        begun = true;
        window.pin();
        window.skip(RdbFormat.MAGIC);
        facts.formed(RdbFormat.ofMagic(window.data(), window.pinned()));
    }

    private Item advance() throws IOException, InterruptedException {
        expireAt = -1;
        idleSeconds = -1;
        frequency = -1;
        while (true) {
            long at = window.position();
            int code = window.octet();
            switch (code) {
                case 244 -> slotInfo();
                case 245 -> {
                    value.walk(RdbType.FUNCTION);
                    return Item.FUNCTION;
                }
                case 248 -> idleSeconds = window.count();
                case 249 -> frequency = window.octet();
                case 250 -> note();
                case 251 -> facts.announce(window.count(), window.count());
                case 252 -> expireAt = window.eight();
                case 253 -> expireAt = window.four() * 1000L;
                case 254 -> selectDb();
                case 255 -> {
                    end();
                    return Item.END;
                }
                default -> {
                    RdbType known = RdbType.of(code, facts.format());
                    if (known == null) {
                        throw unknown(code, at);
                    }
                    readKey();
                    value.walk(known);
                    return Item.KEY;
                }
            }
        }
    }

    private SyncException unknown(int code, long at) throws IOException, InterruptedException {
        String why = RdbUnknown.of(code, facts.format(), window);
        String place = place();
        if (code < FIRST_OPERATION) {
            try {
                readKey();
                place = "before the key '" + KeyText.of(key.data(), key.from(), key.length()) + "' (database " + db
                        + ")";
            } catch (RdbDamage e) {
                place += " and before one that cannot be read";
            }
        }
        return new SyncException(
                "The snapshot cannot be copied beyond byte " + at + ", " + place + ": there stands " + why);
    }

    private void readKey() throws IOException, InterruptedException {
        long at = window.position();
        window.pin();
        window.skipString(keyLimit);
        if (!key.readCopy(window.data(), window.pinned(), window.index(), keyLimit)) {
            throw new RdbDamage(
                    "at byte " + at + " a key begins that has more than the " + keyLimit + " bytes that are taken");
        }
        keySeen = true;
    }

    private void selectDb() throws IOException, InterruptedException {
        long number = window.count();
        if (number > Integer.MAX_VALUE) {
            throw new RdbDamage("before byte " + window.position() + " the database " + number + " is chosen");
        }
        db = (int) number;
        facts.beginSlot(-1, 0);
    }

    private void slotInfo() throws IOException, InterruptedException {
        long slot = window.count();
        long keys = window.count();
        window.count();
        if (slot >= Slots.COUNT) {
            throw new RdbDamage("before byte " + window.position() + " the slot " + slot + " begins");
        }
        facts.beginSlot((int) slot, keys);
    }

    private void note() throws IOException, InterruptedException {
        String name = noteText();
        String value = noteText();
        if (name != null && value != null) {
            facts.note(name, value);
        }
    }

    private @Nullable String noteText() throws IOException, InterruptedException {
        window.pin();
        window.skipString();
        int from = window.pinned();
        boolean small = from >= 0 && note.read(window.data(), from, window.index(), NOTE_LIMIT);
        return small ? note.text() : null;
    }

    private void end() throws IOException, InterruptedException {
        if (facts.format().version() < FIRST_WITH_CHECKSUM) {
            return;
        }
        long sum = checked ? window.sum() : 0;
        long at = window.position();
        long written = window.eight();
        if (checked && written != 0 && written != sum) {
            throw new SyncException(
                    "The snapshot's checksum at byte " + at + " is " + Long.toHexString(written)
                            + ", but the bytes before it give " + Long.toHexString(sum)
                            + ": they were damaged on their way or on"
                            + " disk. What was copied of them cannot be trusted; start the copy again.",
                    new RdbDamage("its checksum is another one"));
        }
    }

    /** What the snapshot says of itself, as far as it has been read. */
    SnapshotFacts facts() {
        return facts;
    }

    /** How many bytes have been walked over: where the current item ends. */
    long position() {
        return window.position();
    }

    int db() {
        return db;
    }

    /** The current key, or the last one before a function library. */
    RdbString key() {
        return key;
    }

    /** When the key expires, in milliseconds since 1970; -1 if it does not. */
    long expireAt() {
        return expireAt;
    }

    /** For how long nobody had asked for the key, if the source evicts by that; -1 if it does not. */
    long idleSeconds() {
        return idleSeconds;
    }

    /** How often the key was asked for, as a server counts it (0 to 255), if the source evicts by that; -1 if it does not. */
    int frequency() {
        return frequency;
    }

    /** The current item's value. */
    CutValue value() {
        return value;
    }
}
