package dev.lockstep.client;

import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The wait until no call of some slots is on the way to their former owner any more; what comes back goes to the crossings
 * of these slots, in order.
 *
 * <p>Begun once nobody submits calls of these slots to the former owner any longer.
 */
final class Evacuation implements Attempt.Own {

    private static final long PAUSE_MILLIS = 1;

    private final ShardRoute from;
    private final Map<Integer, Crossing> crossings;
    private volatile @Nullable NodeLink asked;

    Evacuation(ShardRoute from, Map<Integer, Crossing> crossings) {
        this.from = from;
        this.crossings = crossings;
        from.primary().evacuating(1);
    }

    private void over() {
        from.primary().evacuating(-1);
        crossings.values().forEach(Crossing::evacuated);
    }

    /**
     * While there is a link, what was sent on it comes back from there, before the answer to a command sent after it. While
     * there is none, everything that came back is held, in order.
     */
    void go() {
        List<Call> held = from.primary().takeHeld(call -> crossings.containsKey(call.slot));
        if (held != null) {
            for (Call call : held) {
                Crossing crossing = crossings.get(call.slot);
                if (crossing != null) {
                    crossing.giveBack(call);
                }
            }
            over();
            return;
        }
        NodeLink link = from.primary().steady();
        asked = link;
        if (link == null || !link.send(new Attempt(ping(), link, this))) {
            from.later(PAUSE_MILLIS, this::go);
        }
    }

    private static Command<String, String, String> ping() {
        return new Command<>(
                CommandType.PING, new StatusOutput<>(StringCodec.ASCII), new CommandArgs<>(StringCodec.ASCII));
    }

    @Override
    public void answered(Attempt attempt, NodeLink link) {
        if (from.primary().steady() == asked) {
            over();
        } else {
            go();
        }
    }

    @Override
    public void lost() {
        go();
    }
}
