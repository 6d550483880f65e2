package dev.lockstep.client;

import dev.lockstep.topology.Position;
import dev.lockstep.topology.ReplicationInfo;
import dev.lockstep.topology.Role;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The traffic on one connection to a primary: learns the position that its answers belong to by letting an {@code INFO
 * replication} ride along.
 *
 * <p>Confined to the link's event loop but for {@link #now}, {@link #demand} and {@link #settleAll}.
 */
final class PrimaryTenure implements NodeLink.Traffic, Attempt.Own {
    /* One INFO costs the server as much as ten GETs, one per batch next to nothing. So it rides with a batch if the last
     * one is a millisecond old and 32 commands went since: what a busy session has seen is then known to all but the last
     * millisecond before a crash. With fewer commands, as a lone caller makes, it rides with a batch after four
     * milliseconds; with none it follows within five, since a timer that wakes two threads each millisecond would cost a
     * lone caller a tenth of its speed. While sessions read from replicas they need positions at once, and it rides with
     * every batch. */

    private static final Logger log = LoggerFactory.getLogger(PrimaryTenure.class);
    private static final long INTERVAL = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int WORTH_ONE = 32;
    private static final long RIDES_AFTER = TimeUnit.MILLISECONDS.toNanos(4);
    private static final long FOLLOWS_WITHIN = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long EAGER = TimeUnit.MILLISECONDS.toNanos(100);

    private final PrimaryLane lane;
    private final ShardRoute shard;
    private final ArrayDeque<Mark> told = new ArrayDeque<>(); // marks whose INFO is on its way

    private volatile Mark current;
    private volatile long eagerUntil = System.nanoTime();
    private volatile boolean touched;
    private volatile boolean forced;
    private boolean timerSet;
    private long lastInfoAt = System.nanoTime() - FOLLOWS_WITHIN;
    private int sinceInfo;
    private boolean refusalLogged;
    private boolean demoted;
    private @Nullable Position lastTold; // as a primary

    /** @param epoch greater than that of every former tenure */
    PrimaryTenure(PrimaryLane lane, ShardRoute shard, long epoch) {
        this.lane = lane;
        this.shard = shard;
        this.current = new Mark(epoch, 0);
    }

    /** A mark that covers all that this primary has executed until now, on whatever connection. */
    Mark now(NodeLink link) {
        Mark mark = current;
        touched = true;
        link.wake();
        return mark;
    }

    /** Somebody waits for positions: tell them at once for a while. */
    void demand(NodeLink link) {
        eagerUntil = System.nanoTime() + EAGER;
        link.wake();
    }

    /** Asks for a position now, even if nothing was sent since the last. */
    void sample(NodeLink link) {
        forced = true;
        link.wake();
    }

    /** Nothing will be sent on this connection any more: asks how far it has come, unless that was told since. */
    void lastWord(NodeLink link) {
        if (touched) {
            sample(link);
        }
    }

    /** Settles all that this connection will never tell, with {@code position} if it is known to cover it. */
    void settleAll(@Nullable Position position) {
        for (Mark mark = told.poll(); mark != null; mark = told.poll()) {
            mark.settle(position);
        }
        current.settle(position);
    }

    @Override
    public void compose(List<Attempt> batch, NodeLink link, long now) {
        Mark mark = current;
        for (int i = 0; i < batch.size(); i++) {
            Attempt attempt = batch.get(i);
            attempt.mark = mark;
            forced |= attempt.call != null && attempt.call.isDurable();
            if (attempt.call != null && attempt.call.asking) {
                batch.add(i++, askingAttempt(link));
            }
        }
        if (!batch.isEmpty()) {
            touched = true;
            sinceInfo += batch.size();
        }
        if (!touched && !forced) {
            return;
        }
        if (forced || isDue(now - lastInfoAt) || now - eagerUntil < 0) {
            lastInfoAt = now;
            sinceInfo = 0;
            forced = false;
            touched = false;
            current = mark.next();
            Attempt info = infoAttempt(link, this);
            info.mark = mark;
            told.add(mark);
            batch.add(info);
        } else if (!timerSet) {
            timerSet = true;
            link.runIn(TimeUnit.NANOSECONDS.toMicros(lastInfoAt + FOLLOWS_WITHIN - now) + 1, () -> {
                timerSet = false;
                link.wake();
            });
        }
    }

