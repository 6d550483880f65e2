package dev.lockstep.client;

import dev.lockstep.topology.Position;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the primary stood when: what makes "not older than 50 ms" a question of offsets. Thread-safe.
 *
 * <p>A position that the primary told in answer to a question asked at time t includes every write that was acknowledged
 * before t. So a replica at or past it misses no write older than t.
 */
final class Samples {

    private static final int KEPT = 1024;

    private record Sample(long askedAt, Position position) {}

    private final ArrayDeque<Sample> samples = new ArrayDeque<>();
    private List<Runnable> waiting = new ArrayList<>();

    void add(long askedAt, Position position) {
        List<Runnable> toRun;
        synchronized (this) {
            if (samples.size() == KEPT) {
                samples.pollFirst();
            }
            samples.addLast(new Sample(askedAt, position));
            toRun = waiting;
            waiting = new ArrayList<>();
        }
        toRun.forEach(Runnable::run);
    }

    /** The least demanding position that includes every write acknowledged before {@code time}; null if none is known. */
    synchronized @Nullable Position covering(long time) {
        for (Sample sample : samples) {
            if (sample.askedAt() - time >= 0) {
                return sample.position();
            }
        }
        return null;
    }

    /** Forgets everything: positions of a former primary say nothing about the writes that its successor has taken. */
    synchronized void clear() {
        samples.clear();
    }

    /** Runs {@code action} after the next sample. */
    synchronized void whenNext(Runnable action) {
        waiting.add(action);
    }
}
