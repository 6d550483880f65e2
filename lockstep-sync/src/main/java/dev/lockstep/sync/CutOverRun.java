package dev.lockstep.sync;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
     * records without checkpoints, and the next one would apply again what is there already.
     *
     * The target may lose its data while it is compared, and after: a lane that notices that has a setback, and the signs that
     * were written all over the target are looked at before the records go. */

    private static final Duration DRAIN = Duration.ofSeconds(30);
    private static final long LOOK_MILLIS = 5;
    private static final int ATTEMPTS = 3;

    private final Lanes lanes;
    private final Keeper keeper;
    private final CopyTask task;
    private final Runnable end;
    private final Consumer<String> told;
    private boolean forgotten;

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
        drain(pause, pause.begin());
        awaitReplicas();
        told.accept("The target holds all that was acknowledged. Comparing ...");
        long setbacks = lanes.setbacks();
        boolean equal = proof.holds();
        List<SourcePause.Stand> stands = pause.checkNow();
        throwFailure();
        checkUndisturbed(setbacks);
        if (!equal) {
            return new CutOver(false, pause.elapsed(), Duration.ZERO);
        }
        drain(pause, stands);
        end.run();
        lanes.throwFailure();
        checkUndisturbed(setbacks);
        if (missing(stands) != null) {
            throw new SyncException("The copy ended before its end. The source takes writes again; start it again");
        }
        pause.checkNow();
        removeOwnKeys(pause, stands, proof);
        Duration held = pause.hold(hold);
        return new CutOver(true, pause.elapsed(), held);
    }

    /** A primary of the target that is lost from now on has a successor that holds all this. */
    private void awaitReplicas() throws InterruptedException {
        try (Outlets outlets = task.connect()) {
            Replicated.by(outlets, task).await(task::now);
        } catch (Setback e) {
            throw new SyncException(
                    "The target holds everything, but not beyond a failover: " + e.getMessage()
                            + ". The source takes writes again, and the copy is what it was; try again",
                    e);
        }
    }

    /** What a lane tells of itself stays as it was while it has no target. */
    private void checkUndisturbed(long setbacks) {
        if (lanes.setbacks() != setbacks) {
            throw new SyncException(
                    "The target was lost for a moment while it was compared, or something else hindered the"
                            + " copy; expected that nothing did. The source takes writes again; see that the servers of the target"
                            + " keep running, and start again");
        }
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

    private void removeOwnKeys(SourcePause pause, List<SourcePause.Stand> stands, Proof proof)
            throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            pause.check();
            try {
                removeOnce(stands, proof);
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

    private void removeOnce(List<SourcePause.Stand> stands, Proof proof) throws Setback, InterruptedException {
        try (Outlets outlets = task.connect()) {
            Replicated replicated = Replicated.by(outlets, task);
            Replies records = new Replies(outlets.records(), task.patience());
            if (!forgotten) {
                checkRemembered(stands, outlets, records);
            } else if (!proof.holds()) { // what would show that the target was emptied meanwhile may be gone
                throw emptied();
            }
            forgotten = true;
            records.ask(Words.of("DEL", TargetStore.RECORDS));
            replicated.await(task::now);
            removeOthers(outlets, records);
            keeper.rest(); // or else it would miss what goes now
            records.ask(Words.of("DEL", Ownership.KEY, Ownership.EPOCHS));
            replicated.await(task::now);
        }
    }

    /** Whether the target is the one that was copied to, and has lost nothing since. */
    private void checkRemembered(List<SourcePause.Stand> stands, Outlets outlets, Replies records)
            throws Setback, InterruptedException {
        Map<Integer, LaneRecord> remembered = new HashMap<>();
        TargetStore.records(records).forEach(record -> remembered.put(record.lane(), record));
        for (SourcePause.Stand stand : stands) {
            LaneRecord record = remembered.get(lanes.numberOf(stand.shard()));
            if (record == null || record.phase() != LaneRecord.Phase.LIVE) {
                throw emptied();
            }
            try {
                new Signs(outlets, record, task.patience()).check();
            } catch (Divergence e) {
                throw emptied();
            }
        }
    }

    private static SyncException emptied() {
        return new SyncException(
                "The target was emptied after it was compared, or a server of it has come back without its"
                        + " data; expected all that the copy has written there. The source takes writes again; start the copy again");
    }

    /** All but the records and the ownership. What a computation keeps in the target does not outlast its transaction. */
    private void removeOthers(Outlets outlets, Replies records) throws Setback, InterruptedException {
        List<CompletableFuture<Reply>> gone = new ArrayList<>();
        gone.add(records.send(Words.of("UNLINK", DoubtStore.KEY)));
        for (int slot = 0; slot < (outlets.isSharded() ? Slots.COUNT : 1); slot++) {
            gone.add(new Replies(outlets.of(slot), task.patience())
                    .send(Words.of("UNLINK", Checkpoint.key(slot), Replicated.key(slot))));
        }
        for (CompletableFuture<Reply> each : gone) {
            records.answer(each, Words.of("UNLINK"));
        }
    }
}
