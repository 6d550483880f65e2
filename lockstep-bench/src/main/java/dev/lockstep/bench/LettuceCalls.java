package dev.lockstep.bench;

import dev.lockstep.client.View;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Calls through Lettuce's typed API, which Lettuce and Lockstep both offer: all threads share one connection. */
record LettuceCalls(RedisClusterCommands<String, String> sync, RedisClusterAsyncCommands<String, String> async)
        implements Calls {

    static Contender contender(String name, View<String, String> view) {
        return contender(name, view.sync(), view.async());
    }

    static Contender contender(
            String name, RedisClusterCommands<String, String> sync, RedisClusterAsyncCommands<String, String> async) {
        Calls shared = new LettuceCalls(sync, async);
        return new Contender(name, window -> shared);
    }

    @Override
    public @Nullable String get(String key) {
        return sync.get(key);
    }

    @Override
    public @Nullable String set(String key, String value) {
        return sync.set(key, value);
    }

    @Override
    public List<@Nullable String> mget(String... keys) {
        List<@Nullable String> values = new ArrayList<>(keys.length);
        sync.mget(keys).forEach(pair -> values.add(pair.hasValue() ? pair.getValue() : null));
        return values;
    }

    @Override
    public void get(String key, BiConsumer<? super @Nullable String, ? super @Nullable Throwable> whenAnswered) {
        async.get(key).whenComplete(whenAnswered);
    }

    @Override
    public void set(
            String key, String value, BiConsumer<? super @Nullable String, ? super @Nullable Throwable> whenAnswered) {
        async.set(key, value).whenComplete(whenAnswered);
    }
}
