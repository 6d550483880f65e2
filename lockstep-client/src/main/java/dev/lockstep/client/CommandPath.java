package dev.lockstep.client;

import dev.lockstep.client.lettuce.Dispatcher;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.protocol.RedisCommand;
import org.jspecify.annotations.Nullable;

/**
 * The path that every call takes: refuse what cannot be shared, find the slot, give it a deadline, and hand it to the shard.
 *
 * <p>From there: {@link ShardRoute#submit} chooses the lane. {@link PrimaryLane} sends in order, or holds; {@link Replicas}
 * finds a copy that is fresh enough; {@link BlockingLane} waits. {@link NodeLink} carries. {@link ShardRoute#answer}
 * remembers what was seen and ends the call. One instance per view.
 */
final class CommandPath implements Dispatcher {

    private final Routes routes;
    private final Policy policy;
    private final Deadlines deadlines;
    private final boolean safeCodec;
    private final @Nullable SlotPath slots;

    CommandPath(Routes routes, Policy policy, Deadlines deadlines, RedisCodec<?, ?> codec) {
        this.routes = routes;
        this.policy = policy;
        this.deadlines = deadlines;
        this.safeCodec = codec.getClass() == StringCodec.class || codec.getClass() == ByteArrayCodec.class;
        this.slots = routes.sharded() ? new SlotPath(routes, this) : null;
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
        Request request = Request.of(command);
        CommandTraits traits = CommandTraits.of(command);
        if (slots == null) {
            submit(call(command, request, traits, -1), null);
        } else {
            slots.dispatch(command, request, traits);
        }
    }

    Call call(RedisCommand<?, ?, ?> command, Request request, CommandTraits traits, int slot) {
        Call call = new Call(command, request, traits, slot, policy, System.nanoTime());
        call.decodesSafely = safeCodec;
        return call;
    }

    /** Sends the call to the given shard, or to the one that owns its slot. */
    void submit(Call call, @Nullable ShardRoute shard) {
        deadlines.add(call);
        if (routes.isClosed()) { // asked only now, since closing ends all calls that were added before
            call.fail(new NotSentException(
                    call.name() + " was not sent: this Lockstep is closed. Open another one, or close it later"));
        } else if (shard == null) {
            routes.submit(call);
        } else {
            shard.submit(call);
        }
    }
}
