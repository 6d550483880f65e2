package dev.lockstep.sync;

import dev.lockstep.topology.NodeAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What arrives from one source shard: its spool, and who fills it. Its generations are for one {@link ShardCopy}; thread-safe.
 */
final class Inlet implements SourceListener, AutoCloseable {

    private final Spool spool;
    private final PsyncSource source;
    private final Duration patience;
    private boolean started;
    private @Nullable Generation used;
    private volatile String trouble = "";
    private volatile @Nullable String stopped;

    /**
     * @param source makes the source, which is told to listen to this
     * @param patience how long a source is waited for
     */
    Inlet(Spool spool, Function<SourceListener, PsyncSource> source, Duration patience) {
        this.spool = spool;
        this.patience = patience;
        this.source = source.apply(this);
    }

    /**
     * What can be gone on with from where the target stands, or a snapshot to begin anew with.
     *
     * @param record what the target remembers; null if nothing
     */
    Generation generation(@Nullable LaneRecord record) throws IOException, Setback, InterruptedException {
        checkStopped();
        Generation now = spool.current();
        if (now != null && (continues(record, now) || now.snapshot() != null)) {
            start();
            return now;
        }
        if (now != null) {
            spool.abandon(now, "the target stands elsewhere");
        }
        boolean streams = record != null
                && record.phase() != LaneRecord.Phase.COPY
                && record.phase() != LaneRecord.Phase.DIVERGED;
        if (!started && record != null && streams) {
            Generation next = spool.beginStream(new StreamStart(record.history(), record.offset(), record.database()));
            start();
            return next;
        }
        if (started) {
            source.reconnect("a full copy is needed");
        }
        start();
        return awaitCopy();
    }

    /** Whether a generation goes on from what the target remembers. */
    static boolean continues(@Nullable LaneRecord record, Generation generation) {
        if (record == null) {
            return false;
        }
        return switch (record.phase()) {
            case COPY -> generation.snapshot() != null && generation.id().equals(record.snapshot());
            case CATCH_UP, LIVE, BEHIND -> generation.contains(record.history(), record.offset());
            case DIVERGED -> false;
        };
    }

    /** What came before it is not needed any more. */
    void use(Generation generation) {
        Generation before = used;
        used = generation;
        if (before != null && before != generation) {
            before.discard("it was replaced");
        }
    }

    private void start() {
        if (!started) {
            started = true;
            source.start();
        }
    }

    private synchronized Generation awaitCopy() throws Setback, InterruptedException {
        for (long left = patience.toMillis(); left > 0; left -= 100) {
            Generation now = spool.current();
            if (now != null && now.snapshot() != null) {
                return now;
            }
            checkStopped();
            wait(100);
        }
        throw new Setback("no snapshot has begun to arrive within " + patience.toSeconds() + " s"
                + (trouble.isEmpty() ? "" : ": " + trouble));
    }

    /** @throws Setback if this generation has been replaced by another one */
    void check(Generation generation) throws Setback {
        checkStopped();
        if (spool.current() != generation) {
            throw new Setback("the source began a new full copy");
        }
    }

    private void checkStopped() {
        String why = stopped;
        if (why != null) {
            throw new SyncException("The source is not received any more: " + why);
        }
    }

    /** Whether the stream arrives just now. */
    boolean isStreaming() {
        return source.state() instanceof SourceState.Streaming;
    }

    /** Why what is needed in this phase does not arrive, for people; empty if it does. */
    String missing(SyncProgress.Phase phase) {
        return switch (phase) {
            case CONNECTING -> trouble;
            case FULL_COPY -> "";
            case CATCH_UP, LIVE ->
                isStreaming() ? "" : "no stream from the source" + (trouble.isEmpty() ? "" : ": " + trouble);
        };
    }

    @Override
    public synchronized void copyBegan(Generation generation, NodeAddress node, String why) {
        trouble = "";
        notifyAll();
    }

    @Override
    public void disconnected(String why) {
        trouble = why;
    }

    @Override
    public void refused(String why) {
        trouble = why;
    }

    @Override
    public void waiting(String why) {
        trouble = why;
    }

    @Override
    public void stopped(String why) {
        stopped = why;
    }

    @Override
    public void close() {
        source.close();
        spool.close();
    }
}
