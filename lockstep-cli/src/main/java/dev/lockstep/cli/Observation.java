package dev.lockstep.cli;

import dev.lockstep.topology.Deployment;
import dev.lockstep.topology.Node;
import dev.lockstep.topology.NodeAddress;
import dev.lockstep.topology.Shard;
import dev.lockstep.topology.Switchover;
import dev.lockstep.topology.TopologyWatcher;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A deployment being watched: its watcher, and the network threads that it needs. */
final class Observation implements AutoCloseable {
    private static final int THREADS = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final long POLL_MILLIS = 20;

    private final Deployment deployment;
    private final ClientResources resources;
    private final TopologyWatcher watcher;
    private final long complete = System.nanoTime() + PATIENCE.toNanos();

    /** Returns when the primaries are verified; throws a TopologyException if there is none. */
    Observation(Deployment deployment) {
        this.deployment = deployment;
        this.resources = DefaultClientResources.builder()
                .ioThreadPoolSize(THREADS)
                .computationThreadPoolSize(THREADS)
                .build();
        boolean opened = false;
        try {
            this.watcher = TopologyWatcher.open(deployment, resources);
            opened = true;
        } finally {
            if (!opened) {
                shutDown();
            }
        }
    }

    /** What is known now. The first time it waits, not long, until everybody was asked. */
    DeploymentStatus status() throws InterruptedException {
        while (!isComplete() && System.nanoTime() < complete) {
            Thread.sleep(POLL_MILLIS);
        }
        return DeploymentStatus.of(deployment, watcher.current(), watcher.sentinels(), Instant.now());
    }

    /** Makes a replica the primary; see {@link Switchover#run}. */
    Switchover switchover(@Nullable NodeAddress to, Consumer<String> progress) {
        return Switchover.run(watcher, to, progress);
    }

    private boolean isComplete() {
        return watcher.sentinels().stream().allMatch(s -> s.primary() != null || s.problem() != null)
                && watcher.current().shards().stream().allMatch(Observation::isComplete);
    }

    private static boolean isComplete(Shard shard) {
        return shard.primary() != null
                && Stream.concat(Stream.of(shard.primary()), shard.replicas().stream())
                        .allMatch(Observation::hasAnswered);
    }

    private static boolean hasAnswered(Node node) {
        return node.info() != null || node.problem() != null;
    }

    @Override
    public void close() {
        watcher.close();
        shutDown();
    }

    private void shutDown() {
        var unused = resources.shutdown(0, 1, TimeUnit.SECONDS);
    }
}
