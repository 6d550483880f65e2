package dev.lockstep.sync;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What is made sure of in a target before a copy goes into it: for whoever owns it already. Confined to one thread. */
final class Reception {
    /* A copy begins anew when the target remembers nothing of one. That is so until it has been written down what is copied, and
     * never again: so a process that was killed while it emptied the target empties it once more, when there is nothing to
     * lose, and one that goes on finds what it has brought. What is emptied is gone on the replicas too before anything is
     * written down, or else a failover could bring back what nobody would look for any more. */

    /** Beyond so many, keys are not counted any further. */
    private static final int MOST_COUNTED = 100_000;

    static final String ADVICE =
            "Start with the same databases and patterns, or delete the keys of the target that begin" + " with "
                    + Checkpoint.PREFIX + " for a new full copy";

    /**
     * What a target remembers of a copy.
     *
     * @param lanes its source shards; none if there is no copy
     * @param selection what is copied; null if it does not say, which means everything if there is a copy
     */
    record Remembered(List<LaneRecord> lanes, @Nullable String selection) {}

    private final CopyTask task;

    Reception(CopyTask task) {
        this.task = task;
    }

    /**
     * Prepares it.
     *
     * @param remembered what the target knew when it was taken
     * @throws SyncException if the copy must not begin
     */
    void prepare(Remembered remembered, Existing existing) throws InterruptedException {
        if (!remembered.lanes().isEmpty() || remembered.selection() != null) {
            checkSame(remembered.selection());
            return;
        }
        try (Outlets outlets = task.connect()) {
            if (existing == Existing.FAIL) {
                checkEmpty(outlets);
            } else if (existing == Existing.WIPE) {
                empty(outlets);
            }
            new TargetStore(outlets, task.patience()).write(task.selection());
        } catch (Setback e) {
            throw new SyncException("The target could not be prepared: " + e.getMessage() + ". Start again", e);
        }
    }

    /** What has been copied so far is what the target knows of the source: it cannot be less or more from now on. */
    private void checkSame(@Nullable String before) {
        String objection = objection(before, task.selection());
        if (objection != null) {
            throw new SyncException(objection + ". " + ADVICE);
        }
    }

    /** Why a target that remembers this selection cannot be gone on with under another one; null if it can. */
    static @Nullable String objection(@Nullable String remembered, Selection now) {
        String before = remembered == null ? Selection.ALL.toString() : remembered;
        return before.equals(now.toString())
                ? null
                : "The target holds a copy of " + before + ", and now that of " + now
                        + " was asked for; expected the same";
    }

    private void checkEmpty(Outlets outlets) throws Setback, InterruptedException {
        Counted counted = new Counted();
        KeyWalk walk = new KeyWalk(
                outlets,
                new KeyWalk.Scope(Slots.all(), task.selection(), -1),
                KeyWalk.Wanted.ALL,
                task.patience(),
                counted);
        while (counted.keys < MOST_COUNTED && walk.page()) {
            // on
        }
        if (counted.example != null) {
            throw new SyncException(
                    "The target has " + (counted.keys < MOST_COUNTED ? "" : "at least ") + number(counted.keys)
                            + " keys already, such as '" + counted.example + "' (database " + counted.database
                            + "), and no copy has brought them; expected none (--existing fail). Empty it, or begin with"
                            + " --existing replace, which removes what the source does not have, or --existing wipe");
        }
    }

    private static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static final class Counted implements KeyWalk.Step {
        private long keys;
        private @Nullable String example;
        private int database;

        @Override
        public void take(Replies node, Outlet outlet, int where, List<byte[]> page) {
            if (example == null && !page.isEmpty()) {
                example = KeyText.of(page.get(0), 0, page.get(0).length);
                database = where;
            }
            keys += page.size();
        }
    }

    private void empty(Outlets outlets) throws Setback, InterruptedException {
        Replicated replicated = Replicated.by(outlets, task);
        for (Outlet outlet : outlets.all()) {
            Replies node = new Replies(outlet, task.patience());
            boolean keepsOwner = outlet == outlets.of(0);
            CompletableFuture<Reply> begun = node.send(Words.of("MULTI"));
            CompletableFuture<Reply> queued = node.send(Words.of("FLUSHALL", "ASYNC"));
            // Whose it is has to stay there, or else somebody else could take it now.
            List<CompletableFuture<Reply>> claim = (keepsOwner
                            ? task.ownership().claim()
                            : List.<Words>of())
                    .stream().map(node::send).toList();
            CompletableFuture<Reply> done = node.send(Words.of("EXEC"));
            node.answer(begun, Words.of("MULTI"));
            node.answer(queued, Words.of("FLUSHALL"));
            for (CompletableFuture<Reply> each : claim) {
                node.answer(each, Words.of("SET"));
            }
            node.answer(done, Words.of("EXEC"));
        }
        replicated.await(task::now);
    }
}
