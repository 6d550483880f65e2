package dev.lockstep.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedisException;
import dev.lockstep.local.LocalServer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Plain clients that write to whoever is the primary, and remember what was acknowledged; {@link #close} checks it. */
final class Writers implements AutoCloseable {

    private static final int THREADS = 4;

    private final Deployment deployment;
    private final Supplier<LocalServer> primary;
    private final String key;
    private final RedisClient client = RedisClient.create();
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final AtomicInteger number = new AtomicInteger();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stop;

    /** {@code key} holds what they write; {@code primary} finds who owns it. */
    Writers(LocalDeployment servers, String key, Supplier<LocalServer> primary) {
        this.deployment = Deployment.parse(servers.uri());
        this.key = key;
        this.primary = primary;
        client.setOptions(deployment.clientOptions());
        for (int i = 0; i < THREADS; i++) {
            Thread thread = new Thread(this::run, "writer-" + i);
            thread.start();
            threads.add(thread);
        }
        awaitMore();
    }

    private void run() {
        while (!stop) {
            try (StatefulRedisConnection<String, String> connection = client.connect(uri())) {
                while (!stop) {
                    String value = String.valueOf(number.incrementAndGet());
                    connection.sync().sadd(key, value);
                    acknowledged.add(value);
                }
            } catch (RedisException | LocalRedisException e) {
                Thread.onSpinWait(); // READONLY, MOVED, cut off: it is looked for the primary again
            }
        }
    }

    private RedisURI uri() {
        RedisURI uri = deployment.dataNode(Watched.at(primary.get()));
        uri.setTimeout(Duration.ofSeconds(30)); // longer than any pause
        return uri;
    }

    /** Waits until further writes have been acknowledged: a primary takes them now. */
    void awaitMore() {
        int before = acknowledged.size();
        Watched.until("more writes", () -> acknowledged.size() > before + 100);
    }

    /** Ends them; nothing that was acknowledged may be missing at the primary. */
    @Override
    public void close() {
        stop = true;
        for (Thread thread : threads) {
            try {
                thread.join(40_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        try (StatefulRedisConnection<String, String> connection = client.connect(uri())) {
            Set<String> lost = ConcurrentHashMap.newKeySet();
            lost.addAll(acknowledged);
            lost.removeAll(connection.sync().smembers(key));
            assertThat(lost)
                    .as("lost of " + acknowledged.size() + " acknowledged")
                    .isEmpty();
        } finally {
            client.shutdown();
        }
    }
}
