package dev.lockstep.sync;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who holds the target for this process, and prolongs its lease while it lives. Runs on a thread of its own. */
final class Keeper implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);
    private static final long RENEW_MILLIS = 2_000;

    private final CopyTask task;
    private final Thread thread;
    private final List<LaneRecord> records = new ArrayList<>();
    private @Nullable String selection;
    private @Nullable Outlet outlet;
    private volatile @Nullable RuntimeException failure;

    private Keeper(CopyTask task) {
        this.task = task;
        this.thread = new Thread(this::keep, "lockstep-keeper");
        thread.setDaemon(true);
    }

    /** Takes the target, looks at it, and keeps it. */
    static Keeper start(CopyTask task) throws InterruptedException {
        Keeper keeper = new Keeper(task);
        try {
            keeper.take();
        } catch (Setback e) {
            keeper.close();
            throw new SyncException("The target cannot be taken: " + e.getMessage());
        } catch (RuntimeException e) {
            keeper.close();
            throw e;
        }
        keeper.thread.start();
        return keeper;
    }

    private void take() throws Setback, InterruptedException {
        Replies node = node();
        task.ownership().acquire(node);
        byte[] own = Replies.bytes(node.ask(Words.of("DUMP", Ownership.EPOCHS)));
        if (own == null) {
            throw new Setback("what was written there is gone again");
        }
        SecureRandom random = new SecureRandom();
        task.learnt(new TargetFacts(
                new TargetShape(task.target().isSharded(), databases(node)),
                RdbFormat.ofPayload(own),
                new HashKey(random.nextLong(), random.nextLong()),
                () -> random.nextLong() >>> 1));
        records.addAll(TargetStore.records(node));
        selection = TargetStore.selection(node);
    }

    private int databases(Replies node) throws Setback, InterruptedException {
        if (task.target().isSharded()) {
            return 1;
        }
        List<Reply> told = Replies.elements(node.ask(Words.of("CONFIG", "GET", "databases")));
        return told.size() < 2 ? 16 : Integer.parseInt(String.valueOf(Replies.text(told.get(1))));
    }

    private Replies node() throws Setback, InterruptedException {
        Outlet now = outlet;
        if (now == null || now.link().isLost()) {
            now = task.connectToRecords();
            outlet = now;
        }
        return new Replies(now, task.patience());
    }

    private void disconnect() {
        if (outlet != null) {
            outlet.close();
            outlet = null;
        }
    }

    /** What the target remembered when it was taken. */
    List<LaneRecord> records() {
        return List.copyOf(records);
    }

    /** What the target remembered of the copy when it was taken. */
    Reception.Remembered remembered() {
        return new Reception.Remembered(records(), selection);
    }

    private void keep() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                Thread.sleep(RENEW_MILLIS);
                task.ownership().renew(node());
            } catch (Setback e) {
                LOG.info("The lease of the target could not be prolonged: {}", e.getMessage());
                disconnect();
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                failure = e;
                return;
            }
        }
    }

    /** @throws RuntimeException if the target is not this process's any more */
    void throwFailure() {
        RuntimeException why = failure;
        if (why != null) {
            throw why;
        }
    }

    /** Prolongs the lease no more. */
    void rest() throws InterruptedException {
        thread.interrupt();
        thread.join();
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(task.patience().toMillis());
            if (outlet != null) {
                task.ownership().release(node());
            }
        } catch (Setback | RuntimeException e) {
            LOG.info("The lease of the target ends by itself: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            disconnect();
        }
    }
}
