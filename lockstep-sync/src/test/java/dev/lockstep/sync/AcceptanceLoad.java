package dev.lockstep.sync;

import dev.lockstep.local.LocalDeployment;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Writes of every kind to one deployment, by a seed, until it is closed. */
final class AcceptanceLoad implements AutoCloseable {

    private static final String SCRIPT =
            "redis.call('INCR', KEYS[1]) redis.call('RPUSH', KEYS[2], ARGV[1]) redis.call('LTRIM', KEYS[2], -50, -1)"
                    + " if tonumber(ARGV[1]) % 9 == 0 then redis.call('DEL', KEYS[2]) end";

    private final boolean cluster;
    private final Random random;
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicLong writes = new AtomicLong();
    private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
    private final Thread thread;

    /** @param cluster whether what concerns several keys must be of one slot */
    AcceptanceLoad(LocalDeployment source, boolean cluster, long seed) {
        this.cluster = cluster;
        this.random = new Random(seed);
        this.thread = new Thread(() -> {
            try (Writer to = new Writer(source)) {
                while (!over.get()) {
                    for (int i = 0; i < 40; i++) {
                        mixed(to, i);
                    }
                    to.flush();
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(30));
                }
            } catch (RuntimeException e) {
                failure.compareAndSet(null, e);
            }
        });
        thread.start();
    }

    private void send(Writer to, String... words) {
        to.send(words);
        writes.incrementAndGet();
    }

    private String one(String kind, int of) {
        return "live:" + kind + ":" + random.nextInt(of);
    }

    /** A second key, which a cluster needs in the same slot. */
    private String like(String key, String kind, int of) {
        String other = kind + ":" + random.nextInt(of);
        return cluster ? "{" + key + "}" + other : "live:" + other;
    }

    private void mixed(Writer to, int i) {
        String n = String.valueOf(i);
        send(to, "INCRBY", one("counter", 500), n);
        send(to, "APPEND", one("text", 50), n);
        String list = one("list", 100);
        send(to, "RPUSH", list, n, "more " + n);
        send(to, "LMOVE", list, like(list, "list", 100), "LEFT", "RIGHT");
        send(to, "HINCRBY", one("hash", 100), "field " + random.nextInt(200), "3");
        send(to, "ZINCRBY", one("zset", 50), "0.25", "member " + random.nextInt(300));
        String set = one("set", 20);
        send(to, "SADD", set, n, String.valueOf(random.nextInt(1_000)), "word " + n);
        send(to, "SPOP", set);
        send(to, "SUNIONSTORE", like(set, "union", 20), set, like(set, "set", 20));
        send(to, "XADD", one("stream", 20), "MAXLEN", "200", "*", "field", n);
        send(to, "SET", one("brief", 500), n, "PX", String.valueOf(500 + random.nextInt(2_000)));
        String renewed = one("renewed", 200);
        send(to, "SET", renewed, n, "EX", "3600");
        send(to, "EXPIRE", renewed, String.valueOf(4_000 + random.nextInt(1_000)));
        if (i % 4 == 0) {
            String name = one("name", 200);
            send(to, "SET", name, n);
            send(to, "RENAME", name, like(name, "renamed", 200));
            send(to, "PERSIST", renewed);
            send(to, "DEL", one("counter", 500));
            send(to, "SET", "k" + random.nextInt(1_000_000), "another", "KEEPTTL");
            send(to, "DEL", "k" + random.nextInt(1_000_000));
        }
        if (i % 5 == 0) {
            transaction(to, "{live:" + random.nextInt(50) + "}", n);
        }
    }

    private void transaction(Writer to, String tag, String n) {
        to.sendTo(tag, "MULTI");
        send(to, "INCR", tag + "in a transaction");
        send(to, "LPUSH", tag + "pushed", n);
        send(to, "SET", tag + "set", n);
        to.sendTo(tag, "EXEC");
        to.send(3, "EVAL", SCRIPT, "2", tag + "by a script", tag + "scripted", n);
    }

    /** How many commands have been sent. */
    long writes() {
        return writes.get();
    }

    @Override
    public void close() {
        over.set(true);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        RuntimeException why = failure.get();
        if (why != null) {
            throw why;
        }
    }
}
