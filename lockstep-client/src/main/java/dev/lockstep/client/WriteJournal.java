package dev.lockstep.client;

import dev.lockstep.topology.HistoryGraph;
import dev.lockstep.topology.Position;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The acknowledged writes of a shard that are not yet known to be on every replica that may be promoted: what a failover may
 * take back. Bounded; thread-safe.
 */
final class WriteJournal {
    /* Writes are kept as the bytes of their keys, a few dozen bytes each and no object of their own, in batches that share a
     * mark and so a position. A batch is let go once all replicas that may be promoted have told that they are past it. When
     * the lineage changes, the graph of histories tells for each batch whether the new history holds it. A cut within a
     * batch makes all of it lost: some of its writes may have survived, but none that is lost is taken for alive.
     *
     * Of what was let go only the end is remembered. No failover takes it back, as everyone has it; but a server that comes
     * back with less, and leads, does. */

    private static final int FIRST_ROOM = 64;
    private static final int BATCH_OVERHEAD = 96;
    private static final int KEY_OVERHEAD = 5;
    private static final byte INVALIDATES = 1;

    private static final class Batch {
        final Mark mark;
        byte[] data = new byte[FIRST_ROOM];
        int used;
        int keys;

        Batch(Mark mark) {
            this.mark = mark;
        }

        long room() {
            return (long) BATCH_OVERHEAD + data.length;
        }

        void add(byte[] bytes, int from, int length, boolean invalidates) {
            if (used + KEY_OVERHEAD + length > data.length) {
                data = Arrays.copyOf(data, Math.max(2 * data.length, used + KEY_OVERHEAD + length));
            }
            data[used] = invalidates ? INVALIDATES : 0;
            ByteBuffer.wrap(data).putInt(used + 1, length);
            System.arraycopy(bytes, from, data, used + KEY_OVERHEAD, length);
            used += KEY_OVERHEAD + length;
            keys++;
        }

        void tellLost(boolean certain, List<LostWrites.Write> lost) {
            for (int at = 0; at < used; ) {
                int length = ByteBuffer.wrap(data).getInt(at + 1);
                ByteBuffer key =
                        ByteBuffer.wrap(Arrays.copyOfRange(data, at + KEY_OVERHEAD, at + KEY_OVERHEAD + length));
                boolean repaired = length > 0 && (data[at] & INVALIDATES) != 0;
                lost.add(new LostWrites.Write(key.asReadOnlyBuffer(), mark.position(), certain, repaired));
                at += KEY_OVERHEAD + length;
            }
        }
    }

    private final long mostBytes;

    // Guarded by this.
    private final ArrayDeque<Batch> batches = new ArrayDeque<>();
    private long bytes;
    private long forgotten;
    private @Nullable Position letGo; // everything up to there was on every replica

    WriteJournal(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    /** Remembers an acknowledged write. Returns how many keys had to be forgotten for it. */
    synchronized long add(Mark mark, Request request, KeySpec spec, boolean invalidates) {
        Batch batch = batches.peekLast();
        if (batch == null || batch.mark != mark) {
            batch = new Batch(mark);
            batches.add(batch);
        } else {
            bytes -= batch.room();
        }
        Batch to = batch;
        request.eachKey(spec, (key, from, length) -> to.add(key, from, length, invalidates));
        bytes += batch.room();
        return forgetOldest();
    }

    private long forgetOldest() {
        long gone = 0;
        while (bytes > mostBytes) {
            Batch oldest = batches.pollFirst();
            if (oldest == null) {
                break;
            }
            bytes -= oldest.room();
            gone += oldest.keys;
        }
        forgotten += gone;
        return gone;
    }

    /** Lets go of all that is on every replica: their least offset in the lineage. Returns whether anything is left. */
    synchronized boolean confirmed(long offset, Lineage lineage) {
        for (Batch batch = batches.peekFirst(); batch != null; batch = batches.peekFirst()) {
            Position position = batch.mark.position();
            if (position == null || position.offset() > offset || !lineage.survives(position)) {
                return true;
            }
            letGo = position;
            bytes -= batch.room();
            batches.pollFirst();
        }
        forgotten = 0; // what was forgotten came before what has just been confirmed
        return false;
    }

    /** What the new lineage does not hold, and forgets it; null if nothing is lost. */
    synchronized @Nullable LostWrites rebased(String shard, Lineage lineage) {
        List<LostWrites.Write> lost = new ArrayList<>();
        boolean fromTheBeginning = batches.isEmpty();
        for (Iterator<Batch> each = batches.iterator(); each.hasNext(); ) {
            Batch batch = each.next();
            Position position = batch.mark.position();
            HistoryGraph.Fate fate = position == null ? HistoryGraph.Fate.UNKNOWN : lineage.fate(position);
            if (batch.mark.isSettled() && fate != HistoryGraph.Fate.SURVIVED) {
                fromTheBeginning |= batch == batches.peekFirst();
                batch.tellLost(fate == HistoryGraph.Fate.LOST, lost);
                bytes -= batch.room();
                each.remove();
            }
        }
        long unknown = fromTheBeginning ? forgotten : 0; // what was forgotten is older than what is remembered
        forgotten -= unknown;
        boolean confirmedToo = letGo != null && !lineage.survives(letGo);
        letGo = confirmedToo ? null : letGo; // and is told once
        return lost.isEmpty() && unknown == 0 && !confirmedToo
                ? null
                : new LostWrites(shard, lineage.history(), lost, unknown, confirmedToo);
    }

    synchronized void clear() {
        batches.clear();
        bytes = 0;
    }

    synchronized boolean isEmpty() {
        return batches.isEmpty();
    }

    /** How many bytes it takes, and never more than its bound for longer than one write. */
    synchronized long bytes() {
        return bytes;
    }
}
