package dev.lockstep.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.redisson.api.RedissonClient;

/** Calls through Redisson's buckets, on connections of its pool. */
record RedissonCalls(RedissonClient redisson) implements Calls {

    private static final String DONE = "OK"; // its SET answers nothing

    @Override
    public @Nullable String get(String key) {
        return redisson.<String>getBucket(key).get();
    }

    @Override
    public @Nullable String set(String key, String value) {
        redisson.<String>getBucket(key).set(value);
        return DONE;
    }

    @Override
    public List<@Nullable String> mget(String... keys) {
        Map<String, String> found = redisson.getBuckets().get(keys);
        return Arrays.<@Nullable String>asList(
                Arrays.stream(keys).map(found::get).toArray(String[]::new));
    }

    @Override
    public void get(String key, BiConsumer<? super @Nullable String, ? super @Nullable Throwable> whenAnswered) {
        redisson.<String>getBucket(key).getAsync().whenComplete(whenAnswered);
    }

    @Override
    public void set(
            String key, String value, BiConsumer<? super @Nullable String, ? super @Nullable Throwable> whenAnswered) {
        redisson.<String>getBucket(key)
                .setAsync(value)
                .whenComplete((nothing, failure) -> whenAnswered.accept(failure == null ? DONE : null, failure));
    }
}
