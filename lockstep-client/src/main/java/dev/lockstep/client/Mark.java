package dev.lockstep.client;

import dev.lockstep.topology.Position;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A moment on one connection, whose position becomes known with the next {@code INFO replication} on it.
 *
 * <p>All calls that are answered between two of those share one mark, so remembering what a session has seen costs a
 * reference. The position is an upper bound: it may include writes of others that came a little later. Thread-safe.
 */
final class Mark {

    /** Which connection to the primary it was taken on; later ones have greater numbers. */
    private final long epoch;
    /** Which moment on that connection; later ones have greater numbers. */
    private final long sequence;

    private volatile @Nullable Position position;
    private volatile boolean settled;
    private @Nullable List<Runnable> waiting;

    Mark(long epoch, long sequence) {
        this.epoch = epoch;
        this.sequence = sequence;
    }

    /** The next moment on the same connection. */
    Mark next() {
        return new Mark(epoch, sequence + 1);
    }

    boolean isAfter(Mark other) {
        return epoch != other.epoch ? epoch > other.epoch : sequence > other.sequence;
    }

    /** The position, or null while it is not known, or if it never will be. */
    @Nullable
    Position position() {
        return position;
    }

    /** Whether nothing more will be learnt about it. */
    boolean isSettled() {
        return settled;
    }

    /** Settles it: with its position, or with null if the connection was lost before one was told. */
    void settle(@Nullable Position found) {
        List<Runnable> toRun;
        synchronized (this) {
            if (settled) {
                return;
            }
            position = found;
            settled = true;
            toRun = waiting;
            waiting = null;
        }
        if (toRun != null) {
            toRun.forEach(Runnable::run);
        }
    }

    /** Runs {@code action} when the mark is settled; at once if it is. */
    void whenSettled(Runnable action) {
        synchronized (this) {
            if (!settled) {
                if (waiting == null) {
                    waiting = new ArrayList<>();
                }
                waiting.add(action);
                return;
            }
        }
        action.run();
    }
}
