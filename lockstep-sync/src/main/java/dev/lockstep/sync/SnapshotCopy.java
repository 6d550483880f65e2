package dev.lockstep.sync;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The carrying over of one snapshot: each key in one command, as the bytes that stand in the snapshot, to the node that owns
 * its slot. Confined to one thread.
 */
final class SnapshotCopy {
    /* Every command replaces what its key had before, and no key comes twice, so it does not matter in which order the nodes
     * carry them out, nor whether one is repeated. So all of it may be begun again from any place before which everything has
     * been answered, the mark. That is safe until the first unit of the stream has been applied.
     *
     * Plain strings are given as such, many in one command where the target is not sharded: that costs a server half of what
     * RESTORE does. A value that does not fit into memory is passed on as it is read, into one RESTORE. */

    private static final int BATCH_BYTES = 256 << 10;
    private static final int CHUNK_BYTES = 256 << 10;
    private static final int PLAIN_BYTES = 16 << 10;
    private static final int KEYS_PER_MARK = 1 << 12;

    private static final byte[] RESTORE = "RESTORE".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] REPLACE = "REPLACE".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ABSTTL = "ABSTTL".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SELECT = "SELECT".getBytes(StandardCharsets.US_ASCII);

    /** Who takes what. */
    interface Route {
        /** Whether keys of different slots must not come in one command, and there is one database only. */
        boolean isSharded();

        Outlet of(int slot);

        Iterable<Outlet> all();
    }

    /** What is done besides, with each key and now and then. */
    interface Watch {
        /** A key is part of the snapshot, whether it is carried over now or was before. */
        void present(int database, ByteBuffer key);

        /** Everything before this place has been answered. */
        void marked(long place) throws Setback, InterruptedException;
    }

    private final SnapshotBytes snapshot;
    private final Route route;
    private final RdbFormat target;
    private final RdbSplitter splitter;
    private final Map<Outlet, Batch> gathering = new LinkedHashMap<>();
    private final int databases;
    private final Selection selection;
    private final Map<Outlet, Integer> selected = new LinkedHashMap<>();
    private final ArrayDeque<Batch> sent = new ArrayDeque<>();
    private long keys;

    /**
     * @param target the form in which the target writes values itself
     * @param databases how many the target has
     * @param selection what is carried over of it; the rest is passed over, as if it were not there
     */
    SnapshotCopy(SnapshotBytes snapshot, Route route, RdbFormat target, int databases, Selection selection) {
        this.selection = selection;
        this.snapshot = snapshot;
        this.databases = databases;
        this.route = route;
        this.target = target;
        this.splitter = new RdbSplitter(snapshot);
    }

    /** What the snapshot says of itself, as far as it has been read. */
    SnapshotFacts facts() {
        return splitter.facts();
    }

    /** How many keys have been read. */
    long keys() {
        return keys;
    }

    /**
     * Carries over what lies behind the mark; waits for what has not arrived.
     *
     * @throws SyncException if something cannot cross, or the snapshot is not sound
     */
    void run(long mark, Watch watch) throws IOException, InterruptedException, Setback {
        try {
            for (RdbSplitter.Item item = splitter.next(); item != RdbSplitter.Item.END; item = splitter.next()) {
                boolean isKey = item == RdbSplitter.Item.KEY;
                boolean taken = isKey && isTaken();
                if (taken) {
                    RdbString key = splitter.key();
                    watch.present(splitter.db(), ByteBuffer.wrap(key.data(), key.from(), key.length()));
                }
                if (splitter.position() > mark) {
                    if (taken && !isOwn()) {
                        carry();
                    } else if (!isKey) {
                        carryFunctions();
                    }
                }
                if (++keys % KEYS_PER_MARK == 0) {
                    watch.marked(Math.max(mark, answered()));
                }
            }
            for (Outlet outlet : route.all()) {
                select(outlet, 0);
                flush(outlet);
                outlet.drain();
            }
        } finally {
            gathering.values().forEach(Batch::discard);
        }
    }

    private boolean isTaken() {
        RdbString key = splitter.key();
        return selection.isAll()
                || selection.takes(
                        splitter.db(), Arrays.copyOfRange(key.data(), key.from(), key.from() + key.length()));
    }

    /** What another copy keeps in the source, because that is its target. */
    private boolean isOwn() {
        RdbString key = splitter.key();
        return splitter.db() == 0 && Checkpoint.isOwn(ByteBuffer.wrap(key.data(), key.from(), key.length()));
    }

    private void carry() throws IOException, InterruptedException, Setback {
        RestoreStamp stamp = RestoreStamp.of(splitter.value().type(), target);
        RdbString key = splitter.key();
        if (!stamp.crosses()) {
            throw new SyncException("The key '" + shown(key) + "' (database " + splitter.db() + ") cannot be copied: "
                    + stamp.refusal());
        }
        if (route.isSharded() && splitter.db() != 0) {
            throw new SyncException("The key '" + shown(key) + "' is in database " + splitter.db()
                    + ", and a Redis Cluster has database 0 only; copy to a target that is no cluster");
        }
        if (splitter.db() >= databases) {
            throw new SyncException("The key '" + shown(key) + "' is in database " + splitter.db()
                    + ", and the target has " + databases + ". Set databases in its configuration to more");
        }
        Outlet outlet = route.of(route.isSharded() ? Slots.of(key.data(), key.from(), key.length()) : 0);
        outlet.take(1);
        select(outlet, splitter.db());
        long expireAt = splitter.expireAt();
        RdbString plain = expireAt < 0 && !route.isSharded() ? splitter.value().plain(PLAIN_BYTES) : null;
        if (plain != null) {
            gathered(outlet).string(splitter.value().from(), key, plain);
        } else {
            restore(outlet, key, stamp, expireAt);
        }
        if (gathered(outlet).size() >= BATCH_BYTES) {
            flush(outlet);
        }
    }

    private void restore(Outlet outlet, RdbString key, RestoreStamp stamp, long expireAt)
            throws IOException, InterruptedException, Setback {
        boolean atHand = splitter.value().atHand(stamp);
        if (!atHand) {
            flush(outlet); // so that the parts of this command come together
        }
        Batch batch = gathered(outlet);
        ByteBuf out = batch.command(splitter.value().from());
        Resp.header(out, '*', expireAt < 0 ? 5 : 6);
        Resp.bulk(out, RESTORE);
        Resp.bulk(out, key.data(), key.from(), key.length());
        Resp.bulk(out, expireAt < 0 ? 0 : Expiries.graced(expireAt));
        Resp.header(out, '$', splitter.value().payloadLength(stamp));
        if (atHand) {
            splitter.value().writePayload(out, stamp);
        } else {
            outlet.send(batch.part(), 0, none -> {});
            stream(splitter.value().payload(stamp), outlet);
            out = batch.rest(BATCH_BYTES);
        }
        Resp.end(out);
        Resp.bulk(out, REPLACE);
        if (expireAt >= 0) {
            Resp.bulk(out, ABSTTL);
        }
    }

    private static void stream(RestorePayload payload, Outlet outlet)
            throws IOException, InterruptedException, Setback {
        boolean more = true;
        while (more) {
            ByteBuf chunk = outlet.link().buffer(CHUNK_BYTES + RestorePayload.FOOTER + 1);
            boolean read = false;
            try {
                more = payload.writeChunk(chunk, CHUNK_BYTES);
                read = true;
            } finally {
                if (!read) {
                    chunk.release();
                }
            }
            outlet.send(chunk, 0, none -> {});
        }
    }

    private void carryFunctions() throws IOException, InterruptedException, Setback {
        RestoreStamp stamp = RestoreStamp.of(splitter.value().type(), target);
        if (!stamp.crosses()) {
            throw new SyncException("The function libraries cannot be copied: " + stamp.refusal());
        }
        for (Outlet outlet : route.all()) {
            ByteBuf out = gathered(outlet).command(splitter.value().from());
            Resp.header(out, '*', 4);
            Resp.bulk(out, "FUNCTION".getBytes(StandardCharsets.US_ASCII));
            Resp.bulk(out, RESTORE);
            Resp.header(out, '$', splitter.value().payloadLength(stamp));
            splitter.value().writePayload(out, stamp);
            Resp.end(out);
            Resp.bulk(out, REPLACE);
        }
    }

    private Batch gathered(Outlet outlet) {
        return gathering.computeIfAbsent(
                outlet, to -> new Batch(to, splitter.value().from(), BATCH_BYTES + (BATCH_BYTES >> 1)));
    }

    private static String shown(RdbString key) {
        return KeyText.of(key.data(), key.from(), key.length());
    }

    private void select(Outlet outlet, int database) {
        Integer before = selected.put(outlet, database);
        if (before == null ? database != 0 : before != database) {
            ByteBuf out = gathered(outlet).command(splitter.value().from());
            Resp.header(out, '*', 2);
            Resp.bulk(out, SELECT);
            Resp.bulk(out, database);
        }
    }

    private void flush(Outlet outlet) throws Setback, InterruptedException {
        Batch batch = gathering.remove(outlet);
        if (batch != null) {
            ByteBuf part = batch.part();
            batch.discard();
            sent.add(batch);
            outlet.send(part, batch.count(), batch);
        }
    }

    /** Before which place everything has been answered. */
    private long answered() {
        while (!sent.isEmpty() && sent.peek().isDone()) {
            sent.remove();
        }
        long place = splitter.position();
        for (Batch batch : gathering.values()) {
            place = Math.min(place, batch.from());
        }
        for (Batch batch : sent) {
            place = batch.isDone() ? place : Math.min(place, batch.from());
        }
        return place;
    }

    /** The key whose value begins at a place, for people. */
    String nameAt(long place) throws IOException, InterruptedException {
        RdbSplitter again = new RdbSplitter(snapshot, RdbSplitter.USUAL_WINDOW, false);
        while (again.next() != RdbSplitter.Item.END) {
            if (again.value().from() == place) {
                return "key '" + shown(again.key()) + "' (database " + again.db() + ")";
            }
        }
        return "what stands at byte " + place;
    }
}
