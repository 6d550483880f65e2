package dev.lockstep.client.lettuce;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.protocol.DefaultEndpoint;
import io.lettuce.core.resource.ClientResources;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;

/** The write end of one node connection, which also tells the event loop that it runs on. */
final class NodeEndpoint extends DefaultEndpoint {

    NodeEndpoint(ClientOptions options, ClientResources resources) {
        super(options, resources);
    }

    EventLoop eventLoop() {
        Channel channel = this.channel;
        if (channel == null) {
            throw new IllegalStateException("The connection is not established or already lost");
        }
        return channel.eventLoop();
    }
}
