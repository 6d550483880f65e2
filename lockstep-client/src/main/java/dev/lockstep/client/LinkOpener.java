package dev.lockstep.client;

import dev.lockstep.client.lettuce.NodeClient;
import dev.lockstep.client.lettuce.NodeConnection;
import dev.lockstep.topology.Deployment;
import dev.lockstep.topology.NodeAddress;
import dev.lockstep.topology.ReplicationInfo;
import io.lettuce.core.RedisException;
import io.lettuce.core.TrackingArgs;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Makes links: connects, and asks the process who it is before anything is sent to it. */
final class LinkOpener {

    private final NodeClient client;
    private final Deployment deployment;
    private final ScheduledExecutorService timer;

    LinkOpener(NodeClient client, Deployment deployment, ScheduledExecutorService timer) {
        this.client = client;
        this.deployment = deployment;
        this.timer = timer;
    }

    /** A link that has learnt its process's run id, its own id there, and what the process says of its replication. */
    CompletionStage<NodeLink> open(NodeAddress address, NodeLink.Traffic traffic) {
        return open(connect(address), address, traffic);
    }

    /** A link on which a node of a Redis Cluster answers reads although it is a replica. */
    CompletionStage<NodeLink> openForReads(NodeAddress address, NodeLink.Traffic traffic) {
        CompletionStage<Made> made = deployment.mode() != Deployment.Mode.CLUSTER
                ? connect(address)
                : connect(address)
                        .thenCompose(connected -> prepare(
                                connected, connected.connection().async().readOnly()));
        return open(made, address, traffic);
    }

    /**
     * A link on which the node tells when something has changed that was read there.
     *
     * @param changes told the keys, or null for all of them; on the link's event loop, in order with the replies
     */
    CompletionStage<NodeLink> openTracked(
            NodeAddress address, NodeLink.Traffic traffic, Consumer<@Nullable List<ByteBuffer>> changes) {
        CompletionStage<Made> made = connect(address).thenCompose(connected -> {
            connected.connection().onInvalidation(changes);
            return prepare(connected, connected.connection().async().clientTracking(TrackingArgs.Builder.enabled()));
        });
        return open(made, address, traffic);
    }

    private CompletionStage<Made> prepare(Made connected, CompletionStage<String> last) {
        return last.toCompletableFuture()
                .orTimeout(deployment.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        connected.connection().drop();
                    }
                })
                .thenApply(done -> connected);
    }

    private CompletionStage<NodeLink> open(
            CompletionStage<Made> connected, NodeAddress address, NodeLink.Traffic traffic) {
        return connected.thenApply(made -> {
            NodeLink link = new NodeLink(
                    address, made, traffic, deployment.socketTimeout().toNanos(), timer);
            link.start();
            return link;
        });
    }

    /** A connection that is nobody's yet, and who answered on it. */
    record Made(NodeConnection connection, LinkIdentity identity, ReplicationInfo greeting) {}

    CompletionStage<Made> connect(NodeAddress address) {
        return client.connect(deployment.dataNode(address))
                .thenCompose(connection -> identify(connection)
                        .orTimeout(deployment.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)
                        .whenComplete((made, failure) -> {
                            if (failure != null) {
                                connection.drop();
                            }
                        }));
    }

    private static CompletableFuture<Made> identify(NodeConnection connection) {
        var commands = connection.async();
        var loaded = commands.ping().toCompletableFuture(); // fails while the data set is being loaded
        var id = commands.clientId().toCompletableFuture();
        var server = commands.info("server").toCompletableFuture();
        var replication = commands.info("replication").toCompletableFuture();
        return CompletableFuture.allOf(loaded, id, server, replication)
                .thenApply(done -> new Made(
                        connection,
                        new LinkIdentity(runId(server.join()), id.join()),
                        ReplicationInfo.parse(replication.join())));
    }

    private static String runId(String serverInfo) {
        for (String line : serverInfo.split("\r?\n", -1)) {
            if (line.startsWith("run_id:")) {
                return line.substring("run_id:".length()).strip();
            }
        }
        throw new RedisException("INFO server has no line run_id; is this a data node?");
    }

    /** Why no link could be made, in the words of whatever failed first. */
    static String rootOf(@Nullable Throwable failure) {
        Throwable root = failure;
        while (root != null && root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root == null ? "it was lost again" : String.valueOf(root.getMessage());
    }
}
