package dev.lockstep.bench;

import io.lettuce.core.KeyValue;
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
        try {
            if (shape.keys() > 1) {
                readMany();
            } else if (shape.window() == 1) {
                block();
            } else {
                pipeline();
            }
        } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
        }
    }

    private boolean isWrite(long count) {
        return count % shape.writeEvery() == shape.writeEvery() - 1;
    }

    private void block() {
        var commands = contender.sync();
        var random = ThreadLocalRandom.current();
        long count = 0;
        while (running.getAsBoolean()) {
            String key = keys.any(random);
            if (!isWrite(count)) {
                String reply = commands.get(key);
                if (!keys.value().equals(reply)) {
                    throw wrong("GET", reply);
                }
            } else {
                String reply = commands.set(key, keys.value());
                if (!"OK".equals(reply)) {
                    throw wrong("SET", reply);
                }
            }
            count++;
        }
        answered.set(count);
    }

    private void readMany() {
        var commands = contender.sync();
        var random = ThreadLocalRandom.current();
        long count = 0;
        while (running.getAsBoolean()) {
            String[] asked = keys.some(shape.keys(), random);
            List<KeyValue<String, String>> replies = commands.mget(asked);
            for (int i = 0; i < asked.length; i++) {
                KeyValue<String, String> reply = replies.get(i);
                if (!asked[i].equals(reply.getKey()) || !keys.value().equals(reply.getValueOrElse(""))) {
                    throw wrong("MGET", reply.toString());
                }
            }
            count++;
        }
        answered.set(count);
    }

    private void pipeline() {
        var commands = contender.async();
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
                commands.get(key).whenComplete(onGet);
            } else {
                commands.set(key, keys.value()).whenComplete(onSet);
            }
        }
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
