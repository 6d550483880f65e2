package dev.lockstep.sync.verify;

import dev.lockstep.sync.HashKey;
import dev.lockstep.sync.SyncException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.Function;

/** Reads the same keys of one database on both sides at the same time. Thread-safe. */
record BothSides(SideReader source, SideReader target, ExecutorService threads) {

    /** One thing of the source and one of the target. */
    record Both<T>(T source, T target) {}

    List<Both<KeyState>> states(List<byte[]> keys) throws InterruptedException {
        return together(reader -> () -> reader.states(keys));
    }

    /** One key, its elements given to what {@code sinks} makes for each side. */
    <E extends Elements> Both<KeyReading<E>> read(byte[] key, Function<HashKey, E> sinks) throws InterruptedException {
        return BothSides.<KeyReading<E>>join(
                        threads.submit(() -> target.read(List.of(key), sinks)), source.read(List.of(key), sinks))
                .get(0);
    }

    private interface Reading<T> {
        List<T> read() throws InterruptedException;
    }

    private <T> List<Both<T>> together(Function<SideReader, Reading<T>> what) throws InterruptedException {
        Reading<T> there = what.apply(target);
        return join(threads.submit(there::read), what.apply(source).read());
    }

    private static <T> List<Both<T>> join(Future<List<T>> there, List<T> here) throws InterruptedException {
        try {
            List<T> other = there.get();
            List<Both<T>> both = new ArrayList<>(here.size());
            for (int i = 0; i < here.size(); i++) {
                both.add(new Both<>(here.get(i), other.get(i)));
            }
            return both;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SyncException known) {
                throw new SyncException(String.valueOf(known.getMessage()), known);
            }
            throw new IllegalStateException("Reading the target failed", e);
        }
    }
}
