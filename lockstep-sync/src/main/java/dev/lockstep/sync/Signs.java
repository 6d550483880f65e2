package dev.lockstep.sync;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * What shows that a target still holds what the full copy of a source shard has brought: something of ours all over it, written
 * when the copy began. Confined to one thread.
 */
final class Signs {
    /* Who empties a target, and a server that comes back without its data, takes the signs along with everything else. The
     * checkpoints do not show that: a slot without one is one for which there was nothing to do, and the next transaction
     * writes it anew. So each sign is written once. They lie in every 64th slot, so that each node has some, unless it
     * owns hardly anything. */

    static final int EVERY = 64;
    private static final long LOOK_EVERY = TimeUnit.SECONDS.toNanos(1);

    private final Outlets outlets;
    private final Duration patience;
    private final String field;
    private final String value;
    private final List<CompletableFuture<Reply>> asked = new ArrayList<>();
    private long askedAt;

    Signs(Outlets outlets, LaneRecord record, Duration patience) {
        this.outlets = outlets;
        this.patience = patience;
        this.field = TargetStore.field(record.lane()) + ":sign";
        this.value = Long.toString(record.generation());
    }

    /** Puts them there. */
    void write() throws Setback, InterruptedException {
        await(send("HSET", value));
    }

    /** @throws Divergence if one is missing */
    void check() throws Setback, InterruptedException {
        List<CompletableFuture<Reply>> replies = send("HGET");
        await(replies);
        judge(replies);
    }

    /**
     * Looks now and then whether they are there, without waiting.
     *
     * @throws Divergence if one was missing
     */
    void turn(long now) {
        if (asked.isEmpty() && now - askedAt >= LOOK_EVERY) {
            askedAt = now;
            asked.addAll(send("HGET"));
        } else if (!asked.isEmpty() && asked.stream().allMatch(CompletableFuture::isDone)) {
            judge(asked);
            asked.clear();
        }
    }

    private List<CompletableFuture<Reply>> send(String command, String... more) {
        List<CompletableFuture<Reply>> replies = new ArrayList<>();
        for (int slot = 0; slot < (outlets.isSharded() ? Slots.COUNT : 1); slot += EVERY) {
            List<String> words = new ArrayList<>(List.of(command, Checkpoint.key(slot), field));
            words.addAll(List.of(more));
            replies.add(new Replies(outlets.of(slot), patience).send(Words.of(words.toArray(String[]::new))));
        }
        return replies;
    }

    private void await(List<CompletableFuture<Reply>> replies) throws Setback, InterruptedException {
        Replies any = new Replies(outlets.records(), patience);
        for (CompletableFuture<Reply> reply : replies) {
            any.answer(reply, Words.of("HGET"));
        }
    }

    /** An error says nothing of what is there. */
    private void judge(List<CompletableFuture<Reply>> replies) {
        for (CompletableFuture<Reply> reply : replies) {
            if (reply.isCompletedExceptionally() || reply.join() instanceof Reply.Failure) {
                continue;
            }
            byte[] seen = Replies.bytes(reply.join());
            if (seen == null || !value.equals(new String(seen, StandardCharsets.US_ASCII))) {
                throw new Divergence("the target was emptied, or a server of it has come back without its data");
            }
        }
    }
}
