package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.local.LocalServer;
import dev.lockstep.topology.Deployment;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoopGroup;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Writes of every kind to one server, over a link, as many as are asked for. */
final class Load implements AutoCloseable {

    private final EventLoopGroup loops = LinkOpener.loops("load", 1);
    private final Link link;
    private final AtomicReference<String> lost = new AtomicReference<>("");
    private final AtomicReference<String> failure = new AtomicReference<>("");
    private final AtomicInteger unanswered = new AtomicInteger();

    Load(Deployment deployment, LocalServer server) {
        link = new LinkOpener(deployment)
                .open(loops, Received.at(server), "load", lost::set)
                .join();
    }

    /** Sends them, and returns without waiting for replies. */
    void send(Words... commands) {
        ByteBuf batch = link.buffer(256);
        for (Words command : commands) {
            command.writeTo(batch);
        }
        unanswered.addAndGet(commands.length);
        link.send(batch, commands.length, reply -> {
            unanswered.decrementAndGet();
            if (reply instanceof Reply.Failure refusal) {
                failure.set(refusal.text());
            }
        });
    }

    /** One of each kind that the stream renders in its own way, all on keys of one slot. */
    void mixed(int number) {
        String n = Integer.toString(number);
        send(
                Words.of("INCR", "{k}counter"),
                Words.of("SET", "{k}s" + number % 50, "v" + n, "EX", "1000"),
                Words.of("RPUSH", "{k}list", n, ""),
                Words.of("LPOP", "{k}list"),
                Words.of("MULTI"),
                Words.of("HSET", "{k}hash", "f" + number % 20, n),
                Words.of("INCR", "{k}counter"),
                Words.of("EXEC"),
                Words.of("ZADD", "{k}zset", n, "m" + number % 30),
                Words.of("SADD", "{k}set", n, "x"),
                Words.of("SPOP", "{k}set"),
                Words.of("XADD", "{k}stream", "MAXLEN", "100", "*", "f", n),
                Words.of("EVAL", "redis.call('INCR',KEYS[1]); redis.call('DEL',KEYS[2])", "2", "{k}counter", "{k}tmp"),
                Words.of("PEXPIRE", "{k}s" + number % 50, "1"),
                Words.of("GET", "{k}s1"));
    }

    /** How often {@link #mixed} increases the counter. */
    static final int COUNTS = 3;

    /** The answer to one command, after all that was sent before. */
    Reply call(String... words) {
        return link.call(Words.of(words)).join();
    }

    void awaitAnswers() {
        Received.until(
                "answers to all writes",
                () -> unanswered.get() == 0 || !lost.get().isEmpty());
        assertThat(lost.get()).isEmpty();
        assertThat(failure.get()).isEmpty();
    }

    @Override
    public void close() {
        link.close();
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
