package dev.lockstep.sync;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a snapshot says of itself, as far as it has been read: its form, how many keys it holds, and notes of its server. */
final class SnapshotFacts {

    /** Servers write about ten notes; a damaged snapshot shall not fill the memory. */
    private static final int NOTES = 64;

    private final Map<String, String> notes = new LinkedHashMap<>();
    private @Nullable RdbFormat format;
    private long keys;
    private long keysWithTtl;
    private int slot = -1;
    private long slotKeys;

    void formed(RdbFormat as) {
        format = as;
    }

    void note(String name, String value) {
        if (notes.size() < NOTES) {
            notes.put(name, value);
        }
    }

    void announce(long more, long moreWithTtl) {
        keys += more;
        keysWithTtl += moreWithTtl;
    }

    void beginSlot(int number, long announced) {
        slot = number;
        slotKeys = announced;
    }

    /** The form it is written in; known once the first item was read. */
    RdbFormat format() {
        if (format == null) {
            throw new IllegalStateException("Nothing of the snapshot has been read yet");
        }
        return format;
    }

    /** A note, such as {@code redis-ver}, {@code valkey-ver}, {@code repl-id}; null if there is none. */
    @Nullable
    String note(String name) {
        return notes.get(name);
    }

    /** A note that is a number, such as {@code repl-offset} or {@code repl-stream-db}; {@code otherwise} if there is none. */
    long number(String name, long otherwise) {
        String value = notes.get(name);
        try {
            return value == null ? otherwise : Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new SyncException("The snapshot's note '" + name + "' is '" + value + "'; expected a number", e);
        }
    }

    /** How many keys were announced, in the databases that were reached. */
    long keys() {
        return keys;
    }

    long keysWithTtl() {
        return keysWithTtl;
    }

    /** The slot whose keys follow, if the server groups them; -1 if it does not. */
    int slot() {
        return slot;
    }

    /** How many keys that slot was announced to have. */
    long slotKeys() {
        return slotKeys;
    }
}
