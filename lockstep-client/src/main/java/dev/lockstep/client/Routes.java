package dev.lockstep.client;

import io.lettuce.core.protocol.RedisCommand;
import java.util.List;

/** All shards of a deployment, and which of them a command belongs to. Thread-safe. */
final class Routes {

    private final List<ShardRoute> shards;
    private volatile boolean closed;

    Routes(List<ShardRoute> shards) {
        this.shards = List.copyOf(shards);
    }

    /** The shard that owns the command's keys. A Sentinel group and a single server are one shard. */
    ShardRoute of(RedisCommand<?, ?, ?> command) {
        return shards.get(0);
    }

    List<ShardRoute> all() {
        return shards;
    }

    boolean isClosed() {
        return closed;
    }

    void close() {
        closed = true;
        shards.forEach(ShardRoute::close);
    }
}
