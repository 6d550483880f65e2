package dev.lockstep.sync;

import dev.lockstep.topology.Shard;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who looks after the lanes of a source that is a Redis Cluster: begins one for each shard that comes, and begins all of them
 * anew when nobody knows any more in which order their streams belong. Runs on a thread of its own.
 */
final class SourceWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SourceWatch.class);
    private static final long LOOK_MILLIS = 300;
    private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final Lanes lanes;
    private final CopyTask task;
    private final Thread thread;
    private volatile @Nullable RuntimeException failure;

    private SourceWatch(Lanes lanes, CopyTask task) {
        this.lanes = lanes;
        this.task = task;
        this.thread = new Thread(this::watch, "lockstep-source-watch");
        thread.setDaemon(true);
    }

    static SourceWatch start(Lanes lanes, CopyTask task) {
        SourceWatch watch = new SourceWatch(lanes, task);
        watch.thread.start();
        return watch;
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(LOOK_MILLIS);
                String lost = lanes.custody().lost();
                if (lost != null) {
                    beginAnew(lost);
                }
                joinNew();
                retire();
            }
        } catch (InterruptedException e) {
            LOG.debug("Nobody looks after the lanes any more");
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    /** A shard without slots may be about to become another one's replica. */
    private void joinNew() throws InterruptedException {
        for (Shard shard : lanes.shards()) {
            if (!lanes.has(shard) && (!shard.slots().isEmpty() || takesSome(shard))) {
                lanes.join(shard);
            }
        }
    }

    private boolean takesSome(Shard shard) throws InterruptedException {
        try (SourceNodes nodes = lanes.nodes()) {
            return !nodes.view(shard.name()).slots().isAtRest();
        } catch (Setback | SourceMoved e) {
            LOG.debug("Source shard {} cannot be asked: {}", shard.name(), e.getMessage());
            return false;
        }
    }

    /** What has given all of its slots away, and is there no more, needs no lane. */
    private void retire() throws InterruptedException {
        for (int lane : lanes.gone()) {
            try (Outlets outlets = task.connect()) {
                lanes.end(lane);
                new TargetStore(outlets, task.patience()).forget(lane);
                lanes.remove(lane);
            } catch (Setback e) {
                LOG.info("Source shard {} is to be forgotten: {}", lane, e.getMessage());
            }
        }
    }

    private void beginAnew(String why) throws InterruptedException {
        LOG.warn("All source shards are copied anew: {}", why);
        lanes.close();
        lanes.hindered("all is copied anew, since " + why);
        while (!isForgotten() || !isAtRest()) {
            Thread.sleep(LOOK_MILLIS);
        }
        lanes.clearSpools();
        lanes.begin(LaneNumbers.fresh(lanes.shards()));
    }

    private boolean isForgotten() throws InterruptedException {
        try (Outlets outlets = task.connect()) {
            new TargetStore(outlets, task.patience()).forgetAll();
            return true;
        } catch (Setback e) {
            LOG.info("What the target remembers is to be forgotten: {}", e.getMessage());
            return false;
        }
    }

    /** Whether no slot has been on its way for a while, and everybody says the same of them. */
    private boolean isAtRest() throws InterruptedException {
        try (SourceNodes nodes = lanes.nodes()) {
            for (long since = task.now(); task.now() - since < REST_NANOS; Thread.sleep(LOOK_MILLIS)) {
                List<Shard> shards = lanes.shards();
                for (Shard shard : shards) {
                    SlotView view = nodes.view(shard.name()).slots();
                    if (!view.isAtRest() || !view.owned().equals(Slots.bits(shard.slots()))) {
                        lanes.hindered("slots of source shard " + shard.name()
                                + " are moving; all is copied anew when they have come to rest");
                        return false;
                    }
                }
            }
            return true;
        } catch (Setback | SourceMoved e) {
            lanes.hindered(String.valueOf(e.getMessage()));
            return false;
        }
    }

    /** @throws RuntimeException if nobody looks after the lanes any more, and why */
    void throwFailure() {
        RuntimeException why = failure;
        if (why != null) {
            throw why;
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(task.patience().toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
