package dev.lockstep.client.lettuce;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.StatefulRedisConnectionImpl;
import io.lettuce.core.api.push.PushListener;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.protocol.ConnectionFacade;
import io.lettuce.core.protocol.PushHandler;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Lettuce's typed API (about 500 methods, sync and async) over a {@link Dispatcher} instead of a socket.
 *
 * @param <K> key type
 * @param <V> value type
 */
public final class Facade<K, V> extends StatefulRedisConnectionImpl<K, V> {

    private final Dispatcher dispatcher;

    /**
     * A facade whose options are set, since the first synchronous call reads them.
     *
     * @param patience how long the synchronous API waits at most; a backstop only, since every call is ended by its own
     *     deadline, with an exception that says more
     */
    public static <K, V> Facade<K, V> over(
            Dispatcher dispatcher,
            RedisCodec<K, V> codec,
            Duration patience,
            ClientOptions options,
            ClientResources resources) {
        Facade<K, V> facade = new Facade<>(dispatcher, new Writer(dispatcher, resources), codec, patience);
        facade.setOptions(options);
        return facade;
    }

    private Facade(Dispatcher dispatcher, Writer writer, RedisCodec<K, V> codec, Duration patience) {
        super(writer, NoPushes.INSTANCE, codec, patience);
        this.dispatcher = dispatcher;
    }

    /** Lettuce would take other threads' commands into a MULTI as soon as it sees one: it must not see one to be refused. */
    @Override
    public <T> RedisCommand<K, V, T> dispatch(RedisCommand<K, V, T> command) {
        RuntimeException refusal = dispatcher.refusal(command);
        if (refusal != null) {
            command.completeExceptionally(refusal);
            return command;
        }
        return super.dispatch(command);
    }

    @Override
    public Collection<RedisCommand<K, V, ?>> dispatch(Collection<? extends RedisCommand<K, V, ?>> commands) {
        List<RedisCommand<K, V, ?>> dispatched = new ArrayList<>(commands.size());
        commands.forEach(command -> dispatched.add(dispatch(command)));
        return dispatched;
    }

    /** Passes every command on, one by one; flushing is the dispatcher's business. */
    private record Writer(Dispatcher dispatcher, ClientResources resources) implements RedisChannelWriter {

        @Override
        public <K, V, T> RedisCommand<K, V, T> write(RedisCommand<K, V, T> command) {
            dispatch(command);
            return command;
        }

        @Override
        @SuppressWarnings("unchecked")
        public <K, V> Collection<RedisCommand<K, V, ?>> write(Collection<? extends RedisCommand<K, V, ?>> commands) {
            commands.forEach(this::dispatch);
            return (Collection<RedisCommand<K, V, ?>>) commands;
        }

        private void dispatch(RedisCommand<?, ?, ?> command) {
            try {
                dispatcher.dispatch(command);
            } catch (RuntimeException e) {
                command.completeExceptionally(e);
            }
        }

        @Override
        public void close() {
            dispatcher.close();
        }

        @Override
        public CompletableFuture<Void> closeAsync() {
            dispatcher.close();
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void setConnectionFacade(ConnectionFacade facade) {}

        @Override
        public void setAutoFlushCommands(boolean autoFlush) {
            throw new UnsupportedOperationException(
                    "Lockstep flushes by itself what is queued together; remove the call of setAutoFlushCommands");
        }

        @Override
        public void flushCommands() {}

        @Override
        public ClientResources getClientResources() {
            return resources;
        }
    }

    private enum NoPushes implements PushHandler {
        INSTANCE;

        @Override
        public void addListener(PushListener listener) {
            throw new UnsupportedOperationException("Push messages do not reach a shared view; use Lockstep.pubSub()");
        }

        @Override
        public void removeListener(PushListener listener) {}

        @Override
        public Collection<PushListener> getPushListeners() {
            return List.of();
        }
    }
}
