package dev.lockstep.topology;

import io.lettuce.core.RedisClient;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop that keeps a {@link Topology} true: it asks sentinels and data nodes, decides who owns
 * what and who is primary, and publishes.
 *
 * <p>Thread-safe. One daemon thread owns all state; it waits only for its own queue, never for a server, so that no
 * frozen server holds up what is learnt from the others.
 */
public final class TopologyWatcher implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TopologyWatcher.class);
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final long LONGEST_WAIT = Duration.ofMillis(250).toNanos();
    /** Between two rounds of asking suspects: clients that are redirected suspect thousands of times per second. */
    private static final long SUSPECTS_PAUSE = Duration.ofMillis(2).toNanos();

    private static final Duration LEAST_PATIENCE = Duration.ofSeconds(5);
    private static final Topology NOTHING = new Topology(0, List.of());

    private final Deployment deployment;
    private final LongSupplier clock;
    private final RedisClient client;
    private final HistoryGraph histories = new HistoryGraph();
    private final Shards shards;
    private final Thread thread;
    private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final Map<NodeAddress, String> suspects = new ConcurrentHashMap<>();
    private final List<TopologyListener> listeners = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Topology> first = new CompletableFuture<>();

    private long suspectsAskedAt;
    private boolean suspectsAsked;

    private volatile Topology current = NOTHING;
    private volatile List<SentinelView> sentinels = List.of();
    private volatile Map<NodeAddress, NodeAddress> aliases = Map.of();
    private volatile boolean closed;

    private TopologyWatcher(Deployment deployment, ClientResources resources, LongSupplier clock) {
        this.deployment = deployment;
        this.clock = clock;
        this.client = AsyncClient.of(resources);
        client.setOptions(deployment.clientOptions());
        this.shards = Shards.of(new Peers(deployment, client, tasks::add, clock, histories));
        this.thread = new Thread(this::run, "lockstep-topology-" + NUMBER.incrementAndGet());
        thread.setDaemon(true);
    }

    /**
     * Watches a deployment; returns once its primary is verified. As {@link #open(Deployment, ClientResources,
     * LongSupplier)} by the system's clock.
     */
    public static TopologyWatcher open(Deployment deployment, ClientResources resources) {
        return open(deployment, resources, System::nanoTime);
    }

    /**
     * Watches a deployment; returns once its primary is verified, in a Redis Cluster the primary of every shard that can be
     * reached within a connect timeout: shards without one and slots without a shard are published as such. Where trying again can help, it is tried again for three
     * connect timeouts and at least five seconds (a new JVM needs a second to load its classes), but not longer than the
     * timeout of a call.
     *
     * @param resources Lettuce's threads; stay the caller's to shut down, after this watcher
     * @param clock monotonic nanoseconds
     * @throws TopologyException if there is none, with what each server answered
     */
    public static TopologyWatcher open(Deployment deployment, ClientResources resources, LongSupplier clock) {
        TopologyWatcher watcher = new TopologyWatcher(deployment, resources, clock);
        boolean opened = false;
        try {
            watcher.thread.start();
            watcher.awaitFirst(patience(deployment));
            opened = true;
            return watcher;
        } finally {
            if (!opened) {
                watcher.close();
            }
        }
    }

    private static Duration patience(Deployment deployment) {
        Duration three = deployment.connectTimeout().multipliedBy(3);
        Duration wanted = three.compareTo(LEAST_PATIENCE) > 0 ? three : LEAST_PATIENCE;
        return wanted.compareTo(deployment.timeout()) < 0 ? wanted : deployment.timeout();
    }

    private void awaitFirst(Duration patience) {
        try {
            first.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            tasks.add(() -> first.completeExceptionally(shards.diagnosis().exception()));
        } catch (ExecutionException e) {
            // thrown below, with the caller's stack
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TopologyException(TopologyException.Kind.UNREACHABLE, "Interrupted while connecting");
        }
        Throwable failure = first.handle((topology, why) -> why).join();
        if (failure instanceof TopologyException known) {
            throw new TopologyException(known.kind(), String.valueOf(known.getMessage()));
        }
    }

    /** The latest topology, offsets included. */
    public Topology current() {
        return current;
    }

    /** How the histories seen so far descend from each other; grows by itself. */
    public HistoryGraph histories() {
        return histories;
    }

    /** Every known sentinel and its word, ordered by address; empty without sentinels. */
    public List<SentinelView> sentinels() {
        return sentinels;
    }

    /** The address under which a node is known that others name so: by a host name that it announces beside its address. */
    public NodeAddress known(NodeAddress named) {
        return aliases.getOrDefault(named, named);
    }

    public void addListener(TopologyListener listener) {
        listeners.add(listener);
    }

    public void removeListener(TopologyListener listener) {
        listeners.remove(listener);
    }

    /**
     * Has a node probed at once, and its replicas too if it is a primary. A node that is not known yet, such as one that a
     * redirection of a Redis Cluster names, is asked whether it belongs to the deployment. Cheap, from any thread; repeated
     * calls for a node count as one until it is asked.
     *
     * @param why for the log
     */
    public void suspect(NodeAddress node, String why) {
        if (suspects.put(node, why) == null) {
            tasks.add(() -> {}); // wakes the loop, which asks the suspects
        }
    }

    /**
     * Takes what somebody else saw of a node, as the node told it. News are not believed but make the node be probed
     * at once. Cheap, from any thread.
     */
    public void learn(NodeAddress node, ReplicationInfo seen) {
        Node known = find(node);
        ReplicationInfo info = known == null ? null : known.info();
        if (known == null || info == null) {
            return;
        }
        boolean news = info.role() != seen.role()
                || !info.position().history().equals(seen.position().history())
                || info.linkUp() != seen.linkUp()
                || !known.reachable();
        if (news) {
            suspect(
                    node,
                    "somebody saw it as " + seen.role() + " of history "
                            + seen.position().brief());
        }
    }

    Deployment deployment() {
        return deployment;
    }

    /** What makes connections to the deployment; ends with this watcher. */
    RedisClient client() {
        return client;
    }

    LongSupplier clock() {
        return clock;
    }

    private @Nullable Node find(NodeAddress address) {
        for (Shard known : current.shards()) {
            if (known.primary() != null && known.primary().address().equals(address)) {
                return known.primary();
            }
            for (Node replica : known.replicas()) {
                if (replica.address().equals(address)) {
                    return replica;
                }
            }
        }
        return null;
    }

    private void run() {
        while (!closed) {
            try {
                long now = clock.getAsLong();
                long due = shards.duty(now);
                publish(now);
                long wait = Math.max(0, Math.min(Math.min(due, ask(now)) - now, LONGEST_WAIT));
                for (Runnable task = tasks.poll(wait, TimeUnit.NANOSECONDS); task != null; task = tasks.poll()) {
                    task.run();
                }
            } catch (InterruptedException e) {
                LOG.debug("Interrupted, which only close() does");
            } catch (RuntimeException e) {
                LOG.warn("A turn of the topology loop failed; it goes on", e);
            }
        }
    }

    /** Has the suspects probed. Returns when to call again: in between, whoever is suspected anew waits for its turn. */
    private long ask(long now) {
        if (suspects.isEmpty()) {
            return Long.MAX_VALUE;
        }
        long next = suspectsAskedAt + SUSPECTS_PAUSE;
        if (suspectsAsked && now < next) {
            return next;
        }
        suspectsAsked = true;
        suspectsAskedAt = now;
        for (NodeAddress node : List.copyOf(suspects.keySet())) {
            String why = suspects.remove(node);
            if (why != null) {
                shards.suspect(node, why, now);
            }
        }
        return now;
    }

    private void publish(long now) {
        sentinels = shards.sentinels();
        aliases = shards.aliases();
        Topology before = current;
        List<Shard> seen = shards.shards();
        boolean changed = !Structure.of(before.shards()).equals(Structure.of(seen));
        Topology after = new Topology(before.version() + (changed ? 1 : 0), seen);
        if (before.version() == 0 && !shards.verified(now)) {
            if (!first.isDone() && shards.diagnosis().hopeless()) {
                first.completeExceptionally(shards.diagnosis().exception());
            }
            return;
        }
        current = after;
        if (changed) {
            LOG.debug("{}", after);
            for (TopologyListener listener : listeners) {
                try {
                    listener.onTopology(before, after);
                } catch (RuntimeException e) {
                    LOG.warn("A topology listener failed", e);
                }
            }
        }
        first.complete(after);
    }

    /** Ends the observation: afterwards no thread or connection of it is left. {@link #current()} stays as it was. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            tasks.add(() -> {});
            if (Thread.currentThread() != thread) {
                join();
            }
            client.shutdownAsync(0, 0, TimeUnit.MILLISECONDS)
                    .orTimeout(2, TimeUnit.SECONDS)
                    .exceptionally(e -> null)
                    .join();
        }
    }

    private void join() {
        try {
            thread.join(2000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