    private boolean isDue(long sinceLast) {
        return sinceLast >= RIDES_AFTER || (sinceLast >= INTERVAL && sinceInfo >= WORTH_ONE);
    }

    private static Attempt askingAttempt(NodeLink link) {
        return new Attempt(
                new Command<>(CommandType.ASKING, new StatusOutput<>(StringCodec.ASCII)), link, Attempt.NOBODY);
    }

    static Attempt infoAttempt(NodeLink link, Attempt.Own own) {
        return new Attempt(
                new Command<>(
                        CommandType.INFO,
                        new StatusOutput<>(StringCodec.ASCII),
                        new CommandArgs<>(StringCodec.ASCII).add("replication")),
                link,
                own);
    }

    /** What an INFO attempt was answered, or null if the server refused it. */
    static @Nullable ReplicationInfo read(Attempt info) {
        @Nullable Object text = info.getOutput().get();
        return info.error() != null || text == null ? null : ReplicationInfo.parse(text.toString());
    }

    @Override
    public void replied(Attempt attempt, NodeLink link) {
        Call call = attempt.call;
        if (call == null) {
            return;
        }
        String error = attempt.error();
        // What a demoted node still answers comes from a replica: it must not pass for the primary's word, nor overtake
        // the
        // writes that were refused before it.
        Redirect redirect = shard.redirect(error, link.address);
        boolean deposed = redirect != null
                && redirect.kind() == Redirect.Kind.MOVED
                && redirect.node() != null
                && shard.has(redirect.node());
        demoted |= deposed || lane.isMisplaced(error);
        if (demoted && (error != null || call.traits.isRead())) { // a write without an error was executed all the same
            lane.takeBack(call, error, link);
            return;
        }
        if (redirect != null) {
            redirected(call, redirect, attempt.mark);
            return;
        }
        if (call.traits.access() == CommandTraits.Access.SCAN && error == null) {
            attempt.beforeDelivery = () -> shard.scans().answered(call, link.identity.runId());
        }
        shard.answer(attempt, call);
    }

    private void redirected(Call call, Redirect redirect, @Nullable Mark mark) {
        call.takeBack();
        if (redirect.kind() == Redirect.Kind.ASK && mark != null) {
            call.floor(shard).raise(call.bucket, mark, shard); // here the key is gone, and replicas must know that too
        }
        shard.redirected(call, redirect);
    }

    /** An INFO of ours was answered. */
    @Override
    public void answered(Attempt attempt, NodeLink link) {
        Mark mark = told.poll();
        Position position = null;
        try {
            ReplicationInfo info = read(attempt);
            if (info == null) {
                logRefusal(attempt, link);
            } else {
                demoted |= info.role() != Role.PRIMARY;
                position = demoted ? asDemoted(info) : info.position();
                lastTold = demoted ? lastTold : position;
                lane.seen(link, info, attempt.sentAt);
            }
        } finally {
            if (mark != null) {
                mark.settle(position);
            }
        }
    }

    /**
     * A node that has become a replica stands where it ended as a primary until it has followed another one: within its own
     * history, which it leaves only with what it takes over. While it gives up its data its offset may be none.
     */
    private @Nullable Position asDemoted(ReplicationInfo info) {
        Position stands = info.position();
        Position told = lastTold;
        return told != null
                        && info.role() == Role.REPLICA
                        && stands.history().equals(told.history())
                        && stands.offset() > 0
                        && stands.offset() >= told.offset()
                ? stands
                : null;
    }

    /** The marks are settled by whoever makes the next connection. */
    @Override
    public void lost() {}

    private void logRefusal(Attempt attempt, NodeLink link) {
        if (!refusalLogged) {
            refusalLogged = true;
            log.warn(
                    "{} does not tell its replication offset ({}): reads go to the primary, and rollbacks are reported at"
                            + " every failover. Grant the user +info",
                    link,
                    attempt.error());
        }
    }

    @Override
    public void silent(NodeLink link, long forNanos) {
        lane.silent(link, forNanos);
    }

    @Override
    public void answering(NodeLink link) {
        lane.answering(link);
    }

    @Override
    public void lost(NodeLink link, List<Attempt> unanswered, List<Attempt> unsent) {
        lane.lost(link, this, unanswered, unsent);
    }
}
