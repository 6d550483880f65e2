package dev.lockstep.topology;

import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.output.ListOfMapsOutput;
import io.lettuce.core.output.MapOutput;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.output.ValueListOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One sentinel under observation: polled, and listened to, over one connection.
 *
 * <p>What it publishes is never read as news by itself, it only makes the next poll come at once: the poll tells the
 * epoch, a message does not. Belongs to the watcher's thread and never waits.
 */
final class SentinelProbe implements Link.Events<StatefulRedisPubSubConnection<String, String>> {

    private final NodeAddress address;
    private final Peers peers;
    private final Runnable onNews;
    private final Link<StatefulRedisPubSubConnection<String, String>> link;

    /** The poll that is under way; null between polls. */
    private @Nullable Object poll;

    private long pollAt;
    private boolean pollNow;
    private boolean tried;
    private @Nullable String id;
    private @Nullable SentinelAnswer answer;
    private @Nullable Problem problem = Problem.late("not asked yet");

    /** {@code onNews} is run on the watcher's thread when the sentinel publishes anything. */
    SentinelProbe(NodeAddress address, Peers peers, Runnable onNews) {
        this.address = address;
        this.peers = peers;
        this.onNews = onNews;
        this.link = new Link<>(
                () -> peers.client()
                        .connectPubSubAsync(StringCodec.UTF8, peers.deployment().sentinelNode(address)),
                peers.owner(),
                this);
    }

    NodeAddress address() {
        return address;
    }

    /** Sends what is due, judges what is late. Returns when to call again. */
    long duty(long now, long interval) {
        long due = link.duty(now);
        StatefulRedisPubSubConnection<String, String> connection = link.connection();
        if (connection == null) {
            return due;
        }
        if (poll != null) {
            return judge(now);
        }
        if (pollNow || now - pollAt >= interval) {
            ask(connection, now);
            return now + peers.socketTimeout();
        }
        return pollAt + interval;
    }

    private long judge(long now) {
        long suspicious = pollAt + peers.socketTimeout();
        long hopeless = pollAt + Math.max(peers.connectTimeout(), 2 * peers.socketTimeout());
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

    private void ask(StatefulRedisPubSubConnection<String, String> connection, long now) {
        Object mine = new Object();
        poll = mine;
        pollAt = now;
        pollNow = false;
        String name = Objects.requireNonNull(peers.deployment().primaryName());
        StringCodec utf8 = StringCodec.UTF8;
        // MASTER before GET-MASTER-ADDR-BY-NAME: if a failover ends between the two, a new address goes with an old
        // epoch,
        // which is harmless; the reverse would give an old address the authority of a new epoch.
        // While a failover ends, MASTER alone tells the old address with the new epoch for about a second.
        CompletableFuture<String> myId =
                send(connection, new StatusOutput<>(utf8), "MYID").exceptionally(e -> "");
        CompletableFuture<Map<String, String>> master = send(connection, new MapOutput<>(utf8), "MASTER", name);
        CompletableFuture<List<String>> addressOf =
                send(connection, new ValueListOutput<>(utf8), "GET-MASTER-ADDR-BY-NAME", name);
        CompletableFuture<List<Map<String, String>>> replicas =
                send(connection, new ListOfMapsOutput<>(utf8), "REPLICAS", name);
        CompletableFuture<List<Map<String, String>>> sentinels =
                send(connection, new ListOfMapsOutput<>(utf8), "SENTINELS", name);
        CompletableFuture<SentinelAnswer> unused = CompletableFuture.allOf(myId, master, addressOf, replicas, sentinels)
                .thenApply(done -> new SentinelAnswer.Replies(
                                myId.join(), master.join(), addressOf.join(), replicas.join(), sentinels.join())
                        .read(peers.deployment().addressTranslation()))
                .whenComplete((read, failure) -> peers.owner().execute(() -> answered(mine, read, failure)));
    }

    private static <T> CompletableFuture<T> send(
            StatefulRedisPubSubConnection<String, String> connection,
            CommandOutput<String, String, T> output,
            String... words) {
        CommandArgs<String, String> args = new CommandArgs<>(StringCodec.UTF8);
        for (String word : words) {
            args.add(word);
        }
        return connection.async().dispatch(CommandType.SENTINEL, output, args).toCompletableFuture();
    }

    private void answered(Object mine, @Nullable SentinelAnswer read, @Nullable Throwable failure) {
        if (poll != mine) {
            return;
        }
        poll = null;
        if (read == null) {
            Throwable why = failure == null ? new IllegalStateException("no answer") : failure;
            if (String.valueOf(why.getMessage()).contains("No such master")) {
                unknownName();
            } else {
                failed(Problem.of(why, true, peers.tls()));
            }
            return;
        }
        id = read.id() == null ? address.toString() : read.id();
        answer = read;
        problem = null;
        tried = true;
        link.healthy();
    }

    private void unknownName() {
        answer = null;
        StatefulRedisPubSubConnection<String, String> connection = link.connection();
        CompletableFuture<List<Map<String, String>>> names = connection == null
                ? CompletableFuture.completedFuture(List.of())
                : send(connection, new ListOfMapsOutput<>(StringCodec.UTF8), "MASTERS");
        CompletableFuture<List<Map<String, String>>> unused =
                names.whenComplete((masters, failure) -> peers.owner().execute(() -> {
                    String known = masters == null
                            ? "which it does not tell"
                            : masters.stream()
                                    .map(m -> m.getOrDefault("name", "?"))
                                    .sorted()
                                    .collect(Collectors.joining(", "));
                    failed(new Problem(
                            TopologyException.Kind.UNKNOWN_NAME,
                            "it does not know a primary named "
                                    + peers.deployment().primaryName() + "; it knows "
                                    + (known.isEmpty() ? "none" : known) + "; give one of these names after the #",
                            true));
                }));
    }

    private void failed(Problem why) {
        problem = why;
        tried = true;
    }

    void pollNow() {
        pollNow = true;
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

    /** The id by which sentinels know it, or its address if it tells none; null until it has answered once. */
    @Nullable
    String id() {
        return id;
    }

    /** Its last answer, also while it is not reachable; null until it has answered once. */
    @Nullable
    SentinelAnswer answer() {
        return answer;
    }

    SentinelView view() {
        return new SentinelView(
                address,
                reachable(),
                problem == null ? null : problem.text(),
                answer == null ? null : answer.word().primary(),
                answer == null ? -1 : answer.word().epoch(),
                answer == null ? "" : answer.flags(),
                answer == null ? 0 : answer.replicas().size(),
                answer == null ? 0 : answer.others().size());
    }

    @Override
    public void up(StatefulRedisPubSubConnection<String, String> connection) {
        poll = null;
        pollNow = true;
        connection.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String pattern, String channel, String message) {
                peers.owner().execute(onNews);
            }
        });
        // Asked anew after each loss, and polled right after: what was published in between is gone
        RedisFuture<Void> unused = connection.async().psubscribe("*");
    }

    @Override
    public void down(Throwable why) {
        poll = null;
        failed(Problem.of(why, true, peers.tls()));
    }

    void close() {
        link.close();
    }
}
