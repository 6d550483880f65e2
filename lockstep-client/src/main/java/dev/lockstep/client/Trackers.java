package dev.lockstep.client;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The readers of one Lockstep who keep values, and are told of changes together. Thread-safe. */
final class Trackers {

    private static final long LONGEST_MICROS = TimeUnit.SECONDS.toMicros(1);

    private final List<TrackedReads<?, ?>> readers = new CopyOnWriteArrayList<>();
    private final AtomicLong statements = new AtomicLong();
    private volatile long beatMicros = LONGEST_MICROS;

    void add(TrackedReads<?, ?> reader) {
        readers.add(reader);
        setBeat();
    }

    void remove(TrackedReads<?, ?> reader) {
        readers.remove(reader);
        setBeat();
    }

    private synchronized void setBeat() {
        long shortest = LONGEST_MICROS;
        for (TrackedReads<?, ?> reader : readers) {
            shortest = Math.min(shortest, TimeUnit.NANOSECONDS.toMicros(reader.leaseNanos() / 2));
        }
        beatMicros = shortest;
    }

    boolean isEmpty() {
        return readers.isEmpty();
    }

    /** How often primaries must be asked where they stand, so that no lease ends while one answers in half of it. */
    long beatMicros() {
        return beatMicros;
    }

    /** How many statements primaries have made. */
    AtomicLong statements() {
        return statements;
    }

    /** The key has changed. */
    void changed(ByteBuffer key) {
        readers.forEach(reader -> reader.changed(key.duplicate()));
    }

    /** All that came over one connection is worth nothing any more. */
    void lost() {
        readers.forEach(TrackedReads::lost);
    }
}
