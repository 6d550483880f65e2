package dev.lockstep.topology;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.output.ListOfMapsOutput;
import io.lettuce.core.output.MapOutput;
import io.lettuce.core.output.ValueListOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One server that a switchover speaks to: a connection, made again when it was lost, and commands whose answers are waited
 * for within a bound.
 *
 * <p>What fails says in its text which server was asked what, what it answered, and what to do. Not thread-safe.
 */
final class Wire {

    /** The name that data nodes show of these connections in {@code CLIENT LIST}. */
    static final String NAME = "lockstep-switchover";

    private static final Set<String> CONTAINERS = Set.of("CLIENT", "CLUSTER", "CONFIG", "SENTINEL");
    private static final StringCodec UTF8 = StringCodec.UTF8;

    private final NodeAddress address;
    private final RedisClient client;
    private final RedisURI uri;
    private final boolean sentinel;
    private final boolean tls;
    private final Duration patience;
    private @Nullable CompletableFuture<StatefulRedisConnection<String, String>> opening;

    private Wire(NodeAddress address, RedisURI uri, Deployment deployment, RedisClient client, boolean sentinel) {
        this.address = address;
        this.uri = uri;
        this.client = client;
        this.sentinel = sentinel;
        this.tls = deployment.tls() != null;
        this.patience = deployment.connectTimeout();
    }

    static Wire toDataNode(NodeAddress address, Deployment deployment, RedisClient client) {
        RedisURI uri = deployment.dataNode(address);
        uri.setClientName(NAME);
        return new Wire(address, uri, deployment, client, false);
    }

    static Wire toSentinel(NodeAddress address, Deployment deployment, RedisClient client) {
        return new Wire(address, deployment.sentinelNode(address), deployment, client, true);
    }

    NodeAddress address() {
        return address;
    }

    /** How long an answer is waited for. */
    Duration patience() {
        return patience;
    }

    /** Sends a command whose reply is one text. Commands that are sent one after another arrive so while no connection is lost. */
    CompletableFuture<String> send(String... words) {
        return send(new TextOutput(), words);
    }

    /** As {@link #send}, for a reply of texts. */
    CompletableFuture<List<String>> sendForList(String... words) {
        return send(new ValueListOutput<>(UTF8), words);
    }

    /**
     * Sends a command and waits for its reply, one text.
     *
     * @throws RedisException if the server refuses, does not answer in time, or cannot be reached
     */
    String ask(String... words) {
        return await(send(words), words);
    }

    /** As {@link #ask}, for a reply of names and values. */
    Map<String, String> askForMap(String... words) {
        return await(send(new MapOutput<>(UTF8), words), words);
    }

    /** As {@link #ask}, for a reply of texts. */
    List<String> askForList(String... words) {
        return await(sendForList(words), words);
    }

    /** As {@link #ask}, for a reply of several maps. */
    List<Map<String, String>> askForMaps(String... words) {
        return await(send(new ListOfMapsOutput<>(UTF8), words), words);
    }

    private <T> CompletableFuture<T> send(CommandOutput<String, String, T> output, String... words) {
        CommandArgs<String, String> args = new CommandArgs<>(UTF8);
        for (int i = 1; i < words.length; i++) {
            args.add(words[i]);
        }
        return connection()
                .thenCompose(connection -> connection
                        .async()
                        .dispatch(new Keyword(words[0]), output, args)
                        .toCompletableFuture());
    }

    private CompletableFuture<StatefulRedisConnection<String, String>> connection() {
        CompletableFuture<StatefulRedisConnection<String, String>> now = opening;
        boolean lost = now != null
                && now.isDone()
                && (now.isCompletedExceptionally() || !now.join().isOpen());
        if (now == null || lost) {
            CompletableFuture<Void> unused = close();
            now = client.connectAsync(UTF8, uri).toCompletableFuture();
            opening = now;
        }
        return now;
    }

    private <T> T await(CompletableFuture<T> reply, String... words) {
        try {
            return reply.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new RedisCommandTimeoutException(
                    this + " did not answer " + name(words) + " within " + patience.toMillis() + " ms");
        } catch (ExecutionException e) {
            throw explained(e, words);
        } catch (InterruptedException e) {
            throw new IllegalStateException("The thread of a switchover is never interrupted", e);
        }
    }

    /** What went wrong with a command, in words for people; an error reply stays one by its type. */
    RedisException explained(Throwable failure, String... words) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof RedisCommandExecutionException) {
                String reply = String.valueOf(at.getMessage());
                String next = reply.startsWith("NOPERM")
                        ? "; grant its user +" + name(words).replace(' ', '|').toLowerCase(Locale.ROOT)
                        : "";
                return new RedisCommandExecutionException(
                        this + " answered " + name(words) + " with: " + reply + next, failure);
            }
        }
        return new RedisConnectionException(
                this + " could not be asked " + name(words) + ": "
                        + Problem.of(failure, sentinel, tls).text(),
                failure);
    }

    /** Without its arguments, which say nothing to a reader, or too much. */
    private static String name(String... words) {
        return CONTAINERS.contains(words[0]) ? words[0] + " " + words[1] : words[0];
    }

    @Override
    public String toString() {
        return (sentinel ? "sentinel " : "") + address;
    }

    /** Gives the connection up, if there is one. */
    CompletableFuture<Void> close() {
        CompletableFuture<StatefulRedisConnection<String, String>> old = opening;
        opening = null;
        return old == null
                ? CompletableFuture.completedFuture(null)
                : old.thenCompose(StatefulRedisConnection::closeAsync).exceptionally(neverOpened -> null);
    }

    /** A status, a text or a number. */
    private static final class TextOutput extends CommandOutput<String, String, String> {
        TextOutput() {
            super(UTF8, "");
        }

        @Override
        public void set(@Nullable ByteBuffer bytes) {
            output = bytes == null ? "" : UTF8.decodeValue(bytes);
        }

        @Override
        public void set(long integer) {
            output = Long.toString(integer);
        }
    }

    /** A command's name. In lower case, so that Lettuce passes MULTI on as it is instead of collecting what follows. */
    private record Keyword(String text) implements ProtocolKeyword {
        @Override
        public byte[] getBytes() {
            return text.getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        public String toString() {
            return text.toLowerCase(Locale.ROOT);
        }
    }
}
