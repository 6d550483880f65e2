package dev.lockstep.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.local.LocalDeployment;
import dev.lockstep.local.LocalRedis;
import dev.lockstep.local.LocalServer;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Failovers of real servers, as the watcher sees them. */
class FailoverIT {

    private ClientResources resources;
    private LocalDeployment servers;

    @BeforeEach
    void start() {
        resources = DefaultClientResources.builder().ioThreadPoolSize(2).build();
        servers = LocalRedis.sentinel()
                .password("data-secret")
                .quickDemotion(true)
                .start();
    }

    @AfterEach
    void stop() {
        servers.close();
        resources.shutdown(0, 0, java.util.concurrent.TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void killed_primary_is_replaced_before_the_sentinels_say_so() {
        try (TopologyWatcher watcher = TopologyWatcher.open(Deployment.parse(servers.uri()), resources)) {
            await().until(() -> watcher.current().shards().get(0).replicas().stream()
                            .filter(Node::reachable)
                            .count()
                    == 2);
            System.out.println(watcher.current());
            System.out.println(watcher.sentinels());
            List<Topology> seen = Collections.synchronizedList(new ArrayList<>());
            watcher.addListener((before, after) -> seen.add(after));
            LocalServer old = servers.primary();
            NodeAddress oldAddress = new NodeAddress(old.host(), old.port());
            long t0 = System.nanoTime();
            old.kill();
            await().atMost(Duration.ofSeconds(15))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> {
                        Node p = watcher.current().shards().get(0).primary();
                        return p != null && !p.address().equals(oldAddress);
                    });
            long ours = System.nanoTime() - t0;
            NodeAddress now = watcher.current().shards().get(0).primary().address();
            await().atMost(Duration.ofSeconds(15))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> watcher.sentinels().stream().anyMatch(s -> now.equals(s.primary())));
            long theirs = System.nanoTime() - t0;
            System.out.println("ours " + ours / 1000000 + " theirs " + theirs / 1000000);
            assertThat(seen).isNotEmpty();
        }
    }
}
