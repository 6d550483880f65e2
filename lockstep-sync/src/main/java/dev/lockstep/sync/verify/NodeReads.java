package dev.lockstep.sync.verify;

import dev.lockstep.topology.Deployment;
import dev.lockstep.topology.NodeAddress;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One connection to one server, in one of its databases, on which only reading commands are sent. Thread-safe. */
final class NodeReads implements AutoCloseable {

    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)");

    static final String CLIENT_NAME = "lockstep-verify";

    /** The first version with a stream's counters. */
    private static final int COUNTERS_SINCE = 700;
    /** The first one that tells its replicas how many entries a group has read. */
    private static final int READ_COUNTS_SINCE = 702;

    private final NodeAddress address;
    private final StatefulRedisConnection<byte[], byte[]> connection;
    private final Duration patience;
    private final AtomicBoolean closed = new AtomicBoolean();
    private String runId = "";
    private ServerTraits traits = new ServerTraits(false, false, false, false, false);

    private NodeReads(NodeAddress address, StatefulRedisConnection<byte[], byte[]> connection, Duration patience) {
        this.address = address;
        this.connection = connection;
        this.patience = patience;
    }

    /**
     * Connects, and asks the server who it is and what it can tell.
     *
     * @throws RedisException if it cannot be reached, does not answer in time, or refuses
     */
    static NodeReads open(RedisClient client, Deployment deployment, NodeAddress address, int database)
            throws InterruptedException {
        RedisURI uri = deployment.dataNode(address);
        uri.setDatabase(database);
        if (uri.getClientName() == null) {
            uri.setClientName(CLIENT_NAME);
        }
        CompletableFuture<StatefulRedisConnection<byte[], byte[]>> opening =
                client.connectAsync(ByteArrayCodec.INSTANCE, uri).toCompletableFuture();
        try {
            Duration bound = deployment.connectTimeout().multipliedBy(2);
            NodeReads node = new NodeReads(
                    address,
                    opening.get(bound.toMillis(), TimeUnit.MILLISECONDS),
                    deployment.timeout().dividedBy(3));
            node.identify();
            return node;
        } catch (ExecutionException | TimeoutException e) {
            opening.thenAccept(StatefulRedisConnection::closeAsync);
            throw new RedisException("no connection to " + address + ": " + rootOf(e), e);
        }
    }

    private void identify() throws InterruptedException {
        StringBuilder info = new StringBuilder();
        boolean[] knows = new boolean[3];
        Ask server = Ask.of((bytes, depth, index) -> info.append(text(bytes)), "INFO", "server");
        Ask commands = Ask.of(
                new Reply.Tokens() {
                    @Override
                    public void text(@Nullable ByteBuffer bytes, int depth, int index) {}

                    @Override
                    public void number(long number, int depth, int index) {}

                    @Override
                    public void end(int depth, int index) {
                        if (depth == 1) {
                            knows[index] = true; // a null stands for a command that it does not know
                        }
                    }
                },
                "COMMAND",
                "INFO",
                "PEXPIRETIME",
                "HPEXPIRETIME",
                "FUNCTION");
        // Where it is known (since 7.2), reading then leaves access times as they are, by which servers evict
        Ask noTouch = Ask.ifAllowed((text, depth, index) -> {}, "CLIENT", "NO-TOUCH", "ON");
        ask(List.of(server, commands, noTouch));
        for (Ask asked : List.of(server, commands)) {
            if (asked.refusal() != null) {
                close();
                throw new RedisException(address + " refuses " + asked.commandName() + ": " + asked.refusal());
            }
        }
        runId = field(info, "run_id");
        int version = version(field(info, "redis_version"));
        traits =
                new ServerTraits(knows[0], knows[1], version >= COUNTERS_SINCE, version >= READ_COUNTS_SINCE, knows[2]);
    }

    /** {@code 7.0.15} as 700; 0 if it is no version. */
    private static int version(String text) {
        Matcher numbers = VERSION.matcher(text);
        return numbers.lookingAt() ? 100 * Integer.parseInt(numbers.group(1)) + Integer.parseInt(numbers.group(2)) : 0;
    }

    private static String field(CharSequence info, String name) {
        return info.toString()
                .lines()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElse("");
    }

    static String text(@Nullable ByteBuffer bytes) {
        return bytes == null
                ? ""
                : StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }

    NodeAddress address() {
        return address;
    }

    /** The id of the process, new at each start. */
    String runId() {
        return runId;
    }

    ServerTraits traits() {
        return traits;
    }

    boolean isOpen() {
        return !closed.get() && connection.isOpen();
    }

    /**
     * Sends commands together, and waits until each has ended.
     *
     * @throws RedisException if one of them was not answered: the connection is lost, or was closed because of the silence
     */
    void ask(List<Ask> asks) throws InterruptedException {
        if (asks.isEmpty()) {
            return;
        }
        CountDownLatch latch = new CountDownLatch(asks.size());
        asks.forEach(ask -> ask.ends(latch));
        connection.dispatch(asks);
        if (!latch.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            close();
            throw new RedisException(address + " did not answer within " + patience.toMillis() + " ms");
        }
        for (Ask ask : asks) {
            Throwable loss = ask.loss();
            if (loss != null) {
                close();
                throw new RedisException("the connection to " + address + " was lost: " + rootOf(loss), loss);
            }
        }
    }

    static String rootOf(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }

    /** Gives the connection up; what is unanswered ends. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            CompletableFuture<Void> unused = connection.closeAsync();
        }
    }
}
