package dev.lockstep.client;

import dev.lockstep.client.lettuce.NodeClient;
import dev.lockstep.topology.Deployment;
import dev.lockstep.topology.NodeAddress;
import dev.lockstep.topology.Switchover;
import dev.lockstep.topology.SwitchoverException;
import dev.lockstep.topology.Topology;
import dev.lockstep.topology.TopologyException;
import dev.lockstep.topology.TopologyListener;
import dev.lockstep.topology.TopologyWatcher;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A deployment (one server, a Sentinel group, a Redis Cluster) as one consistent cache: the entry to everything.
 *
 * <pre>{@code
 * try (Lockstep cache = Lockstep.connect("redis-sentinel://:mypassword@127.0.0.1:26379#mymaster")) {
 *     cache.primary().sync().set("foo", "bar");
 *     cache.replica().sync().get("foo"); // "bar": always, not usually
 * }
 * }</pre>
 *
 * <p>Thread-safe and made to be shared: one instance per deployment and process, closed at the end. It follows failovers,
 * replicas that come and go, sentinels that move, and slots that change hands, for as long as it is open.
 */
public final class Lockstep implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Lockstep.class);

    private final Deployment deployment;
    private final OnRollback onRollback;
    private final ClientResources resources;
    private final boolean ownsResources;
    private final NodeClient nodes;
    private final TopologyWatcher watcher;
    private final ScheduledExecutorService timer;
    private final Deadlines deadlines = new Deadlines();
    private final Events events;
    private final Routes routes;
    private final PubSubs pubSubs;
    private final LinkOpener opener;
    private final Floors shared = Floors.shared();
    private final Trackers trackers = new Trackers();
    private final Function<String, ShardRoute> shardMaker;
    private final View<String, String> primary;
    private final View<String, String> replica;
    private final View<String, String> session;

    /**
     * Connects to the deployment that a URI names, such as {@code
     * redis-sentinel://:password@host1:26379,host2:26379?socketTimeout=100ms#mymaster} or {@code redis://host:6379}.
     *
     * @throws TopologyException if no primary is found and verified, saying what was seen instead
     * @throws IllegalArgumentException if the URI cannot be read
     */
    public static Lockstep connect(String uri) {
        return builder(uri).connect();
    }

    /** Everything that a URI does not say. */
    public static Builder builder(String uri) {
        return builder(Deployment.parse(uri));
    }

    /** Everything that the deployment does not say; what it can say is in {@link Deployment#toBuilder()}. */
    public static Builder builder(Deployment deployment) {
        return new Builder(deployment);
    }

    private Lockstep(Builder builder) {
        deployment = builder.deployment;
        onRollback = builder.onRollback;
        ownsResources = builder.resources == null;
        resources = builder.resources == null
                ? ClientResources.builder()
                        .commandLatencyRecorder(CommandLatencyRecorder.disabled())
                        .build()
                : builder.resources;
        try {
            watcher = TopologyWatcher.open(deployment, resources);
        } catch (RuntimeException e) {
            if (ownsResources) {
                resources.shutdown(0, 1, TimeUnit.SECONDS);
            }
            throw e;
        }
        nodes = new NodeClient(resources, deployment.clientOptions());
        timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "lockstep-client-timer");
            thread.setDaemon(true);
            return thread;
        });
        events = new Events(builder.listeners);
        opener = new LinkOpener(nodes, deployment, timer);
        routes = new Routes(new Routes.Settings(
                deployment.mode() == Deployment.Mode.CLUSTER,
                builder.uncovered,
                builder.heldCalls,
                builder.heldBytes,
                events.stats(),
                (error, node) -> Redirect.read(
                        error,
                        node,
                        named -> watcher.known(deployment.addressTranslation().apply(named)))));
        var around = new ShardRoute.Surroundings(
                watcher,
                opener,
                timer,
                events,
                new Scripts(),
                new Scans(),
                new SettingsCheck(events),
                trackers,
                routes);
        ShardRoute.Limits limits = new ShardRoute.Limits(
                builder.heldCalls, builder.heldBytes, builder.journalBytes, builder.replicaPatience.toNanos());
        shardMaker = name -> new ShardRoute(name, around, limits);
        pubSubs = new PubSubs(deployment, resources, routes);
        primary = view(Consistency.primary(), false);
        replica = view(Consistency.session(), true);
        session = view(Consistency.session(), false);
        TopologyListener follow = (before, after) -> follow(after);
        watcher.addListener(follow);
        follow(watcher.current());
        timer.scheduleWithFixedDelay(
                this::sweep, Deadlines.SWEEP_MILLIS, Deadlines.SWEEP_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void follow(Topology topology) {
        routes.follow(topology, shardMaker);
        pubSubs.follow();
    }

    private void sweep() {
        if (deadlines.sweep(System.nanoTime()) > 0) {
            routes.sweep();
        }
    }

    /** Reads and writes on the primary. */
    public View<String, String> primary() {
        return primary;
    }

    /**
     * Reads from a replica that holds everything the views of this Lockstep have written or read under the same keys: waits
     * for one to catch up, and asks the primary only if none can. Writes go to the primary.
     */
    public View<String, String> replica() {
        return replica;
    }

    /**
     * Reads from whichever copy now holds everything the views of this Lockstep have written or read under the same keys.
     * Writes go to the primary.
     */
    public View<String, String> session() {
        return session;
    }

    /** A session of its own, which has seen nothing yet. */
    public Session newSession() {
        return new Session(this);
    }

    /**
     * A session that has seen what another one, here or in another process, had seen when it gave {@code token}. What a
     * failover has taken back since then is told to the listener at once.
     */
    public Session newSession(SessionToken token) {
        Session continued = new Session(this);
        new SeenElsewhere(token.seen(), routes).takenOnBy(continued.floors());
        return continued;
    }

    /**
     * A connection to the primary for one caller: transactions, SELECT, WAIT and whatever else has a state.
     *
     * @throws UnsupportedOperationException on a Redis Cluster, where a connection serves one slot: see {@link
     *     #exclusive(String)}
     */
    public Exclusive<String, String> exclusive() {
        return exclusive(StringCodec.UTF8);
    }

    /** An exclusive connection with keys and values of other types; as {@link #exclusive()}. */
    public <K, V> Exclusive<K, V> exclusive(RedisCodec<K, V> codec) {
        return exclusive(codec, ownPolicy());
    }

    <K, V> Exclusive<K, V> exclusive(RedisCodec<K, V> codec, Policy policy) {
        if (routes.sharded()) {
            throw new UnsupportedOperationException(
                    "An exclusive connection to a Redis Cluster serves the keys of one slot:"
                            + " use exclusive(key) with one of the keys, and give all of them a common hash tag");
        }
        return Exclusive.open(this, codec, policy, -1);
    }

    private Policy ownPolicy() {
        return policy(Consistency.primary(), false, shared);
    }

    /**
     * A connection for one caller to the primary that owns {@code key}, for this key and all keys of the same slot. On a
     * deployment without slots the key does not matter.
     */
    public Exclusive<String, String> exclusive(String key) {
        return exclusive(StringCodec.UTF8, key);
    }

    /** As {@link #exclusive(String)}, with keys and values of other types. */
    public <K, V> Exclusive<K, V> exclusive(RedisCodec<K, V> codec, K key) {
        return exclusive(codec, key, ownPolicy());
    }

    <K, V> Exclusive<K, V> exclusive(RedisCodec<K, V> codec, K key, Policy policy) {
        return Exclusive.open(this, codec, policy, slotOf(codec, key));
    }

    private <K> int slotOf(RedisCodec<K, ?> codec, K key) {
        return routes.sharded() ? SlotPath.slot(codec, key) : -1;
    }

    /**
     * A connection for messages, which follows the primary: after a failover its channels and patterns are subscribed again
     * there. What was published in between is lost, as it is with any Redis pub/sub. The caller closes it.
     */
    public StatefulRedisPubSubConnection<String, String> pubSub() {
        return pubSub(StringCodec.UTF8);
    }

    /** A connection for messages with channels and messages of other types. */
    public <K, V> StatefulRedisPubSubConnection<K, V> pubSub(RedisCodec<K, V> codec) {
        return pubSubs.open(codec);
    }

    /**
     * A connection for the shard channels (SSUBSCRIBE, SPUBLISH; Redis 7.0 and later) of the slot that {@code shardChannel}
     * belongs to, which follows that slot: after a failover, or when the slot has moved, its channels are subscribed again
     * where the slot is. What was published in between is lost. The caller closes it.
     */
    public StatefulRedisPubSubConnection<String, String> pubSub(String shardChannel) {
        return pubSub(StringCodec.UTF8, shardChannel);
    }

    /** As {@link #pubSub(String)}, with channels and messages of other types. */
    public <K, V> StatefulRedisPubSubConnection<K, V> pubSub(RedisCodec<K, V> codec, K shardChannel) {
        return pubSubs.open(codec, slotOf(codec, shardChannel));
    }

    /** What happened since the start. */
    public LockstepStats stats() {
        return events.stats();
    }

    /** The deployment as it was last observed. */
    public Topology topology() {
        return watcher.current();
    }

    /**
     * Makes a replica the primary, without the loss of an acknowledged write, of a Sentinel group or of a cluster of one
     * shard; the servers choose which. Waits until that has taken place, which takes some seconds. For less than a second of
     * them nobody takes writes: calls of this and every other Lockstep wait, those of other clients too, and end as {@code
     * READONLY} errors there.
     *
     * @throws SwitchoverException if it would not be safe, or failed; it says whether anything changed
     */
    public Switchover switchover() {
        return switchTo(null);
    }

    /**
     * Makes one replica, {@code host:port}, the primary of its shard; as {@link #switchover()}. On a Sentinel group this may
     * take ten seconds more, until every sentinel knows that this one is preferred.
     *
     * @throws SwitchoverException if it would not be safe, or failed; it says whether anything changed
     */
    public Switchover switchover(String replica) {
        return switchTo(NodeAddress.parse(replica));
    }

    private Switchover switchTo(@Nullable NodeAddress replica) {
        return Switchover.run(watcher, replica, what -> log.info("{}", what));
    }

    /** Ends all calls that are still open, then closes every connection. */
    @Override
    public void close() {
        if (routes.isClosed()) {
            return;
        }
        watcher.close();
        routes.close();
        pubSubs.close();
        timer.shutdownNow();
        nodes.close();
        deadlines.endAll("before Lockstep was closed");
        if (ownsResources) {
            // First whatever may still want to run something on an event loop, then the event loops.
            resources.timer().stop();
            resources
                    .eventExecutorGroup()
                    .shutdownGracefully(0, 1, TimeUnit.SECONDS)
                    .syncUninterruptibly();
            resources.shutdown(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    private View<String, String> view(Consistency consistency, boolean waitForReplica) {
        return new View<>(this, policy(consistency, waitForReplica, shared), StringCodec.UTF8);
    }

    Policy policy(Consistency consistency, boolean waitForReplica, Floors floors) {
        return new Policy(
                consistency,
                waitForReplica,
                deployment.timeout().toNanos(),
                Durability.none(),
                RepairPolicy.REPORT,
                onRollback,
                floors);
    }

    CommandPath path(Policy policy, RedisCodec<?, ?> codec) {
        return new CommandPath(routes, policy, deadlines, codec);
    }

    Floors sharedFloors() {
        return shared;
    }

    Routes routes() {
        return routes;
    }

    Trackers trackers() {
        return trackers;
    }

    /** Somebody has begun to keep values, or has ceased to. */
    void followTrackers() {
        routes.all().forEach(shard -> shard.tracked().follow());
    }

    LinkOpener opener() {
        return opener;
    }

    Deadlines deadlines() {
        return deadlines;
    }

    Duration defaultTimeout() {
        return deployment.timeout();
    }

    ClientResources resources() {
        return resources;
    }

    ClientOptions facadeOptions() {
        return ClientOptions.builder().timeoutOptions(TimeoutOptions.create()).build();
    }

    @Override
    public String toString() {
        return "Lockstep[" + deployment + "]";
    }

    /** What a {@link Lockstep} is made from. Not thread-safe. */
    public static final class Builder {

        private final Deployment deployment;
        private final List<LockstepListener> listeners = new ArrayList<>();
        private OnRollback onRollback = OnRollback.REPORT;
        private OnUncovered uncovered = OnUncovered.WAIT;
        private int heldCalls = 65_536;
        private long heldBytes = 64L << 20;
        private long journalBytes = 16L << 20;
        private Duration replicaPatience = Duration.ofMillis(500);
        private @Nullable ClientResources resources;

        private Builder(Deployment deployment) {
            this.deployment = deployment;
        }

        /** Somebody to tell of failovers, rollbacks and replicas; may be called several times. */
        public Builder listener(LockstepListener listener) {
            listeners.add(listener);
            return this;
        }

        /** What views do by default when a failover took back what they had seen. Default: report. */
        public Builder onRollback(OnRollback choice) {
            onRollback = choice;
            return this;
        }

        /** What becomes of a call to a slot of a Redis Cluster that no shard owns. Default: it waits. */
        public Builder onUncovered(OnUncovered choice) {
            uncovered = choice;
            return this;
        }

        /** How many calls per shard may wait for a primary; further ones fail at once. Default: 65,536. */
        public Builder heldCalls(int most) {
            heldCalls = (int) atLeastOne("heldCalls", most);
            return this;
        }

        /** How many bytes of arguments the calls that wait for a primary may have. Default: 64 MiB. */
        public Builder heldBytes(long most) {
            heldBytes = atLeastOne("heldBytes", most);
            return this;
        }

        /**
         * How many bytes per shard remember acknowledged writes that are not yet known to be on all replicas, a few dozen
         * each; beyond that the oldest are forgotten, which is counted and told. Default: 16 MiB.
         */
        public Builder journalBytes(long most) {
            journalBytes = atLeastOne("journalBytes", most);
            return this;
        }

        /**
         * How long a read of a {@code replica()} view waits for a replica to catch up before the primary is asked. Default:
         * 500 ms, and never beyond the call's own time.
         */
        public Builder replicaPatience(Duration patience) {
            replicaPatience = patience;
            return this;
        }

        /** Lettuce's threads and timers, to share them with other clients; who passes them in closes them. */
        public Builder clientResources(ClientResources shared) {
            resources = shared;
            return this;
        }

        /**
         * Finds and verifies the primary.
         *
         * @throws TopologyException if there is none, saying what was seen instead
         */
        public Lockstep connect() {
            return new Lockstep(this);
        }

        private static long atLeastOne(String what, long value) {
            if (value < 1) {
                throw new IllegalArgumentException(what + " is " + value + "; expected at least 1");
            }
            return value;
        }
    }
}
