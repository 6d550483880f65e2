package dev.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.local.Link;
import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import io.lettuce.core.RedisFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A primary that is cut off together with one of its replicas goes on, and so does that replica; both are still reached by the
 * application when the other replica is promoted.
 */
@Timeout(180)
class PartitionIT {

    @Test
    void whatWasConfirmedIsNotOnTheWrongSideAndTheRestIsTold() throws Exception {
        List<LostWrites> told = new CopyOnWriteArrayList<>();
        AtomicInteger failovers = new AtomicInteger();
        LockstepListener listener = new LockstepListener() {
            @Override
            public void onWritesLost(LostWrites lost) {
                told.add(lost);
            }

            @Override
            public void onFailover(Failover failover) {
                failovers.incrementAndGet();
            }
        };
        try (LocalDeployment redis = LocalRedis.sentinel()
                        .replicas(2)
                        .links(true)
                        .quickDemotion(true)
                        .start();
                Lockstep cache =
                        Lockstep.builder(redis.uri()).listener(listener).connect()) {
            View<String, String> durable =
                    cache.primary().writing(Durability.allReplicas().within(Duration.ofSeconds(6)));
            durable.sync().set("begin", "1");
            List<LocalServer> cutOff = List.of(redis.primary(), redis.replicas().get(0));
            List<Link> border = redis.border(cutOff);

            border.forEach(Link::cut);
            Map<String, RedisFuture<String>> asked = new LinkedHashMap<>();
            Map<String, RedisFuture<String>> plain = new LinkedHashMap<>();
            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(2))
                    .until(() -> {
                        asked.put("d" + asked.size(), durable.async().set("d" + asked.size(), "x"));
                        plain.put("p" + plain.size(), cache.primary().async().set("p" + plain.size(), "x"));
                        return failovers.get() > 0;
                    });
            Set<String> confirmed = succeeded(asked);
            Set<String> acknowledged = succeeded(plain);

            LocalServer next = redis.servers().stream()
                    .filter(server -> redis.dataNodes().contains(server) && !cutOff.contains(server))
                    .findFirst()
                    .orElseThrow();
            assertThat(gone(next, confirmed))
                    .as("confirmed by all replicas, and gone")
                    .isEmpty();
            Set<String> lost = told.stream()
                    .flatMap(writes -> writes.writes().stream())
                    .map(LostWrites.Write::keyText)
                    .collect(Collectors.toSet());
            assertThat(gone(next, acknowledged)).isNotEmpty().isSubsetOf(lost);
            border.forEach(Link::heal);
        }
    }

    /** The keys whose writes succeeded, once all have ended. */
    private static Set<String> succeeded(Map<String, RedisFuture<String>> writes) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> writes.values().stream()
                        .allMatch(write -> write.toCompletableFuture().isDone()));
        return writes.entrySet().stream()
                .filter(write -> !write.getValue().toCompletableFuture().isCompletedExceptionally())
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    private static List<String> gone(LocalServer primary, Set<String> keys) {
        List<String> gone = new ArrayList<>();
        for (String key : keys) {
            if (primary.command("GET", key) == null) {
                gone.add(key);
            }
        }
        return gone;
    }
}
