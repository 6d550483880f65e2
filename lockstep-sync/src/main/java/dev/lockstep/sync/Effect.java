package dev.lockstep.sync;

import dev.lockstep.topology.SlotRange;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one command of a replication stream means for a target: how it is carried out there so that the target comes to be
 * what the source has become.
 *
 * <p>A pure value. It says which steps there are, not when, how often or over which connection.
 */
sealed interface Effect {

    /** One command on one slot. */
    record OneSlot(SlotCommand command) implements Effect {}

    /** Commands on one slot each, which know nothing of each other: each is carried out, and recorded, for itself. */
    record Split(List<SlotCommand> commands) implements Effect {}

    /**
     * A key that arrives from another shard of the source, which moves a slot key by key. The other shard's stream tells of
     * its removal there, at an offset that it has reached by now.
     */
    record Import(SlotCommand command) implements Effect {}

    /** The value and the expiry of {@link #from} go to {@link #to}, in another slot, and replace what is there. */
    record Relocation(SlotKey from, SlotKey to, boolean keepsSource) implements Effect {}

    /** One element goes from a list or set to another, in another slot. */
    record Transfer(Words words, int fromSlot, int toSlot) implements Effect {

        public Transfer {
            int needed = words.is(0, "SMOVE") ? 4 : words.is(0, "LMOVE") ? 5 : 3;
            if (words.count() < needed) {
                throw new IndexOutOfBoundsException("Expected " + needed + " words");
            }
        }

        /** The element, if the command names it: that of a set. Else {@link #peek} tells it. */
        byte @Nullable [] element() {
            return isSet() ? words.bytes(3) : null;
        }

        /** Reads the element that will be taken from a list; of a set, whether it is there. */
        Words peek() {
            return isSet()
                    ? command("SISMEMBER", words.bytes(1), words.bytes(3))
                    : command("LINDEX", words.bytes(1), ascii(takesLeft() ? "0" : "-1"));
        }

        /** Adds the element to where it goes; comes first, so that it is never nowhere. A set may have it already. */
        Words put(byte[] element) {
            return command(isSet() ? "SADD" : putsLeft() ? "LPUSH" : "RPUSH", words.bytes(2), element);
        }

        /** Removes the element from where it was. */
        Words take() {
            return isSet()
                    ? command("SREM", words.bytes(1), words.bytes(3))
                    : command(takesLeft() ? "LPOP" : "RPOP", words.bytes(1));
        }

        private boolean isSet() {
            return words.is(0, "SMOVE");
        }

        private boolean takesLeft() {
            return words.is(0, "LMOVE") && words.is(3, "LEFT"); // RPOPLPUSH takes right and puts left
        }

        private boolean putsLeft() {
            return !words.is(0, "LMOVE") || words.is(4, "LEFT");
        }

        private static Words command(String name, byte[]... arguments) {
            byte[][] all = new byte[arguments.length + 1][];
            all[0] = ascii(name);
            System.arraycopy(arguments, 0, all, 1, arguments.length);
            return Words.of(all);
        }

        private static byte[] ascii(String text) {
            return text.getBytes(StandardCharsets.US_ASCII);
        }
    }

    /**
     * One key is made of others, not all of which lie in its slot. It is what the command itself makes of copies of them
     * under other names in that slot.
     *
     * @param slot of the key that is made
     * @param destination the place of the key that is made
     * @param strangers the places of those that it is made of and that lie in other slots
     */
    record Computation(Words words, int slot, int destination, List<Integer> strangers) implements Effect {

        /** The command with other names in the places of its strangers. */
        Words with(Map<Integer, byte[]> names) {
            Words changed = words;
            for (Map.Entry<Integer, byte[]> name : names.entrySet()) {
                changed = changed.with(name.getKey(), name.getValue());
            }
            return changed;
        }
    }

    /** All keys of the current database, or of all databases, of the source shard that says so: of its slots only. */
    record Flush(Words words, boolean allDatabases) implements Effect {}

    /** All keys of some slots. */
    record FlushSlots(List<SlotRange> slots) implements Effect {}

    /** Two databases change places. */
    record SwapDatabases(Words words, int one, int other) implements Effect {}

    /** A key goes, or is copied, from the current database to another one. */
    record ToDatabase(SlotCommand command, int database) implements Effect {}

    /**
     * Libraries of functions change, on every primary of the target. Every source shard says so for itself.
     *
     * @param mayFail whether the target may answer that there is no such library, because another shard has said so before
     */
    record Functions(Words words, boolean mayFail) implements Effect {}

    /** A message to subscribers. It is not data. */
    record Message(Words words) implements Effect {}

    /** What follows is for another database. */
    record Select(int database) implements Effect {}

    /** What follows, up to {@link End}, is one unit. */
    record Begin() implements Effect {}

    record End() implements Effect {}

    /** The source tells of slots that change hands. This is never a removal of keys, even where the source removes them. */
    record SlotNews(Words words) implements Effect {}

    /** Nothing that is data. */
    record Nothing() implements Effect {}

    /**
     * It cannot be carried out, so the copy has to stop in front of it.
     *
     * @param reason the command's name, what is the matter with it and what to do, without any argument of it
     * @param key the place of its first key among the words that were sent; -1 if it has none, or none that is known
     */
    record Refused(String reason, int key) implements Effect {

        Refused(String reason) {
            this(reason, -1);
        }
    }

    /** A key and its slot. */
    record SlotKey(Words words, int place, int slot) {

        byte[] bytes() {
            return words.bytes(place);
        }
    }
}
