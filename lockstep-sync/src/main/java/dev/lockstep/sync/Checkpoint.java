package dev.lockstep.sync;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * How far a slot of the target has come in the stream of one source shard: written with the data, in the same transaction.
 *
 * @param generation of the full copy that came before; what another one has left behind says nothing
 * @param offset the end of the last unit that the slot holds
 */
public record Checkpoint(long generation, long offset) {

    /** All keys that a copy keeps for itself begin so. They are no part of the data. */
    static final String PREFIX = "lockstep:ck:";

    private static final byte[] BEGINNING = PREFIX.getBytes(StandardCharsets.US_ASCII);

    /** The key that holds a slot's checkpoints, in that slot: a hash with a field for each source shard. */
    static String key(int slot) {
        return PREFIX + "{" + SlotTags.of(slot) + "}";
    }

    /** Whether a word of a command is such a key. */
    static boolean isOwn(Words words, int key) {
        return words.begins(key, BEGINNING);
    }

    /** Whether a key is one that a copy keeps for itself in database 0 of its target. */
    public static boolean isOwn(ByteBuffer key) {
        if (key.remaining() < PREFIX.length()) {
            return false;
        }
        for (int i = 0; i < PREFIX.length(); i++) {
            if (key.get(key.position() + i) != PREFIX.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Reads what a field holds.
     *
     * @return null if there is none
     * @throws SyncException if it is no checkpoint
     */
    static @Nullable Checkpoint parse(byte @Nullable [] text) {
        if (text == null) {
            return null;
        }
        String seen = new String(text, StandardCharsets.UTF_8);
        int colon = seen.indexOf(':');
        try {
            return new Checkpoint(
                    Long.parseLong(seen.substring(0, Math.max(0, colon))), Long.parseLong(seen.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw new SyncException(
                    "A checkpoint in the target says \"" + seen
                            + "\"; expected GENERATION:OFFSET. Somebody has written to a key" + " that begins with "
                            + PREFIX + ". Delete these keys for a new full copy",
                    e);
        }
    }

    @Override
    public String toString() {
        return generation + ":" + offset;
    }
}
