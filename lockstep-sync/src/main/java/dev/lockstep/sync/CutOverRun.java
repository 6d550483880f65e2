package dev.lockstep.sync;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The end of a copy while its source takes no writes: the last of it arrives, is proved, and the copy's own keys go. */
final class CutOverRun {
    /* Nothing that was acknowledged at the source lies beyond the offsets that were read when its writes were paused. So once
     * the target holds that much it holds everything, and whether that is so is looked at before anything is given up.
     *
     * Of the copy's own keys the records of the source shards go first, on the replicas too: without them what is left says
     * nothing, and whoever starts the copy again begins anew. The other way round, a process that died in between would leave
     * records without checkpoints, and the next one would apply again what is there already. */

    private static final Duration DRAIN = Duration.ofSeconds(30);
    private static final long LOOK_MILLIS = 5;
    private static final int ATTEMPTS = 3;

    private final Lanes lanes;
    private final Keeper keeper;
    private final CopyTask task;
    private final Runnable end;
    private final Consumer<String> told;

    /**
     * @param end has all lanes ended, and none begun any more
     * @param told what is being done, for people
     */
    CutOverRun(Lanes lanes, Keeper keeper, CopyTask task, Runnable end, Consumer<String> told) {
        this.end = end;
        this.lanes = lanes;
        this.keeper = keeper;
        this.task = task;
        this.told = told;
    }

    CutOver run(SourcePause pause, Proof proof, Duration hold) throws InterruptedException {
        told.accept("Pausing writes at all primaries of the source ...");
        List<SourcePause.Stand> stands = pause.begin();
        drain(pause, stands);
        told.accept("The target holds all that was acknowledged. Comparing ...");
        if (!proof.holds()) {
            return new CutOver(false, pause.elapsed(), Duration.ZERO);
        }
        pause.checkNow();
        throwFailure();
        end.run();
        lanes.throwFailure();
        if (missing(stands) != null) {
            throw new SyncException("The copy ended before its end. The source takes writes again; start it again");
        }
        pause.checkNow();
        removeOwnKeys(pause);
        Duration held = pause.hold(hold);
        return new CutOver(true, pause.elapsed(), held);
    }

    private void throwFailure() {
        keeper.throwFailure();
        lanes.throwFailure();
    }

    private void drain(SourcePause pause, List<SourcePause.Stand> stands) throws InterruptedException {
        long since = task.now();
        for (String missing = missing(stands); missing != null; missing = missing(stands)) {
            pause.check();
            throwFailure();
            if (task.now() - since > DRAIN.toNanos()) {
                throw new SyncException(missing + " " + DRAIN.toSeconds()
                        + " s after writes were paused. They are taken again, and the copy is what it was; try again when it"
                        + " lags less");
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    /** What the target lacks, for people; null if it has everything. */
    private @Nullable String missing(List<SourcePause.Stand> stands) {
        List<SyncProgress.Lane> now = lanes.progress();
        for (SourcePause.Stand stand : stands) {
            SyncProgress.Lane lane = now.stream()
                    .filter(each -> each.shard().equals(stand.shard()))
                    .findFirst()
                    .orElse(null);
            if (lane == null || lane.phase() != SyncProgress.Phase.LIVE) {
                return "The copy of shard " + stand.shard() + " was not live";
            }
            if (lane.applied() < stand.offset()) {
                return "The target still lacked " + (stand.offset() - lane.applied()) + " bytes of shard "
                        + stand.shard();
            }
        }
        return null;
    }

    private void removeOwnKeys(SourcePause pause) throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            pause.check();
            try {
                removeOnce();
                return;
            } catch (Setback e) {
                if (attempt == ATTEMPTS) {
                    throw new SyncException(
                            "The target holds everything, but its keys " + Checkpoint.PREFIX
                                    + "* could not be removed: " + e.getMessage()
                                    + ". The source takes writes again; start the copy again",
                            e);
                }
            }
        }
    }

    private void removeOnce() throws Setback, InterruptedException {
        try (Outlets outlets = task.connect()) {
            Replicated replicated = Replicated.by(outlets, task);
            Replies records = new Replies(outlets.records(), task.patience());
            records.ask(Words.of("DEL", TargetStore.RECORDS));
            replicated.await(task::now);
            for (Outlet outlet : outlets.all()) {
                remove(new Replies(outlet, task.patience()));
            }
            keeper.rest(); // or else it would miss what goes now
            records.ask(Words.of("DEL", Ownership.KEY, Ownership.EPOCHS));
            replicated.await(task::now);
        }
    }

    private static void remove(Replies node) throws Setback, InterruptedException {
        String cursor = "0";
        do {
            List<Reply> page = Replies.elements(
                    node.ask(Words.of("SCAN", cursor, "MATCH", Checkpoint.PREFIX + "*", "COUNT", "1000")));
            cursor = String.valueOf(Replies.text(page.get(0)));
            List<CompletableFuture<Reply>> gone = new ArrayList<>();
            for (Reply key : Replies.elements(page.get(1))) {
                String name = String.valueOf(Replies.text(key));
                if (!name.equals(Ownership.KEY) && !name.equals(Ownership.EPOCHS)) {
                    gone.add(node.send(Words.of("UNLINK", name)));
                }
            }
            for (CompletableFuture<Reply> each : gone) {
                node.answer(each, Words.of("UNLINK"));
            }
        } while (!cursor.equals("0"));
    }
}
