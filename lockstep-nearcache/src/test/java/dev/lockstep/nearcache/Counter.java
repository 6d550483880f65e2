package dev.lockstep.nearcache;

import io.lettuce.core.RedisException;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/** One key that one writer counts up, and what a reader of it may not miss any more. Thread-safe. */
final class Counter {

    private static final int MOST = 1_000_000;

    final String key;
    private final AtomicLongArray ackedAt = new AtomicLongArray(MOST); // 0: not, or not known
    private final AtomicInteger acked = new AtomicInteger();
    private int next = 1; // of the writer

    Counter(String key) {
        this.key = key;
    }

    void count(RedisCommands<String, String> writer) {
        int value = next++;
        try {
            writer.set(key, Integer.toString(value));
            ackedAt.set(value, System.nanoTime());
            acked.set(value);
        } catch (RedisException e) {
            // perhaps written: a reader may see it, and need not
        }
    }

    int acked() {
        return acked.get();
    }

    /** The latest value that was acknowledged by then. */
    int ackedBy(long time) {
        for (int value = acked.get(); value > 0; value--) {
            long at = ackedAt.get(value);
            if (at != 0 && at - time <= 0) {
                return value;
            }
        }
        return 0;
    }

    static int number(@Nullable String value) {
        return value == null ? 0 : Integer.parseInt(value);
    }
}
