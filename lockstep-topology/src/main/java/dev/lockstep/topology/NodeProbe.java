package dev.lockstep.topology;

import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One data node under observation: a connection of its own on which one {@code INFO replication} at a time is asked, in a
 * Redis Cluster with {@code CLUSTER NODES} when its map may have changed.
 *
 * <p>Belongs to the watcher's thread. Never waits: a node that is frozen or behind a half-open socket only fails to
 * answer, is marked unreachable after the socket timeout, and gets a new connection after the connect timeout.
 */
final class NodeProbe implements Link.Events<StatefulRedisConnection<String, String>> {

    private static final long MAP_POLL = Duration.ofSeconds(1).toNanos();

    private final NodeAddress address;
    private final Peers peers;
    private final Link<StatefulRedisConnection<String, String>> link;

    /** The question that is under way; null between questions. */
    private @Nullable Object question;

    private long questionAt;
    private boolean askNow;
    private boolean suspected;
    private long suspectedAt;

    private @Nullable String runId;
    private @Nullable String version;
    private boolean identified;
    private @Nullable Problem problemOfMode;
    private @Nullable ReplicationInfo info;
    private long askedAt;
    private long primarySince;
    private @Nullable Problem problem = Problem.late("not asked yet");
    private boolean tried;
    private boolean promotable = true;

    private @Nullable ClusterNodes map;
    private long mapAskedAt;
    private boolean mapNow = true;

    NodeProbe(NodeAddress address, Peers peers) {
        this.address = address;
        this.peers = peers;
        this.link = new Link<>(
                () -> peers.client()
                        .connectAsync(StringCodec.UTF8, peers.deployment().dataNode(address)),
                peers.owner(),
                this);
    }

    NodeAddress address() {
        return address;
    }

    /**
     * Sends what is due, judges what is late. Returns when to call again.
     *
     * @param urgent whether something happens to its shard, so that its map is news too
     */
    long duty(long now, long interval, boolean urgent) {
        long due = link.duty(now);
        StatefulRedisConnection<String, String> connection = link.connection();
        if (connection == null) {
            return due;
        }
        if (question != null) {
            return judge(now);
        }
        if (askNow || now - questionAt >= interval) {
            ask(connection, now, urgent);
            return now + peers.socketTimeout();
        }
        return questionAt + interval;
    }

    private long judge(long now) {
        long suspicious = questionAt + peers.socketTimeout();
        long hopeless = questionAt + Math.max(peers.connectTimeout(), 2 * peers.socketTimeout());
        if (now >= hopeless) {
            link.drop(new RedisConnectionException("it does not answer in time"));
            return now;
        }
        if (now >= suspicious) {
            failed(Problem.late(
                    "no answer within " + peers.deployment().socketTimeout().toMillis() + " ms"));
            return hopeless;
        }
        return suspicious;
    }

    private void ask(StatefulRedisConnection<String, String> connection, long now, boolean urgent) {
        Object mine = new Object();
        question = mine;
        questionAt = now;
        askNow = false;
        RedisAsyncCommands<String, String> commands = connection.async();
        CompletableFuture<String> replication = commands.info("replication").toCompletableFuture();
        CompletableFuture<@Nullable String> server = identified
                ? NOTHING
                : commands.info("server").toCompletableFuture().thenApply(text -> text);
        boolean wanted = peers.cluster() && (urgent || suspected || mapNow || now - mapAskedAt >= MAP_POLL);
        CompletableFuture<@Nullable MapAnswer> nodes = wanted
                ? commands.clusterNodes().toCompletableFuture().handle(MapAnswer::new)
                : CompletableFuture.completedFuture(null);
        CompletableFuture<Answer> unused = replication
                .thenCombine(server, (text, serverText) -> new Answer(text, serverText, null))
                .thenCombine(nodes, (answer, told) -> new Answer(answer.replication, answer.server, told))
                .whenComplete((answer, failure) -> peers.owner().execute(() -> answered(mine, answer, failure)));
    }

    private static final CompletableFuture<@Nullable String> NOTHING = CompletableFuture.completedFuture(null);

    private record Answer(
            String replication,
            @Nullable String server,
            @Nullable MapAnswer nodes) {}

    /** The text of CLUSTER NODES, or why there is none: a server that is no node of a cluster refuses it. */
    private record MapAnswer(
            @Nullable String text, @Nullable Throwable refusal) {}

