package dev.lockstep.client;

import dev.lockstep.client.lettuce.Dispatcher;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.RedisCommand;
import org.jspecify.annotations.Nullable;

/**
 * The path that every call takes: refuse what cannot be shared, find the shard, give it a deadline, and choose the lane.
 *
 * <p>From there: {@link PrimaryLane} sends in order, or holds; {@link Replicas} finds a copy that is fresh enough; {@link
 * BlockingLane} waits. {@link NodeLink} carries. {@link ShardRoute#answer} remembers what was seen and ends the call. One
 * instance per view.
 */
final class CommandPath implements Dispatcher {

    private final Routes routes;
    private final Policy policy;
    private final Deadlines deadlines;
    private final boolean safeCodec;

    CommandPath(Routes routes, Policy policy, Deadlines deadlines, RedisCodec<?, ?> codec) {
        this.routes = routes;
        this.policy = policy;
        this.deadlines = deadlines;
        this.safeCodec = codec.getClass() == StringCodec.class || codec.getClass() == ByteArrayCodec.class;
    }

    @Override
    public @Nullable RuntimeException refusal(RedisCommand<?, ?, ?> command) {
        String refusal = CommandTraits.of(command).refusal();
        return refusal == null
                ? null
                : new UnsupportedOperationException(command.getType() + " has no place on a shared view: " + refusal);
    }

    @Override
    public void dispatch(RedisCommand<?, ?, ?> command) {
        Call call = new Call(command, CommandTraits.of(command), policy, routes.of(command), System.nanoTime());
        call.decodesSafely = safeCodec;
        if (policy.readsReplicas() && !call.traits.isRead()) {
            call.orderReadsBehind();
        }
        deadlines.add(call);
        if (routes.isClosed()) { // asked only now, since closing ends all calls that were added before
            call.fail(new NotSentException(
                    call.name() + " was not sent: this Lockstep is closed. Open another one, or close it later"));
        } else {
            submit(call);
        }
    }

    private void submit(Call call) {
        ShardRoute shard = call.shard;
        if (call.traits.access() == CommandTraits.Access.SCAN) {
            shard.scans().continues(call);
        } else if (call.command.getType() == CommandType.SCRIPT) {
            shard.scripts().seen(call);
        }
        if (call.traits.blocks(call.command)) {
            shard.blocking().submit(call);
        } else if (!policy.readsReplicas()) {
            shard.primary().submit(call);
        } else if (call.traits.access() == CommandTraits.Access.READ && !call.floor.hasUnansweredWrites(call.bucket)) {
            shard.replicas().submit(call);
        } else {
            shard.primary().submit(call);
        }
    }
}
