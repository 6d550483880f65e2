package dev.lockstep.sync;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The carrying over of one snapshot: each key in one command, as the bytes that stand in the snapshot, to the node that owns
 * its slot. Confined to one thread.
 */
final class SnapshotCopy {
    /* Every command replaces what its key had before, and no key comes twice, so it does not matter in which order the nodes
     * carry them out, nor whether one is repeated. So all of it may be begun again from any place before which everything has
     * been answered, the mark. That is safe until the first unit of the stream has been applied.
     *
     * Plain strings are given as such, in one command as many as follow each other and belong to one slot; without slots
     * that costs a server half of what RESTORE does. A value that does not fit into memory is passed on as it is read, into one RESTORE. */

    private static final int BATCH_BYTES = 256 << 10;
    private static final int CHUNK_BYTES = 256 << 10;
    private static final int PLAIN_BYTES = 16 << 10;
    private static final int KEYS_PER_MARK = 1 << 12;

    private static final byte[] RESTORE = ascii("RESTORE");
    private static final byte[] REPLACE = ascii("REPLACE");
    private static final byte[] SELECT = ascii("SELECT");
    private static final byte[] RESTORE_HEAD = ascii("*5\r\n$7\r\nRESTORE\r\n");
    private static final byte[] RESTORE_HEAD_WITH_TIME = ascii("*6\r\n$7\r\nRESTORE\r\n");
    private static final byte[] NO_TIME = ascii("$1\r\n0\r\n");
    private static final byte[] RESTORE_TAIL = ascii("\r\n$7\r\nREPLACE\r\n");
    private static final byte[] RESTORE_TAIL_WITH_TIME = ascii("\r\n$7\r\nREPLACE\r\n$6\r\nABSTTL\r\n");

    /** Who takes what. */
    interface Route {
        /** Whether keys of different slots must not come in one command, and there is one database only. */
        boolean isSharded();

        Outlet of(int slot);

        Iterable<Outlet> all();
    }

    /** What is done besides, with each key and now and then. */
    interface Watch {
        /**
         * A key is part of the snapshot, whether it is carried over now or was before.
         *
         * @return false if it is to be left out
         */
        boolean present(int database, ByteBuffer key);

        /**
         * A library of functions is part of the snapshot, whether it is carried over now or was before.
         *
         * @param name null if its code does not tell, or is too long
         */
        default void library(@Nullable String name) {}

        /** Everything before this place has been answered. */
        void marked(long place) throws Setback, InterruptedException;
    }

    private final SnapshotBytes snapshot;
    private final Route route;
    private final RdbFormat target;
    private final Map<RdbType, RestoreStamp> stamps = new EnumMap<>(RdbType.class);
    private final RdbSplitter splitter;
    private final Map<Outlet, Side> sides = new LinkedHashMap<>();
    private final int databases;
    private final Selection selection;
    private final ArrayDeque<Batch> sent = new ArrayDeque<>();
    /** The one that was written to last. */
    private @Nullable Side latest;

    private long keys;

    /** One node. */
    private static final class Side {
        final Outlet outlet;

        @Nullable
        Batch gathering;

        int selected;

