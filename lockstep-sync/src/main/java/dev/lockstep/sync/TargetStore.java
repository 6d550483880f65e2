package dev.lockstep.sync;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a target remembers of the copies that are made into it: how far each slot has come, and each source shard. Confined to
 * one thread.
 */
final class TargetStore {

    static final String RECORDS = Checkpoint.PREFIX + "{" + SlotTags.of(0) + "}:lanes";

    /** The field of those records that says what is copied. */
    static final String SELECTION = "selection";

    private final Outlets outlets;
    private final Replies records;
    private final Duration patience;
    private @Nullable Signs signs;

    TargetStore(Outlets outlets, Duration patience) {
        this.outlets = outlets;
        this.patience = patience;
        this.records = new Replies(outlets.records(), patience);
    }

    /** What is remembered of a source shard; null if nothing is. */
    @Nullable
    LaneRecord record(int lane) throws Setback, InterruptedException {
        String text = Replies.text(records.ask(Words.of("HGET", RECORDS, Integer.toString(lane))));
        return text == null ? null : LaneRecord.parse(lane, text);
    }

    /** All source shards that are remembered. */
    static List<LaneRecord> records(Replies records) throws Setback, InterruptedException {
        List<LaneRecord> all = new ArrayList<>();
        List<Reply> told = Replies.elements(records.ask(Words.of("HGETALL", RECORDS)));
        for (int i = 0; i + 1 < told.size(); i += 2) {
            String lane = String.valueOf(Replies.text(told.get(i)));
            if (lane.equals(SELECTION)) {
                continue;
            }
            all.add(LaneRecord.parse(Integer.parseInt(lane), String.valueOf(Replies.text(told.get(i + 1)))));
        }
        return all;
    }

    /** What is copied, as it was remembered before the first source shard was; null if that is not known. */
    static @Nullable String selection(Replies records) throws Setback, InterruptedException {
        return Replies.text(records.ask(Words.of("HGET", RECORDS, SELECTION)));
    }

    /** Remembers what is copied, to be done before any source shard is remembered. */
    void write(Selection selection) throws Setback, InterruptedException {
        records.ask(Words.of("HSET", RECORDS, SELECTION, selection.toString()));
    }

    /** Forgets a source shard. */
    void forget(int lane) throws Setback, InterruptedException {
        records.ask(Words.of("HDEL", RECORDS, Integer.toString(lane)));
    }

    /** Forgets all source shards, so that each is copied anew. What of them is copied stays as it is. */
    void forgetAll() throws Setback, InterruptedException {
        List<String> words = new ArrayList<>(List.of("HDEL", RECORDS));
        records(records).forEach(record -> words.add(Integer.toString(record.lane())));
        if (words.size() > 2) {
            records.ask(Words.of(
                    words.toArray(String[]::new))); // at once: those that are left would go on without the others
        }
    }

    /** Remembers a source shard. */
    void write(LaneRecord record) throws Setback, InterruptedException {
        records.ask(Words.of("HSET", RECORDS, Integer.toString(record.lane()), record.toString()));
    }

    /** What is remembered of a source shard's keys that are in doubt. */
    DoubtStore doubts(Replicated replicated, LongSupplier clock, int lane) {
        return new DoubtStore(records, replicated, clock, lane);
    }

    /** How far each slot has come that has taken something of this source shard since its last full copy. */
    Map<Integer, Long> checkpoints(LaneRecord record) throws Setback, InterruptedException {
        Map<Integer, Long> offsets = new HashMap<>();
        int slots = outlets.isSharded() ? Slots.COUNT : 1;
        String field = field(record.lane());
        List<CompletableFuture<Reply>> asked = new ArrayList<>(slots);
        for (int slot = 0; slot < slots; slot++) {
            asked.add(new Replies(outlets.of(slot), patience).send(Words.of("HGET", Checkpoint.key(slot), field)));
        }
        for (int slot = 0; slot < slots; slot++) {
            Checkpoint checkpoint = Checkpoint.parse(Replies.bytes(records.answer(asked.get(slot), Words.of("HGET"))));
            if (checkpoint != null && checkpoint.generation() == record.generation()) {
                offsets.put(slot, checkpoint.offset());
            }
        }
        return offsets;
    }

    /** From now on {@link #turn} looks whether the signs of this full copy are there. */
    Signs watch(LaneRecord record) {
        Signs those = new Signs(outlets, record, patience);
        signs = those;
        return those;
    }

    /** @throws Divergence if the target has lost what it was given */
    void turn(long now) {
        if (signs != null) {
            signs.turn(now);
        }
    }

    /** The name of a source shard's checkpoint in the hash of a slot. */
    static String field(int lane) {
        return Integer.toString(lane);
    }

    static byte[] fieldBytes(int lane) {
        return field(lane).getBytes(StandardCharsets.US_ASCII);
    }
}
