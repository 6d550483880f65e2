package dev.lockstep.sync;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The copying of single keys that are in doubt, while the stream goes on. Confined to one thread. */
final class Mending {
    /* A key is read at the source with the offset at which it is that. The stream is applied up to there, and held: then what
     * was read is what the key has to be, whatever it was before, and it is put in its place. What was made out of it on
     * the way has come into doubt as well, and is next.
     *
     * A value whose offset is not reached, or is reached in another history, is one that the source has lost. It is dropped,
     * and read again.
     *
     * A slot that has gone to another shard of the source took its keys along: they have come as a whole by that one's stream.
     *
     * A crash at any time does no harm. Before the key is forgotten as one in doubt it is read and put in place again. What
     * is put in place needs no checkpoint: its slot holds everything before it, and nothing behind it. */

    private static final Logger LOG = LoggerFactory.getLogger(Mending.class);
    private static final long AGAIN = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int TOGETHER = 500;

    private final Doubts doubts;
    private final DoubtStore store;
    private final SourceReader source;
    private final Ours ours;
    private final Outlets outlets;
    private final CopyTask task;
    private final ArrayDeque<SourceReader.Value> values = new ArrayDeque<>();
    private final List<DatabaseKey> mended = new ArrayList<>();
    private long begunAt;

    /** Which slots are the source shard's. */
    interface Ours {
        /** Whether its stream tells of a slot, as far as has been applied. */
        boolean has(int slot);

        /** Whether a slot is on its way to it. */
        boolean takes(int slot) throws Setback, InterruptedException;
    }

    Mending(Doubts doubts, DoubtStore store, SourceReader source, Ours ours, Outlets outlets, CopyTask task) {
        this.ours = ours;
        this.doubts = doubts;
        this.store = store;
        this.source = source;
        this.outlets = outlets;
        this.task = task;
        this.begunAt = task.now() - AGAIN;
    }

    /** Whether there is nothing to be done. */
    boolean isDone() {
        return doubts.isEmpty() && values.isEmpty();
    }

    /** Does what can be done just now. Times of expiry are true. */
    void turn(StreamCopy copy, Generation generation) throws Setback, InterruptedException {
        if (values.isEmpty()) {
            if (!doubts.isEmpty() && task.now() - begunAt >= AGAIN) {
                begin(copy);
            }
        } else if (copy.hasPassed(values.element().offset())) {
            copy.drain();
            put(copy, generation);
        } else if (task.now() - begunAt > task.patience().toNanos()) {
            drop(copy, "the stream has not come as far as the source said");
        }
    }

    private void begin(StreamCopy copy) throws Setback, InterruptedException {
        begunAt = task.now();
        List<DatabaseKey> some = new ArrayList<>();
        List<DatabaseKey> gone = new ArrayList<>();
        for (DatabaseKey key : doubts.first(TOGETHER)) {
            int slot = Slots.of(key.bytes());
            if (ours.has(slot)) {
                some.add(key);
            } else if (!ours.takes(slot)) {
                gone.add(key); // its new shard's stream brought it as a whole
            }
        }
        gone.forEach(doubts::mended);
        store.forget(gone);
        if (some.isEmpty()) {
            return;
        }
        try {
            source.read(some).stream()
                    .sorted(Comparator.comparingLong(SourceReader.Value::offset))
                    .forEach(values::add);
        } catch (Setback e) {
            LOG.info("A key that is in doubt cannot be read: {}; once more soon", e.getMessage());
            return;
        }
        long first = values.element().offset();
        if (first < copy.taken()) {
            drop(copy, "the source's primary stands at " + first + ", behind the stream, at " + copy.taken());
        } else {
            copy.until(first);
        }
    }

    /** Lets the stream go on: what was read is read again when times of expiry are true. */
    void rest(StreamCopy copy) {
        if (!values.isEmpty()) {
            drop(copy, "the copy is behind");
        }
    }

    private void drop(StreamCopy copy, String why) {
        LOG.info("Keys in doubt are read again: {}", why);
        values.clear();
        copy.until(Long.MAX_VALUE);
    }

    private void put(StreamCopy copy, Generation generation) throws Setback, InterruptedException {
        long offset = values.element().offset();
        String history = generation.historyAt(offset);
        if (!history.equals(values.element().history())) {
            drop(copy, "the source has gone on with another history");
            return;
        }
        while (!values.isEmpty() && values.element().offset() == offset) {
            SourceReader.Value value = values.remove();
            put(value);
            doubts.mended(value.key());
            mended.add(value.key());
        }
        copy.until(values.isEmpty() ? Long.MAX_VALUE : values.element().offset());
        if (values.isEmpty()) {
            mended.removeIf(doubts::contains);
            store.forget(mended);
            mended.clear();
        }
    }

    private void put(SourceReader.Value value) throws Setback, InterruptedException {
        byte[] name = value.key().bytes();
        Replies node = new Replies(outlets.of(outlets.isSharded() ? Slots.of(name) : 0), task.patience());
        int database = value.key().database();
        if (database != 0) {
            node.ask(Words.of("SELECT", Integer.toString(database)));
        }
        byte[] payload = value.payload();
        if (payload == null) {
            node.ask(Words.of(ascii("DEL"), name));
        } else {
            long at = Math.max(0, value.expireAt());
            try {
                byte[] form = DumpPayload.forTarget(payload, task.targetFormat());
                node.ask(Words.of(
                        ascii("RESTORE"), name, ascii(Long.toString(at)), form, ascii("REPLACE"), ascii("ABSTTL")));
            } catch (SyncException e) {
                throw new SyncException("The " + value.key() + " cannot be copied again: " + e.getMessage(), e);
            }
        }
        if (database != 0) {
            node.ask(Words.of("SELECT", "0"));
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
