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
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Real servers, a watcher of them, and all that it has told; checks on close what always holds. */
final class Watched implements AutoCloseable {

    static final String CLIENT_NAME = "watched";

    final LocalDeployment servers;
    final TopologyWatcher watcher;
    private final ClientResources resources = resources();
    private final List<Topology> told = new CopyOnWriteArrayList<>();
    private final List<Throwable> violations = new CopyOnWriteArrayList<>();

    Watched(LocalRedis plan) {
        this(plan, UnaryOperator.identity());
    }

    Watched(LocalRedis plan, UnaryOperator<Deployment> change) {
        servers = plan.start();
        try {
            Deployment.Builder deployment = Deployment.parse(servers.uri()).toBuilder();
            watcher = TopologyWatcher.open(
                    change.apply(deployment.clientName(CLIENT_NAME).build()), resources, System::nanoTime);
        } catch (RuntimeException e) {
            servers.close();
            shutdown(resources);
            throw e;
        }
        told.add(watcher.current());
        AtomicLong heard = new AtomicLong(); // not the version in told: what is current may be about to be told
        watcher.addListener((before, after) -> {
            try {
                assertThat(after.version()).isEqualTo(before.version() + 1);
                assertThat(after.version()).isGreaterThan(heard.getAndSet(after.version()));
                assertThat(Thread.currentThread().getName()).startsWith("lockstep-topology-");
            } catch (AssertionError e) {
                violations.add(e);
            }
            told.add(after);
        });
    }

    static ClientResources resources() {
        return DefaultClientResources.builder()
                .ioThreadPoolSize(2)
                .computationThreadPoolSize(2)
                .build();
    }

    static void shutdown(ClientResources resources) {
        resources.shutdown(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }

    Shard shard() {
        return watcher.current().shards().get(0);
    }

    @Nullable
    NodeAddress primary() {
        Node primary = shard().primary();
        return primary == null ? null : primary.address();
    }

    static NodeAddress at(LocalServer server) {
        return new NodeAddress(server.host(), server.port());
    }

    LocalServer server(NodeAddress address) {
        return servers.dataNodes().stream()
                .filter(server -> at(server).equals(address))
                .findFirst()
                .orElseThrow();
    }

    /** What is known of a server, primary or not. */
    @Nullable
    Node node(LocalServer server) {
        List<Node> nodes = new ArrayList<>();
        for (Shard shard : watcher.current().shards()) {
            nodes.addAll(shard.replicas());
            if (shard.primary() != null) {
                nodes.add(shard.primary());
            }
        }
        return nodes.stream()
                .filter(node -> node.address().equals(at(server)))
                .findFirst()
                .orElse(null);
    }

    void awaitNode(LocalServer server, Predicate<Node> condition) {
        until(server + " is as expected", () -> {
            Node node = node(server);
            return node != null && condition.test(node);
        });
    }

    void awaitReplicating(LocalServer server) {
        awaitNode(
                server,
                node -> node.reachable()
                        && node.info() != null
                        && node.info().role() == Role.REPLICA
                        && node.info().linkUp());
    }

    void awaitReplicas(int count) {
        until(
                count + " replicas",
                () -> shard().replicas().size() == count
                        && shard().replicas().stream()
                                .allMatch(node -> node.reachable()
                                        && node.info() != null
                                        && node.info().linkUp()));
    }

    void awaitPrimary(Predicate<NodeAddress> condition) {
        until("another primary", () -> {
            NodeAddress primary = primary();
            return primary != null && condition.test(primary);
        });
    }

    static void until(String what, Callable<Boolean> condition) {
        await(what)
                .atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(5))
                .until(condition);
    }

    /** The primaries in the order in which they were published, without repetitions. */
    List<NodeAddress> primaries() {
        // the present topology is readable a moment before the listeners are told
        long version = watcher.current().version();
        until("the listener hears it", () -> told.get(told.size() - 1).version() >= version);
        List<NodeAddress> primaries = new ArrayList<>();
        for (Topology topology : told) {
            Node primary = topology.shards().get(0).primary();
            if (primary != null
                    && (primaries.isEmpty()
                            || !primaries.get(primaries.size() - 1).equals(primary.address()))) {
                primaries.add(primary.address());
            }
        }
        return primaries;
    }

    List<Topology> told() {
        return told;
    }

    @Override
    public void close() {
        try {
            watcher.close();
            assertThat(violations).isEmpty();
        } finally {
            servers.close();
            shutdown(resources);
        }
    }
}