        Side(Outlet outlet) {
            this.outlet = outlet;
        }
    }

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

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
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
                boolean taken = !isKey || isSelected();
                if (isKey && taken) {
                    RdbString key = splitter.key();
                    taken = watch.present(splitter.db(), ByteBuffer.wrap(key.data(), key.from(), key.length()))
                            && !isOwn();
                } else if (!isKey) {
                    RdbString code = splitter.value().plain(Integer.MAX_VALUE);
                    watch.library(code == null ? null : Libraries.name(code.text()));
                }
                if (taken && splitter.position() > mark) {
                    if (isKey) {
                        carry();
                    } else {
                        carryFunctions();
                    }
                }
                if (++keys % KEYS_PER_MARK == 0) {
                    watch.marked(Math.max(mark, answered()));
                }
            }
            for (Outlet outlet : route.all()) {
                Side side = side(outlet);
                select(side, 0);
                flush(side);
                outlet.drain();
            }
        } finally {
            sides.values().forEach(side -> {
                if (side.gathering != null) {
                    side.gathering.discard();
                }
            });
        }
    }

    private boolean isSelected() {
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
        RestoreStamp stamp = stamps.computeIfAbsent(splitter.value().type(), type -> RestoreStamp.of(type, target));
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
        int slot = route.isSharded() ? Slots.of(key.data(), key.from(), key.length()) : 0;
        Side side = side(route.of(slot));
        side.outlet.take(1);
        select(side, splitter.db());
        long expireAt = splitter.expireAt();
        RdbString plain = expireAt < 0 ? splitter.value().plain(PLAIN_BYTES) : null;
        if (plain != null) {
            gathered(side).string(splitter.value().from(), slot, key, plain);
        } else {
            restore(side, key, stamp, expireAt);
        }
        if (gathered(side).size() >= BATCH_BYTES) {
            flush(side);
        }
    }

    private Side side(Outlet outlet) {
        Side side = latest;
        if (side == null || side.outlet != outlet) {
            side = sides.computeIfAbsent(outlet, Side::new);
            latest = side;
        }
        return side;
    }

    private void restore(Side side, RdbString key, RestoreStamp stamp, long expireAt)
            throws IOException, InterruptedException, Setback {
        boolean atHand = splitter.value().atHand(stamp);
        if (!atHand) {
            flush(side); // so that the parts of this command come together
        }
        Batch batch = gathered(side);
        ByteBuf out = batch.command(splitter.value().from());
        out.writeBytes(expireAt < 0 ? RESTORE_HEAD : RESTORE_HEAD_WITH_TIME);
        Resp.bulk(out, key.data(), key.from(), key.length());
        if (expireAt < 0) {
            out.writeBytes(NO_TIME);
        } else {
            Resp.bulk(out, Expiries.graced(expireAt));
        }
        Resp.header(out, '$', splitter.value().payloadLength(stamp));
        if (atHand) {
            splitter.value().writePayload(out, stamp);
        } else {
            side.outlet.send(batch.part(), 0, none -> {});
            stream(splitter.value().payload(stamp), side.outlet);
            out = batch.rest(BATCH_BYTES);
        }
        out.writeBytes(expireAt < 0 ? RESTORE_TAIL : RESTORE_TAIL_WITH_TIME);
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
            ByteBuf out = gathered(side(outlet)).command(splitter.value().from());
            Resp.header(out, '*', 4);
            Resp.bulk(out, ascii("FUNCTION"));
            Resp.bulk(out, RESTORE);
            Resp.header(out, '$', splitter.value().payloadLength(stamp));
            splitter.value().writePayload(out, stamp);
            Resp.end(out);
            Resp.bulk(out, REPLACE);
        }
    }

    private Batch gathered(Side side) {
        Batch batch = side.gathering;
        if (batch == null) {
            batch = new Batch(side.outlet, splitter.value().from(), BATCH_BYTES + (BATCH_BYTES >> 1));
            side.gathering = batch;
        }
        return batch;
    }

    private static String shown(RdbString key) {
        return KeyText.of(key.data(), key.from(), key.length());
    }

    private void select(Side side, int database) {
        if (side.selected != database) {
            side.selected = database;
            ByteBuf out = gathered(side).command(splitter.value().from());
            Resp.header(out, '*', 2);
            Resp.bulk(out, SELECT);
            Resp.bulk(out, database);
        }
    }

    private void flush(Side side) throws Setback, InterruptedException {
        Batch batch = side.gathering;
        if (batch != null) {
            side.gathering = null;
            ByteBuf part = batch.part();
            batch.discard();
            sent.add(batch);
            side.outlet.send(part, batch.count(), batch);
        }
    }

    /** Before which place everything has been answered. */
    private long answered() {
        while (!sent.isEmpty() && sent.peek().isDone()) {
            sent.remove();
        }
        long place = splitter.position();
        for (Side side : sides.values()) {
            place = side.gathering == null ? place : Math.min(place, side.gathering.from());
        }
        for (Batch batch : sent) {
            place = batch.isDone() ? place : Math.min(place, batch.from());
        }
        return place;
    }

    /** Tells once more of all keys, from the beginning, and does nothing else. */
    void keysAgain(BiConsumer<Integer, ByteBuffer> present) throws IOException, InterruptedException {
        RdbSplitter again = new RdbSplitter(snapshot, RdbSplitter.USUAL_WINDOW, false);
        for (RdbSplitter.Item item = again.next(); item != RdbSplitter.Item.END; item = again.next()) {
            if (item == RdbSplitter.Item.KEY) {
                RdbString key = again.key();
                present.accept(again.db(), ByteBuffer.wrap(key.data(), key.from(), key.length()));
            }
        }
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
