package dev.lockstep.bench;

import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One calling thread: GET and SET on random keys, or MGET, every reply checked. */
final class Worker implements Runnable {

    private final Contender contender;
    private final Keys keys;
    private final Shape shape;
    private final BooleanSupplier running;
    private final AtomicReference<@Nullable Throwable> failure;
    private final AtomicLong answered = new AtomicLong(); // written by one thread at a time

    Worker(
            Contender contender,
            Keys keys,
            Shape shape,
            BooleanSupplier running,
            AtomicReference<@Nullable Throwable> failure) {
        this.contender = contender;
        this.keys = keys;
        this.shape = shape;
        this.running = running;
        this.failure = failure;
    }

    /** How many calls were answered right; exact once the thread has ended. */
    long answered() {
        return answered.get();
    }

    @Override
    public void run() {
        try (Calls calls = contender.calls().apply(shape.window())) {
            if (shape.keys() > 1) {
                readMany(calls);
            } else if (shape.window() == 1) {
                block(calls);
            } else {
                pipeline(calls);
            }
        } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
        }
    }

    private boolean isWrite(long count) {
        return count % shape.writeEvery() == shape.writeEvery() - 1;
    }

    private void block(Calls calls) {
        var random = ThreadLocalRandom.current();
        long count = 0;
        while (running.getAsBoolean()) {
            String key = keys.any(random);
            if (!isWrite(count)) {
                String reply = calls.get(key);
                if (!keys.value().equals(reply)) {
                    throw wrong("GET", reply);
                }
            } else {
                String reply = calls.set(key, keys.value());
                if (!"OK".equals(reply)) {
                    throw wrong("SET", reply);
                }
            }
            count++;
        }
        answered.set(count);
    }

    private void readMany(Calls calls) {
        var random = ThreadLocalRandom.current();
        long count = 0;
        while (running.getAsBoolean()) {
            String[] asked = keys.some(shape.keys(), random);
            List<@Nullable String> replies = calls.mget(asked);
            if (replies.size() != asked.length || !replies.stream().allMatch(keys.value()::equals)) {
                throw wrong("MGET", replies.toString());
            }
            count++;
        }
        answered.set(count);
    }

    private void pipeline(Calls calls) {
        var random = ThreadLocalRandom.current();
        var inFlight = new Semaphore(shape.window());
        BiConsumer<@Nullable String, @Nullable Throwable> onGet =
                (reply, error) -> finish(inFlight, error, reply, false);
        BiConsumer<@Nullable String, @Nullable Throwable> onSet =
                (reply, error) -> finish(inFlight, error, reply, true);
        long count = 0;
        while (running.getAsBoolean()) {
            inFlight.acquireUninterruptibly();
            String key = keys.any(random);
            if (!isWrite(count++)) {
                calls.get(key, onGet);
            } else {
                calls.set(key, keys.value(), onSet);
            }
        }
        calls.flush();
        inFlight.acquireUninterruptibly(shape.window());
    }

    private void finish(Semaphore inFlight, @Nullable Throwable error, @Nullable String reply, boolean set) {
        if (error != null) {
            failure.compareAndSet(null, error);
        } else if (set ? !"OK".equals(reply) : !keys.value().equals(reply)) {
            failure.compareAndSet(null, wrong(set ? "SET" : "GET", reply));
        } else {
            answered.incrementAndGet();
        }
        inFlight.release();
    }

    private static IllegalStateException wrong(String command, @Nullable String reply) {
        return new IllegalStateException(command + " answered '" + reply + "', which was never written");
    }
}
