package dev.lockstep.sync;

import java.util.OptionalLong;

/**
 * A command whose keys all lie in one slot of the target, in its {@link PlainForm}.
 *
 * @param slot of its keys; 0 if the target is not sharded
 */
record SlotCommand(ReplicatedCommand command, Words words, int slot) {

    /** What its reply has to look like. */
    ExpectedReply reply() {
        return command.reply();
    }

    /** Whether it may be carried out a second time right behind the first. */
    boolean isRepeatable() {
        return command.isRepeatable(words);
    }

    /** The places of the keys that it changes, in order. */
    int[] written() {
        return command.written(words);
    }

    /** When what it writes is to expire, in milliseconds since 1970; empty if it does not say. */
    OptionalLong expiry() {
        return Expiry.of(command, words);
    }

    /** The same, but what it writes expires so much later. */
    SlotCommand withGrace(long millis) {
        Words later = Expiry.later(command, words, millis);
        return later == words ? this : new SlotCommand(command, later, slot);
    }

    /** The name and the slot, never a value. */
    @Override
    public String toString() {
        return command.words() + " in slot " + slot;
    }
}
