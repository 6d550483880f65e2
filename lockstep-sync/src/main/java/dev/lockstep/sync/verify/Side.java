package dev.lockstep.sync.verify;

import dev.lockstep.sync.Slots;
import dev.lockstep.topology.Deployment;
import dev.lockstep.topology.NodeAddress;
import dev.lockstep.topology.Shard;
import dev.lockstep.topology.SlotRange;
import dev.lockstep.topology.TopologyException;
import dev.lockstep.topology.TopologyWatcher;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** One of the two deployments that are compared: where its keys are, and a connection to each server that has some. Thread-safe. */
final class Side implements AutoCloseable {

    /** A server in one of its databases. */
    private record Place(NodeAddress address, int database) {}

    private final String name;
    private final Deployment deployment;
    private final LongSupplier clock;
    private final RedisClient client;
    /** Null for a replica that is read from as it is: it has neither shards nor a successor. */
    private final @Nullable TopologyWatcher watcher;

    private final Map<Place, NodeReads> nodes = new HashMap<>();
    private boolean closed;

    private Side(
            String name,
            Deployment deployment,
            LongSupplier clock,
            RedisClient client,
            @Nullable TopologyWatcher watcher) {
        this.name = name;
        this.deployment = deployment;
        this.clock = clock;
        this.client = client;
        this.watcher = watcher;
    }

    /**
     * Finds the primaries of a deployment; a single server is read from even if it is a replica.
     *
     * @param name source or target
     * @throws TopologyException if there are none
     */
    static Side open(String name, Deployment deployment, ClientResources resources, LongSupplier clock)
            throws InterruptedException {
        RedisClient client = RedisClient.create(resources);
        client.setOptions(deployment
                .clientOptions()
                .mutate()
                .protocolVersion(ProtocolVersion.RESP2)
                .build());
        try {
            return new Side(name, deployment, clock, client, TopologyWatcher.open(deployment, resources, clock));
        } catch (TopologyException e) {
            if (deployment.mode() == Deployment.Mode.STANDALONE && e.kind() == TopologyException.Kind.NO_PRIMARY) {
                Side replica = new Side(name, deployment, clock, client, null);
                if (replica.answers()) {
                    return replica;
                }
            }
            shutDown(client);
            throw e;
        }
    }

    private boolean answers() throws InterruptedException {
        try {
            node(deployment.seeds().get(0), 0);
            return true;
        } catch (RedisException e) {
            return false;
        }
    }

    /** {@code source} or {@code target}. */
    String name() {
        return name;
    }

    boolean isCluster() {
        return deployment.mode() == Deployment.Mode.CLUSTER;
    }

    /** Whether there can be keys in a database of this number. */
    boolean has(int database) {
        return database == 0 || !isCluster();
    }

    LongSupplier clock() {
        return clock;
    }

    /** How long something that does not work is tried again. */
    Duration patience() {
        return deployment.timeout();
    }

    /** The names of all shards that have keys. */
    List<String> shards() {
        if (watcher == null) {
            return List.of("");
        }
        return watcher.current().shards().stream()
                .filter(shard -> !shard.slots().isEmpty())
                .map(Shard::name)
                .toList();
    }

    boolean hasShard(String name) {
        return watcher == null
                || watcher.current().shards().stream()
                        .anyMatch(shard -> shard.name().equals(name));
    }

    /** The shard of each slot, or null where none is known. */
    @Nullable
    String[] owners() {
        String[] owners = new String[Slots.COUNT];
        if (watcher != null) {
            for (Shard shard : watcher.current().shards()) {
                for (SlotRange range : shard.slots()) {
                    java.util.Arrays.fill(owners, range.first(), range.last() + 1, shard.name());
                }
            }
        }
        return owners;
    }

    /** A connection to whoever is the primary of a shard now. */
    NodeReads primary(String shard, int database) throws InterruptedException {
        return node(addressOf(shard), database);
    }

    private NodeAddress addressOf(String name) {
        if (watcher == null) {
            return deployment.seeds().get(0);
        }
        for (Shard shard : watcher.current().shards()) {
            if (shard.name().equals(name) && shard.primary() != null) {
                return shard.primary().address();
            }
        }
        throw new RedisException("the shard " + name + " has no primary");
    }

    /** Where a key is. */
    NodeAddress route(byte[] key) {
        if (watcher == null) {
            return deployment.seeds().get(0);
        }
        List<Shard> shards = watcher.current().shards();
        Shard shard = isCluster() ? watcher.current().shardOf(Slots.of(key)) : shards.get(0);
        if (shard == null || shard.primary() == null) {
            throw new RedisException(
                    isCluster() ? "no primary is known for slot " + Slots.of(key) : "no primary is known");
        }
        return shard.primary().address();
    }

    /** The address by which a server is reached that others name so. */
    NodeAddress translated(NodeAddress told) {
        return deployment.addressTranslation().apply(told);
    }

    /** A server did not do as expected: whoever watches the deployment looks at it. */
    void suspect(NodeAddress node, String why) {
        if (watcher != null) {
            watcher.suspect(node, why);
        }
    }

    /**
     * The connection to a server, which is made if there is none.
     *
     * @throws RedisException if it cannot be made
     */
    NodeReads node(NodeAddress address, int database) throws InterruptedException {
        Place place = new Place(address, database);
        synchronized (nodes) {
            NodeReads known = nodes.get(place);
            if (known != null && known.isOpen()) {
                return known;
            }
            if (closed) {
                throw new RedisException("the comparison has ended");
            }
            NodeReads made = NodeReads.open(client, deployment, address, database);
            nodes.put(place, made);
            return made;
        }
    }

    /** Gives up the connections to one database. */
    void leave(int database) {
        synchronized (nodes) {
            nodes.entrySet().removeIf(entry -> {
                boolean left = entry.getKey().database() == database;
                if (left) {
                    entry.getValue().close();
                }
                return left;
            });
        }
    }

    @Override
    public void close() {
        List<NodeReads> open;
        synchronized (nodes) {
            closed = true;
            open = new ArrayList<>(nodes.values());
            nodes.clear();
        }
        open.forEach(NodeReads::close);
        if (watcher != null) {
            watcher.close();
        }
        shutDown(client);
    }

    private static void shutDown(RedisClient client) {
        CompletableFuture<Void> unused = client.shutdownAsync(0, 0, TimeUnit.MILLISECONDS)
                .orTimeout(2, TimeUnit.SECONDS)
                .exceptionally(e -> null);
    }

    /** The deployment, its password masked. */
    @Override
    public String toString() {
        return name + " " + deployment;
    }
}