    private void answered(Object mine, @Nullable Answer answer, @Nullable Throwable failure) {
        if (question != mine) {
            return;
        }
        question = null;
        if (answer == null) {
            // A lost connection is told by the link as well; an error reply is told here only
            failed(Problem.of(failure == null ? new IllegalStateException("no answer") : failure, false, peers.tls()));
            return;
        }
        if (answer.server() != null) {
            identify(new InfoText(answer.server()));
        }
        try {
            if (problemOfMode != null) {
                failed(problemOfMode);
            } else if (answer.nodes() != null && answer.nodes().refusal() != null) {
                failed(Problem.of(answer.nodes().refusal(), false, peers.tls()));
            } else {
                UnaryOperator<NodeAddress> translation = peers.deployment().addressTranslation();
                if (answer.nodes() != null && answer.nodes().text() != null) {
                    accept(ClusterNodes.parse(answer.nodes().text()).translated(translation));
                }
                accept(ReplicationInfo.parse(answer.replication()).translated(translation));
            }
        } catch (IllegalArgumentException e) {
            failed(new Problem(TopologyException.Kind.WRONG_SERVER, String.valueOf(e.getMessage()), true));
        }
    }

    private void identify(InfoText text) {
        identified = true;
        String newRunId = text.field("run_id");
        if (newRunId != null && !newRunId.equals(runId)) {
            runId = newRunId;
            info = null;
        }
        String valkey = text.field("valkey_version");
        version = valkey != null ? "valkey " + valkey : "redis " + text.field("redis_version");
        String mode = text.field("redis_mode");
        problemOfMode =
                Problem.ofMode(mode != null ? mode : text.field("server_mode"), peers.cluster()); // as Valkey calls it
    }

    private void accept(ClusterNodes seen) {
        mapAskedAt = questionAt;
        mapNow = false;
        // Most say the same as the last one, and what is the same need not be decided again
        map = seen.equals(map) ? map : seen;
    }

    private void accept(ReplicationInfo seen) {
        long now = peers.clock().getAsLong();
        ReplicationInfo before = info;
        boolean sameClaim = before != null
                && before.role() == Role.PRIMARY
                && before.position().history().equals(seen.position().history());
        if (seen.role() == Role.PRIMARY && !sameClaim) {
            primarySince = now;
        }
        peers.histories().learn(seen);
        peers.histories().learnRenaming(before, seen);
        info = seen;
        askedAt = questionAt;
        problem = null;
        tried = true;
        link.healthy();
        suspected = suspected && questionAt - suspectedAt < 0;
        askNow = suspected;
        if (before != null && before.role() != seen.role() && mapAskedAt != questionAt) {
            mapNow = true;
            askNow = true;
        }
    }

    private void failed(Problem why) {
        problem = why;
        tried = true;
    }

    /** Asks again at once, and remembers to until an answer comes that was asked for after this moment. */
    void suspect(long now) {
        suspected = true;
        suspectedAt = now;
        askNow = true;
    }

    boolean suspected() {
        return suspected;
    }

    boolean reachable() {
        return problem == null;
    }

    /** Whether it has answered or failed at least once. */
    boolean tried() {
        return tried;
    }

    @Nullable
    Problem problem() {
        return problem;
    }

    @Nullable
    ReplicationInfo info() {
        return info;
    }

    /** Its map; null until it told one. It is as old as the last answer if the node is not reachable. */
    @Nullable
    ClusterNodes map() {
        return map;
    }

    /** Its map as it stands now; null if it does not answer. */
    @Nullable
    ClusterWord word() {
        return map == null || !reachable() ? null : new ClusterWord(address, map, mapAskedAt);
    }

    /**
     * As input of a decision. In a Redis Cluster a node counts as a primary only if its map says so too: of the two that
     * are asked together one may be a moment older, and nobody is primary by halves.
     */
    NodeSight sight() {
        boolean primary = info != null && info.role() == Role.PRIMARY;
        boolean halved =
                peers.cluster() && primary && (map == null || !map.myself().primary());
        return new NodeSight(address, info, reachable() && !halved, askedAt, primarySince);
    }

    Node node() {
        return new Node(
                address, runId, info, reachable(), problem == null ? null : problem.text(), version, promotable);
    }

    /** Takes whether somebody may promote the node; see {@link Node#promotable}. */
    void promotable(boolean whether) {
        promotable = whether;
    }

    @Override
    public void up(StatefulRedisConnection<String, String> connection) {
        question = null;
        identified = false;
        askNow = true;
        mapNow = true;
    }

    @Override
    public void down(Throwable why) {
        question = null;
        failed(Problem.of(why, false, peers.tls()));
    }

    void close() {
        link.close();
    }
}
