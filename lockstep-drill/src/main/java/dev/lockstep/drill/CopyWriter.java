package dev.lockstep.drill;

import dev.lockstep.client.Exclusive;
import dev.lockstep.client.Failover;
import dev.lockstep.client.Lockstep;
import dev.lockstep.client.LockstepListener;
import dev.lockstep.client.LostWrites;
import dev.lockstep.client.NotSentException;
import dev.lockstep.topology.TopologyException;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.ArrayOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Whoever writes to the source of a copy, all the time, on a thread of its own, and keeps account of what was acknowledged.
 * Writes to one key are sent in their order; what became of one is known before its batch ends.
 */
final class CopyWriter implements AutoCloseable {

    private static final int BATCH = 50;
    private static final int FIRST_BATCH = 2_000;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final long WAIT_SECONDS = 20;
    private static final Duration CONNECTS_WITHIN = Duration.ofMinutes(1);

    private final Lockstep source;
    private final CopyWorkload workload;
    private final CopyLedger ledger = new CopyLedger();
    private final int rate;
    private final Patience patience;
    private final Map<String, Exclusive<String, String>> exclusives = new HashMap<>();
    private @Nullable Thread thread;
    private volatile boolean stopped;
    private volatile boolean mayHaveLost;
    private volatile @Nullable RuntimeException failure;

    CopyWriter(String uri, CopyWorkload workload, int rate, Patience patience) {
        this.source = connected(uri, new Witnessing(), patience);
        this.workload = workload;
        this.rate = rate;
        this.patience = patience;
    }

    /** Sees when the source may have lost what it had acknowledged: also when nobody meant it to, as on a busy machine. */
    private final class Witnessing implements LockstepListener {
        @Override
        public void onFailover(Failover failover) {
            mayHaveLost = true;
        }

        @Override
        public void onWritesLost(LostWrites lost) {
            mayHaveLost = true;
        }
    }

    /** Whether the source may have lost what it had acknowledged. */
    boolean mayHaveLost() {
        return mayHaveLost;
    }

    /** On a busy machine servers that have just started may not answer in time. */
    private static Lockstep connected(String uri, LockstepListener listener, Patience patience) {
        long until = patience.clock().getAsLong() + CONNECTS_WITHIN.toNanos();
        while (true) {
            try {
                return Lockstep.builder(uri).listener(listener).connect();
            } catch (TopologyException e) {
                if (patience.clock().getAsLong() > until) {
                    throw e;
                }
            }
        }
    }

    CopyLedger ledger() {
        return ledger;
    }

    /** Writes what is there at the beginning. */
    void fill(int keys) {
        List<CopyWrite> batch = new ArrayList<>();
        for (int i = 0; i < keys; i++) {
            batch.add(workload.first(i));
            if (batch.size() == FIRST_BATCH || i == keys - 1) {
                sendAll(batch);
                batch.clear();
            }
        }
    }

    /** Begins to write. */
    void start() {
        Thread writing = new Thread(this::write, "drill-writer");
        writing.setDaemon(true);
        thread = writing;
        writing.start();
    }

    private void write() {
        long begun = patience.clock().getAsLong();
        try {
            for (long sent = 0; !stopped; sent += BATCH) {
                List<CopyWrite> batch = new ArrayList<>();
                for (int i = 0; i < BATCH; i++) {
                    batch.add(workload.next());
                }
                sendAll(batch);
                long due = begun + (sent + BATCH) * TimeUnit.SECONDS.toNanos(1) / rate;
                long now = patience.clock().getAsLong();
                if (due > now) {
                    TimeUnit.NANOSECONDS.sleep(due - now);
                } else {
                    begun += now - due; // what was missed, as while nobody took writes, is not made up for
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    private void sendAll(List<CopyWrite> batch) {
        List<CompletableFuture<?>> replies = new ArrayList<>();
        for (CopyWrite write : batch) {
            replies.add(write.parts().isEmpty() ? sent(write) : transaction(write));
        }
        for (int i = 0; i < replies.size(); i++) {
            settle(batch.get(i), replies.get(i));
        }
    }

    private CompletableFuture<?> sent(CopyWrite write) {
        return sent(source.primary().within(TIMEOUT).async(), write);
    }

    private static CompletableFuture<?> sent(RedisAsyncCommands<String, String> on, CopyWrite write) {
        CommandArgs<String, String> words = new CommandArgs<>(StringCodec.UTF8);
        write.words().forEach(word -> {
            if (word.isKey()) {
                words.addKey(word.text());
            } else {
                words.add(word.text());
            }
        });
        try {
            return on.dispatch(CommandType.valueOf(write.name()), new ArrayOutput<>(StringCodec.UTF8), words)
                    .toCompletableFuture();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Carried out at once, and not in the order of what else is sent: of its keys others are sent only after the batch. */
    private CompletableFuture<?> transaction(CopyWrite write) {
        try {
            Exclusive<String, String> on = exclusive(write.someKey());
            on.sync().multi();
            write.parts().forEach(part -> sent(on.async(), part));
            TransactionResult result = on.sync().exec();
            return result.wasDiscarded()
                    ? CompletableFuture.failedFuture(new RedisCommandExecutionException("discarded"))
                    : CompletableFuture.completedFuture(result);
        } catch (RuntimeException e) {
            closeExclusive(write.someKey());
            return CompletableFuture.failedFuture(e);
        }
    }

    /** One for each slot that has transactions, kept until it fails. */
    private Exclusive<String, String> exclusive(String key) {
        return exclusives.computeIfAbsent(tag(key), tag -> source.exclusive(key));
    }

    private void closeExclusive(String key) {
        Exclusive<String, String> broken = exclusives.remove(tag(key));
        if (broken != null) {
            broken.close();
        }
    }

    private static String tag(String key) {
        int begin = key.indexOf('{');
        return begin < 0 ? "" : key.substring(begin, key.indexOf('}', begin));
    }

    private void settle(CopyWrite write, CompletableFuture<?> reply) {
        try {
            reply.get(WAIT_SECONDS, TimeUnit.SECONDS);
            ledger.acknowledged(write);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            ledger.unknown(write);
        } catch (TimeoutException e) {
            ledger.unknown(write);
        } catch (ExecutionException e) {
            Throwable why = e.getCause() instanceof CompletionException wrapped ? wrapped.getCause() : e.getCause();
            if (why instanceof RedisCommandExecutionException || why instanceof NotSentException) {
                ledger.refused();
            } else {
                ledger.unknown(write);
            }
        }
    }

    /** Stops, and returns when it is known of every write what became of it, as far as it will be. */
    void stop() throws InterruptedException {
        stopped = true;
        Thread writing = thread;
        if (writing != null) {
            writing.join();
        }
        RuntimeException why = failure;
        if (why != null) {
            throw new IllegalStateException("The writer failed: " + why, why);
        }
    }

    /** Writes every key that expires once more. After {@link #stop}. */
    void renew(int keys) {
        sendAll(workload.expiriesAnew(keys));
    }

    @Override
    public void close() {
        stopped = true;
        exclusives.values().forEach(Exclusive::close);
        source.close();
    }
}
