package dev.lockstep.client.lettuce;

import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.pubsub.PubSubEndpoint;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnectionImpl;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A connection for messages that remembers which shard channels its user wants. A node ends the subscriptions of a slot that
 * it gives away, and Lettuce would take that for the user's wish.
 *
 * @param <K> channel type
 * @param <V> message type
 */
public final class FollowingPubSub<K, V> extends StatefulRedisPubSubConnectionImpl<K, V> {

    private final Set<ByteBuffer> wanted = ConcurrentHashMap.newKeySet();

    FollowingPubSub(
            PubSubEndpoint<K, V> endpoint, RedisChannelWriter writer, RedisCodec<K, V> codec, Duration timeout) {
        super(endpoint, writer, codec, timeout);
    }

    /** Has {@code hook} run when a node ends the subscription of a shard channel although its user wants some. */
    public void onLossOfShardChannels(Runnable hook) {
        addListener(new RedisPubSubAdapter<>() {
            @Override
            public void sunsubscribed(K channel, long count) {
                if (!wanted.isEmpty()) {
                    hook.run();
                }
            }
        });
    }

    @Override
    public <T> RedisCommand<K, V, T> dispatch(RedisCommand<K, V, T> command) {
        if (command.getType() == CommandType.SSUBSCRIBE) {
            wanted.addAll(channels(command));
        } else if (command.getType() == CommandType.SUNSUBSCRIBE) {
            List<ByteBuffer> unwanted = channels(command);
            if (unwanted.isEmpty()) {
                wanted.clear();
            } else {
                unwanted.forEach(wanted::remove);
            }
        }
        return super.dispatch(command);
    }

    @Override
    @SuppressWarnings("unchecked") // an array of keys for a method with a variable number of them
    protected List<RedisFuture<Void>> resubscribe() {
        List<RedisFuture<Void>> all = new ArrayList<>(super.resubscribe());
        for (ByteBuffer channel : wanted) {
            all.add(async().ssubscribe((K[]) new Object[] {codec.decodeKey(channel.duplicate())}));
        }
        return all;
    }

    private static List<ByteBuffer> channels(RedisCommand<?, ?, ?> command) {
        List<ByteBuffer> channels = new ArrayList<>();
        if (command.getArgs() == null) {
            return channels;
        }
        ByteBuf buffer = Unpooled.buffer();
        command.getArgs().encode(buffer);
        while (buffer.isReadable()) { // $<length>\r\n<bytes>\r\n
            int end = buffer.indexOf(buffer.readerIndex(), buffer.writerIndex(), (byte) '\n');
            String size = buffer.readCharSequence(end - buffer.readerIndex() - 1, StandardCharsets.US_ASCII)
                    .toString();
            buffer.skipBytes(2);
            byte[] channel = new byte[Integer.parseInt(size.substring(1))];
            buffer.readBytes(channel).skipBytes(2);
            channels.add(ByteBuffer.wrap(channel));
        }
        return channels;
    }
}
