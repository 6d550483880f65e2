package dev.lockstep.client.lettuce;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.protocol.DefaultEndpoint;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.resource.ClientResources;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import java.util.List;

/** The write end of one node connection, which also tells the event loop that it runs on. */
final class NodeEndpoint extends DefaultEndpoint {

    NodeEndpoint(ClientOptions options, ClientResources resources) {
        super(options, resources);
    }

    /**
     * Writes the commands as one message, not flushed: one buffer and one promise for all, where {@link #write(java.util.Collection)} makes
     * one for each and so spends most of the event loop's time on bookkeeping.
     *
     * @param onFailure run if they could not be written; none of the commands is told
     */
    void writeTogether(List<? extends RedisCommand<?, ?, ?>> commands, Runnable onFailure) {
        Channel channel = this.channel;
        if (channel == null) {
            onFailure.run();
            return;
        }
        channel.write(commands).addListener(written -> {
            if (!written.isSuccess()) {
                onFailure.run();
            }
        });
    }

    void flush() {
        Channel channel = this.channel;
        if (channel != null) {
            channel.flush();
        }
    }

    /** Has {@code hook} run on the event loop whenever bytes arrive. */
    void onRead(Runnable hook) {
        Channel channel = this.channel;
        if (channel != null) {
            channel.pipeline().addFirst(new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext context, Object message) {
                    hook.run();
                    context.fireChannelRead(message);
                }
            });
        }
    }

    EventLoop eventLoop() {
        Channel channel = this.channel;
        if (channel == null) {
            throw new IllegalStateException("The connection is not established or already lost");
        }
        return channel.eventLoop();
    }
}
