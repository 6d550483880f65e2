package dev.lockstep.bench;

import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What one thread of a load calls on one client. Used by that thread only. */
interface Calls extends AutoCloseable {

    /** Blocks for the reply. */
    @Nullable
    String get(String key);

    /** Blocks for the reply, which is OK. */
    @Nullable
    String set(String key, String value);

    /** Blocks for the values, in the order of the keys. */
    List<@Nullable String> mget(String... keys);

    /** Returns at once, or when the window is full and a client that sends batches has its replies. */
    void get(String key, BiConsumer<? super @Nullable String, ? super @Nullable Throwable> whenAnswered);

    /** As {@link #get(String, BiConsumer)}. */
    void set(String key, String value, BiConsumer<? super @Nullable String, ? super @Nullable Throwable> whenAnswered);

    /** Sends what was gathered and not sent. */
    default void flush() {}

    @Override
    default void close() {}
}
