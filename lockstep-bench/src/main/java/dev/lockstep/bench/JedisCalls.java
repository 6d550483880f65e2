package dev.lockstep.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Calls through Jedis: blocking ones on a connection of a pool; others in a pipeline of the thread's own, which is sent, and
 * waited for, whenever it holds a whole window.
 */
final class JedisCalls implements Calls {

    private record Asked(
            Response<String> response,
            BiConsumer<? super @Nullable String, ? super @Nullable Throwable> whenAnswered) {}

    private final UnifiedJedis jedis;
    private final @Nullable AbstractPipeline pipeline;
    private final int window;
    private final List<Asked> gathered = new ArrayList<>();

    JedisCalls(UnifiedJedis jedis, int window) {
        this.jedis = jedis;
        this.window = window;
        this.pipeline = window > 1 ? jedis.pipelined() : null;
    }

    @Override
    public @Nullable String get(String key) {
        return jedis.get(key);
    }

    @Override
    public @Nullable String set(String key, String value) {
        return jedis.set(key, value);
    }

    @Override
    public List<@Nullable String> mget(String... keys) {
        return jedis.mget(keys);
    }

    @Override
    public void get(String key, BiConsumer<? super @Nullable String, ? super @Nullable Throwable> whenAnswered) {
        gather(new Asked(pipeline().get(key), whenAnswered));
    }

    @Override
    public void set(
            String key, String value, BiConsumer<? super @Nullable String, ? super @Nullable Throwable> whenAnswered) {
        gather(new Asked(pipeline().set(key, value), whenAnswered));
    }

    private AbstractPipeline pipeline() {
        if (pipeline == null) {
            throw new IllegalStateException("A pipeline needs a window of more than 1, got " + window);
        }
        return pipeline;
    }

    private void gather(Asked asked) {
        gathered.add(asked);
        if (gathered.size() == window) {
            flush();
        }
    }

    @Override
    public void flush() {
        pipeline().sync();
        for (Asked asked : gathered) {
            try {
                asked.whenAnswered().accept(asked.response().get(), null);
            } catch (JedisException e) {
                asked.whenAnswered().accept(null, e);
            }
        }
        gathered.clear();
    }

    @Override
    public void close() {
        if (pipeline != null) {
            pipeline.close();
        }
    }
}
