package dev.lockstep.topology;

import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One switchover under way: its connections, its clock, and whether somebody wants it to stop.
 *
 * <p>It runs on a thread of its own, so that an interrupt of the caller cannot cut short what puts things back.
 */
final class SwitchoverRun implements AutoCloseable {

    private static final Duration CLOSED = Duration.ofSeconds(1);
    private static final long PAUSE = Duration.ofMillis(3).toNanos();

    private final TopologyWatcher watcher;
    private final Consumer<String> progress;
    private final Map<NodeAddress, Wire> dataNodes = new HashMap<>();
    private final Map<NodeAddress, Wire> sentinels = new HashMap<>();
    private volatile boolean stopped;

    private SwitchoverRun(TopologyWatcher watcher, Consumer<String> progress) {
        this.watcher = watcher;
        this.progress = progress;
    }

    static Switchover run(TopologyWatcher watcher, @Nullable NodeAddress target, Consumer<String> progress) {
        SwitchoverRun run = new SwitchoverRun(watcher, progress);
        CompletableFuture<Switchover> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> run.complete(result, target), "lockstep-switchover");
        thread.start();
        boolean interrupted = false;
        while (true) {
            try {
                return result.get();
            } catch (InterruptedException e) {
                interrupted = true;
                run.stopped = true;
            } catch (ExecutionException e) {
                throw e.getCause() instanceof SwitchoverException known
                        ? new SwitchoverException(known)
                        : new CompletionException(e.getCause());
            } finally {
                if (interrupted && result.isDone()) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    /** The caller goes on when the connections are closed: another run would take them for somebody else's. */
    private void complete(CompletableFuture<Switchover> result, @Nullable NodeAddress target) {
        try {
            Switchover done;
            try (this) {
                done = carriedOut(target == null ? null : watcher.known(target));
            }
            result.complete(done);
        } catch (Throwable e) { // an Error too is the caller's to see
            result.completeExceptionally(e);
        }
    }

    private Switchover carriedOut(@Nullable NodeAddress target) {
        return switch (watcher.deployment().mode()) {
            case SENTINEL -> new SentinelSwitchover(this).run(target);
            case CLUSTER -> new ClusterSwitchover(this).run(target);
            case STANDALONE ->
                throw SwitchoverException.refused("redis:// names a server that nobody watches, so its clients would"
                        + " not learn of another primary; give the sentinels (redis-sentinel://host:26379#name)"
                        + " or a cluster (redis-cluster://host:port)");
        };
    }

    TopologyWatcher watcher() {
        return watcher;
    }

    /** Monotonic nanoseconds. */
    long now() {
        return watcher.clock().getAsLong();
    }

    void tell(String what) {
        progress.accept(what);
    }

    /** To be called before anything that cannot be called back. */
    void orStop() {
        if (stopped) {
            throw new RedisException("it was stopped");
        }
    }

    Wire dataNode(NodeAddress address) {
        return dataNodes.computeIfAbsent(address, a -> Wire.toDataNode(a, watcher.deployment(), watcher.client()));
    }

    Wire sentinel(NodeAddress address) {
        return sentinels.computeIfAbsent(address, a -> Wire.toSentinel(a, watcher.deployment(), watcher.client()));
    }

    /** The sentinels that were spoken to so far. */
    List<Wire> sentinels() {
        return List.copyOf(sentinels.values());
    }

    /** Whether the watcher, too, takes this node for the primary of a shard. */
    boolean believes(NodeAddress primary) {
        return watcher.current().shards().stream()
                .anyMatch(shard ->
                        shard.primary() != null && shard.primary().address().equals(primary));
    }

    /** What a data node says of itself now. */
    ReplicationInfo replication(NodeAddress node) {
        return read(dataNode(node).ask("INFO", "replication"));
    }

    ReplicationInfo read(String text) {
        return ReplicationInfo.parse(text).translated(watcher.deployment().addressTranslation());
    }

    /** Where this process reaches whom servers reach there. */
    NodeAddress reached(NodeAddress announced) {
        return watcher.deployment().addressTranslation().apply(announced);
    }

    /** Waits until it holds, looking again and again; false if it does not within the bound. */
    boolean await(Duration bound, BooleanSupplier condition) {
        long until = now() + bound.toNanos();
        while (!condition.getAsBoolean()) {
            if (now() - until >= 0) {
                return false;
            }
            pause();
        }
        return true;
    }

    void pause() {
        LockSupport.parkNanos(PAUSE);
    }

    /** Tries again and again until it succeeds; null if so, else why it failed last. */
    @Nullable
    RedisException insist(Duration bound, Runnable step) {
        RedisException[] last = {null};
        boolean done = await(bound, () -> {
            try {
                step.run();
                return true;
            } catch (RedisException e) {
                last[0] = e;
                return false;
            }
        });
        return done ? null : last[0];
    }

    @Override
    public void close() {
        List<Wire> all = new ArrayList<>(dataNodes.values());
        all.addAll(sentinels.values());
        CompletableFuture.allOf(all.stream().map(Wire::close).toArray(CompletableFuture<?>[]::new))
                .orTimeout(CLOSED.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(late -> null)
                .join();
    }
}
