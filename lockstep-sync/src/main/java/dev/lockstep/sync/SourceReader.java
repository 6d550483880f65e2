package dev.lockstep.sync;

import dev.lockstep.topology.Position;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Single values of a source shard, each with the offset at which it is that. Connects when it is first needed. Confined to one
 * thread.
 */
final class SourceReader implements AutoCloseable {
    /* A transaction reads the value, when it expires, and where the stream stands: nothing comes in between. It is read from
     * the primary, because a replica hides a key that is over its time by its own clock, before its primary has said so. */

    private static final long MOST_BYTES = 64L << 20;
    private static final long TOGETHER_BYTES = 32L << 20;

    /**
     * A value.
     *
     * @param payload as DUMP gives it; null if there is no such key
     * @param expireAt milliseconds since 1970; -1 if it does not expire
     * @param history in which the offset counts
     */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares values
    record Value(DatabaseKey key, byte @Nullable [] payload, long expireAt, String history, long offset) {}

    private final String shard;
    private final SourceNodes nodes;

    /**
     * @param shard its name
     * @param nodes closed by this
     */
    SourceReader(String shard, SourceNodes nodes) {
        this.shard = shard;
        this.nodes = nodes;
    }

    /**
     * Reads some of these keys, at least the first, and no more than go into memory together.
     *
     * @throws Setback if it may succeed later
     * @throws Divergence if it cannot: a value is too large, or the source does not allow it
     */
    List<Value> read(List<DatabaseKey> keys) throws Setback, InterruptedException {
        Replies node = nodes.of(shard);
        boolean done = false;
        try {
            List<DatabaseKey> some = fitting(node, keys);
            List<Value> values = new ArrayList<>();
            List<CompletableFuture<Reply>> asked = new ArrayList<>();
            List<CompletableFuture<Reply>> queued = new ArrayList<>();
            int database = 0;
            for (DatabaseKey key : some) {
                if (key.database() != database) {
                    database = key.database();
                    queued.add(node.send(Words.of("SELECT", Integer.toString(database))));
                }
                queued.add(node.send(Words.of("MULTI")));
                queued.add(node.send(command("DUMP", key)));
                queued.add(node.send(command("PEXPIRETIME", key)));
                queued.add(node.send(Words.of("INFO", "replication")));
                asked.add(node.send(Words.of("EXEC")));
            }
            if (database != 0) {
                queued.add(node.send(Words.of("SELECT", "0")));
            }
            for (CompletableFuture<Reply> each : queued) {
                node.answer(each, Words.of("DUMP"));
            }
            for (int i = 0; i < asked.size(); i++) {
                values.add(value(some.get(i), node.answer(asked.get(i), Words.of("DUMP"))));
            }
            done = true;
            return values;
        } catch (SyncException e) {
            throw new Divergence("the source does not let keys be read one by one: " + e.getMessage());
        } finally {
            if (!done) {
                close();
            }
        }
    }

    private static Words command(String name, DatabaseKey key) {
        return Words.of(name.getBytes(StandardCharsets.US_ASCII), key.bytes());
    }

    /** As many as go together. */
    private static List<DatabaseKey> fitting(Replies node, List<DatabaseKey> keys)
            throws Setback, InterruptedException {
        List<CompletableFuture<Reply>> sizes = new ArrayList<>();
        int database = 0;
        for (DatabaseKey key : keys) {
            if (key.database() != database) {
                database = key.database();
                node.send(Words.of("SELECT", Integer.toString(database)));
            }
            sizes.add(node.send(Words.of(
                    "MEMORY".getBytes(StandardCharsets.US_ASCII),
                    "USAGE".getBytes(StandardCharsets.US_ASCII),
                    key.bytes())));
        }
        if (database != 0) {
            node.send(Words.of("SELECT", "0"));
        }
        List<DatabaseKey> some = new ArrayList<>();
        long sum = 0;
        for (int i = 0; i < keys.size(); i++) {
            long size = node.answer(sizes.get(i), Words.of("MEMORY", "USAGE")) instanceof Reply.Count bytes
                    ? bytes.value()
                    : 0;
            if (size > MOST_BYTES) {
                throw new Divergence("the " + keys.get(i) + " has " + size + " bytes, more than the " + MOST_BYTES
                        + " up to which a key is copied by itself");
            }
            sum += size;
            if (sum <= TOGETHER_BYTES || some.isEmpty()) {
                some.add(keys.get(i));
            }
        }
        return some;
    }

    /** Where the source's stream stands: all that the source has written before this was called comes before it. */
    long position() throws Setback, InterruptedException {
        return positionIn(nodes.of(shard).ask(Words.of("INFO", "replication"))).offset();
    }

    private static Value value(DatabaseKey key, Reply reply) throws Setback {
        List<Reply> told = Replies.elements(reply);
        for (Reply each : told) {
            if (each instanceof Reply.Failure failure) {
                throw new SyncException("it answered with " + failure.text());
            }
        }
        if (told.size() != 3) {
            throw new SyncException("its transaction had " + told.size() + " answers; expected 3");
        }
        Position position = positionIn(told.get(2));
        return new Value(
                key,
                Replies.bytes(told.get(0)),
                told.get(1) instanceof Reply.Count time ? Math.max(-1, time.value()) : -1,
                position.history(),
                position.offset());
    }

    private static Position positionIn(Reply info) throws Setback {
        Position position = Replies.ofPrimary(info);
        if (position == null) {
            throw new Setback("the source shard has another primary");
        }
        return position;
    }

    @Override
    public void close() {
        nodes.close();
    }
}
