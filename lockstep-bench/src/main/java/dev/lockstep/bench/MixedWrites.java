package dev.lockstep.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * A writer of mixed commands to one server at an even rate, with a mark now and then that says how many went before it. One
 * thread writes; another one takes the replies.
 */
final class MixedWrites implements AutoCloseable {

    static final String MARK = "mark";

    private static final long PAUSE_NANOS = 2_000_000;
    private static final int KEYS = 20_000;
    private static final int VALUE = 50;

    private final Socket socket;
    private final OutputStream out;
    private final Thread replies;
    private final SplittableRandom random = new SplittableRandom(5);
    private final ByteArrayOutputStream batch = new ByteArrayOutputStream(1 << 16);
    private long writes;

    MixedWrites(int port) throws IOException {
        this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        this.out = socket.getOutputStream();
        this.replies = new Thread(this::takeReplies, "bench-replies");
        replies.setDaemon(true);
        replies.start();
    }

    private void takeReplies() {
        byte[] some = new byte[1 << 16];
        try (InputStream in = socket.getInputStream()) {
            while (in.read(some) >= 0) {
                // whether any failed, the server counts
            }
        } catch (IOException closed) {
            // it is over
        }
    }

    /**
     * Writes for a while.
     *
     * @param rate writes per second
     * @param marks told just before each mark is sent, so that its time is known
     * @return how many were written
     */
    long run(int rate, long nanos, Runnable marks) throws IOException {
        long before = writes;
        long start = System.nanoTime();
        for (long mark = 0, passed = 0; passed < nanos; passed = System.nanoTime() - start) {
            long due = (long) (passed / 1e9 * rate);
            while (writes - before < due && batch.size() < 1 << 16) {
                add();
            }
            if (passed / Marks.EVERY_NANOS >= mark) {
                mark = passed / Marks.EVERY_NANOS + 1;
                marks.run();
                command("INCR", MARK);
                writes++;
            }
            batch.writeTo(out);
            boolean behind = batch.size() >= 1 << 16;
            batch.reset();
            if (!behind) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        return writes - before;
    }

    private void add() {
        int which = random.nextInt(100);
        String number = Integer.toString(random.nextInt(KEYS));
        if (which < 35) {
            command("SET", "string:" + number, value());
        } else if (which < 45) {
            command("SET", "expiring:" + number, value(), "PX", "60000");
        } else if (which < 60) {
            command("INCR", "counter:" + number);
        } else if (which < 75) {
            command("HSET", "hash:" + number, "field " + random.nextInt(10), value());
        } else if (which < 85) {
            command("LPUSH", "list:" + number, value());
        } else if (which < 98) {
            command("ZADD", "zset:" + number, Integer.toString(random.nextInt(1000)), "member " + random.nextInt(10));
        } else {
            command("MULTI");
            command("INCR", "counter:" + number);
            command("HSET", "hash:" + number, "field", value());
            command("EXEC");
            writes++;
        }
        writes++;
    }

    private String value() {
        return Long.toString(random.nextLong() | 1L << 62)
                .concat("x".repeat(VALUE))
                .substring(0, VALUE);
    }

    private void command(String... words) {
        StringBuilder text =
                new StringBuilder(128).append('*').append(words.length).append("\r\n");
        for (String word : words) {
            text.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        batch.writeBytes(text.toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public void close() {
        try {
            socket.close();
            replies.join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
