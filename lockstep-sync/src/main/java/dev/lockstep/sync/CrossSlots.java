package dev.lockstep.sync;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The carrying out of what concerns several slots of the target at once, such as a key that is renamed into another slot.
 * Confined to one thread.
 */
final class CrossSlots {
    /* A target commits one slot at a time. So such a step is taken in parts, each with a checkpoint of its own, in an order
     * in which nothing is ever missing: first what is written is made, from what the target itself holds, then what is gone
     * is removed. Everything before the step has been applied by then, and nothing behind it is, so what is read there is what
     * the source had. If it breaks off between two parts, the checkpoints say which have been taken; the others find what
     * they need where it was.
     *
     * What another slot has to give travels as DUMP gives it, under a name of ours in the slot where it is needed, for no
     * longer than the transaction. A reader may see one part and not yet the other. */

    /** The parts of one step, as they are taken. */
    interface Parts {
        /** Goes on to the next part; false if its slot holds it already. */
        boolean next(int slot);

        /** Whether a slot holds the part at hand, or what comes behind it. */
        boolean isPast(int slot);

        /** Commits the part at hand. */
        void commit(int slot, List<Applied> commands) throws Setback, InterruptedException;
    }

    private final Outlets outlets;
    private final Supplier<BitSet> slots;
    private final Selection selection;
    private final Duration patience;
    private final Libraries libraries;

    /** @param slots of the source shard, as it has them now */
    CrossSlots(Outlets outlets, Supplier<BitSet> slots, Selection selection, Duration patience, Libraries libraries) {
        this.selection = selection;
        this.libraries = libraries;
        this.outlets = outlets;
        this.slots = slots;
        this.patience = patience;
    }

    void apply(Plan.Step.Crossing step, Parts parts) throws Setback, InterruptedException {
        Effect effect = step.effect();
        if (effect instanceof Effect.Relocation relocation) {
            relocate(relocation, parts);
        } else if (effect instanceof Effect.Transfer transfer) {
            transfer(transfer, parts);
        } else if (effect instanceof Effect.Computation computation) {
            compute(computation, parts);
        } else if (effect instanceof Effect.Flush flush) {
            flush(slots.get(), flush.allDatabases() ? -1 : step.database(), parts);
        } else if (effect instanceof Effect.FlushSlots flush) {
            BitSet some = new BitSet();
            flush.slots().forEach(range -> some.set(range.first(), range.last() + 1));
            some.and(slots.get());
            flush(some, -1, parts);
        } else if (effect instanceof Effect.Functions functions) {
            libraries.changed();
            for (Outlet outlet : outlets.all()) {
                change(functions, outlet);
            }
        } else {
            throw new IllegalStateException("Nobody knows how to carry out " + effect);
        }
    }

    /** What holds something that came behind the flush has been flushed; what does not may be flushed again. */
    private void flush(BitSet which, int database, Parts parts) throws Setback, InterruptedException {
        parts.next(0);
        BitSet left = (BitSet) which.clone();
        for (int slot = left.nextSetBit(0); slot >= 0; slot = left.nextSetBit(slot + 1)) {
            if (parts.isPast(outlets.isSharded() ? slot : 0)) {
                left.clear(slot);
            }
        }
        new Sweep(outlets, left, selection, patience).all(database);
    }

    /** A slot that has to give something must not have gone on without that. */
    private static void present(Parts parts, int slot) {
        if (parts.isPast(slot)) {
            throw new KeyDiffers("a failover of the target took back what had come from another slot");
        }
    }

    private void relocate(Effect.Relocation relocation, Parts parts) throws Setback, InterruptedException {
        Effect.SlotKey from = relocation.from();
        Effect.SlotKey to = relocation.to();
        if (parts.next(to.slot())) {
            present(parts, from.slot());
            Replies node = at(from.slot());
            long time = node.ask(Words.of(ascii("PEXPIRETIME"), from.bytes())) instanceof Reply.Count told
                    ? told.value()
                    : -1;
            byte[] value = dump(node, from.bytes());
            if (value == null) {
                throw new KeyDiffers("the key that is renamed or copied is not there");
            }
            parts.commit(
                    to.slot(),
                    List.of(applied(
                            ascii("RESTORE"),
                            to.bytes(),
                            ascii(Long.toString(Math.max(0, time))),
                            value,
                            ascii("REPLACE"),
                            ascii("ABSTTL"))));
        }
        if (!relocation.keepsSource() && parts.next(from.slot())) {
            parts.commit(from.slot(), List.of(applied(ascii("DEL"), from.bytes())));
        }
    }

    private void transfer(Effect.Transfer transfer, Parts parts) throws Setback, InterruptedException {
        if (parts.next(transfer.toSlot())) {
            present(parts, transfer.fromSlot());
            byte[] element = transfer.element();
            if (element == null) {
                element = Replies.bytes(at(transfer.fromSlot()).ask(transfer.peek()));
            }
            if (element == null) {
                throw new KeyDiffers("there is nothing to be moved from one list to another");
            }
            parts.commit(transfer.toSlot(), List.of(new Applied(0, transfer.put(element), ExpectedReply.ANY)));
        }
        if (parts.next(transfer.fromSlot())) {
            parts.commit(transfer.fromSlot(), List.of(new Applied(0, transfer.take(), ExpectedReply.ANY)));
        }
    }

    private void compute(Effect.Computation computation, Parts parts) throws Setback, InterruptedException {
        if (!parts.next(computation.slot())) {
            return;
        }
        List<Applied> commands = new ArrayList<>();
        List<Applied> removals = new ArrayList<>();
        Map<Integer, byte[]> names = new HashMap<>();
        Words words = computation.words();
        for (int place : computation.strangers()) {
            byte[] name = ascii(Checkpoint.key(computation.slot()) + ":copy:" + place);
            present(parts, words.slot(place));
            byte[] value = dump(at(words.slot(place)), words.bytes(place));
            names.put(place, name);
            if (value != null) {
                commands.add(applied(ascii("RESTORE"), name, ascii("0"), value, ascii("REPLACE")));
                removals.add(applied(ascii("DEL"), name));
            }
        }
        commands.add(new Applied(0, computation.with(names), ExpectedReply.ANY));
        commands.addAll(removals);
        parts.commit(computation.slot(), commands);
    }

    private void change(Effect.Functions functions, Outlet outlet) throws Setback, InterruptedException {
        try {
            new Replies(outlet, patience).ask(functions.words());
        } catch (SyncException e) {
            if (!functions.mayFail()) {
                throw e;
            }
        }
    }

    private Replies at(int slot) {
        return new Replies(outlets.of(slot), patience);
    }

    private static byte @Nullable [] dump(Replies node, byte[] key) throws Setback, InterruptedException {
        return Replies.bytes(node.ask(Words.of(ascii("DUMP"), key)));
    }

    private static Applied applied(byte[]... words) {
        return new Applied(0, Words.of(words), ExpectedReply.ANY);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
