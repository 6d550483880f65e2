package dev.lockstep.sync;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;

/** What a target remembers of the keys of one source shard that are in doubt. Confined to one thread. */
final class DoubtStore {

    /** A set of texts: the number of the source shard, the database, the key. */
    static final String KEY = Checkpoint.PREFIX + "{" + SlotTags.of(0) + "}:doubts";

    private static final int TOGETHER = 1_000;

    private final Replies records;
    private final Replicated replicated;
    private final LongSupplier clock;
    private final byte[] lane;

    /** @param records of the node that keeps them */
    DoubtStore(Replies records, Replicated replicated, LongSupplier clock, int lane) {
        this.records = records;
        this.replicated = replicated;
        this.clock = clock;
        this.lane = (lane + " ").getBytes(StandardCharsets.US_ASCII);
    }

    List<DatabaseKey> read() throws Setback, InterruptedException {
        List<DatabaseKey> keys = new ArrayList<>();
        for (Reply each : Replies.elements(records.ask(Words.of("SMEMBERS", KEY)))) {
            byte[] text = Replies.bytes(each);
            if (text != null && Arrays.mismatch(text, lane) == lane.length) {
                keys.add(parse(text));
            }
        }
        return keys;
    }

    private DatabaseKey parse(byte[] text) {
        int space = lane.length;
        while (space < text.length && text[space] != ' ') {
            space++;
        }
        try {
            String database = new String(text, lane.length, space - lane.length, StandardCharsets.US_ASCII);
            return DatabaseKey.of(
                    Integer.parseInt(database),
                    Arrays.copyOfRange(text, Math.min(space + 1, text.length), text.length));
        } catch (NumberFormatException e) {
            throw new SyncException(
                    "The set " + KEY + " in the target has a member that no copy has written. Delete the"
                            + " keys that begin with " + Checkpoint.PREFIX + " for a new full copy");
        }
    }

    private byte[] text(DatabaseKey key) {
        byte[] database = (key.database() + " ").getBytes(StandardCharsets.US_ASCII);
        byte[] text =
                Arrays.copyOf(lane, lane.length + database.length + key.name().remaining());
        System.arraycopy(database, 0, text, lane.length, database.length);
        key.name()
                .duplicate()
                .get(text, lane.length + database.length, key.name().remaining());
        return text;
    }

    /** Remembers what has come into doubt, so that neither a crash nor a failover of the target forgets it. */
    void keep(Doubts doubts) throws Setback, InterruptedException {
        List<DatabaseKey> some = doubts.unwritten();
        if (!some.isEmpty()) {
            change("SADD", some);
            replicated.await(clock);
        }
    }

    /** These are in doubt no more, and what they are was written before. */
    void forget(List<DatabaseKey> mended) throws Setback, InterruptedException {
        if (!mended.isEmpty()) {
            replicated.await(clock);
            change("SREM", mended);
        }
    }

    private void change(String command, List<DatabaseKey> keys) throws Setback, InterruptedException {
        for (int from = 0; from < keys.size(); from += TOGETHER) {
            List<byte[]> words = new ArrayList<>();
            words.add(command.getBytes(StandardCharsets.US_ASCII));
            words.add(KEY.getBytes(StandardCharsets.US_ASCII));
            keys.subList(from, Math.min(keys.size(), from + TOGETHER)).forEach(key -> words.add(text(key)));
            records.ask(Words.of(words.toArray(byte[][]::new)));
        }
    }
}
