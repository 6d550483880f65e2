package dev.lockstep.client;

import dev.lockstep.topology.NodeAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Connections for commands that wait in the server: each has one to itself while it waits, and stands in nobody's way.
 *
 * <p>Thread-safe.
 */
final class BlockingLane {

    private static final long RETRY_MILLIS = 20;
    private static final int MOST_IDLE = 8;

    private final ShardRoute shard;
    private final Deque<NodeLink> idle = new ArrayDeque<>(); // guarded by this
    private boolean closed;

    BlockingLane(ShardRoute shard) {
        this.shard = shard;
    }

    void submit(Call call) {
        NodeAddress primary = shard.primary().address();
        if (call.isDone()) {
            return;
        }
        if (primary == null) {
            shard.later(RETRY_MILLIS, () -> submit(call));
            return;
        }
        NodeLink link = takeIdle(primary);
        if (link == null) {
            shard.opener().open(primary, new Turns()).whenComplete((made, failure) -> {
                if (made == null) {
                    shard.suspect(primary, "no connection for a blocking command");
                    shard.later(RETRY_MILLIS, () -> submit(call));
                } else {
                    send(call, made);
                }
            });
        } else {
            send(call, link);
        }
    }

    private void send(Call call, NodeLink link) {
        if (call.isDone()) {
            release(link);
        } else if (!link.send(new Attempt(call, link))) {
            submit(call);
        }
    }

    private synchronized @Nullable NodeLink takeIdle(NodeAddress primary) {
        while (!idle.isEmpty()) {
            NodeLink link = idle.pop();
            if (!link.isDead() && link.address.equals(primary)) {
                return link;
            }
            link.close();
        }
        return null;
    }

    private void release(NodeLink link) {
        synchronized (this) {
            if (!closed && idle.size() < MOST_IDLE) {
                idle.push(link);
                return;
            }
        }
        link.close();
    }

    void close() {
        List<NodeLink> all;
        synchronized (this) {
            closed = true;
            all = new ArrayList<>(idle);
            idle.clear();
        }
        all.forEach(NodeLink::close);
    }

    /** One call at a time. */
    private final class Turns implements NodeLink.Traffic {

        @Override
        public void compose(List<Attempt> batch, NodeLink link, long now) {}

        @Override
        public void replied(Attempt attempt, NodeLink link) {
            Call call = attempt.call;
            String error = attempt.error();
            release(link);
            if (call == null) {
                return;
            }
            if (error != null
                    && (error.startsWith("UNBLOCKED")
                            || error.startsWith("READONLY")
                            || error.startsWith("LOADING")
                            || error.startsWith("MASTERDOWN"))) {
                call.sentTo = null;
                shard.suspect(link.address, error);
                shard.later(RETRY_MILLIS, () -> submit(call));
                return;
            }
            attempt.mark = shard.primary().nowOn(link.identity.runId());
            shard.answer(attempt, call);
        }

        @Override
        public void silent(NodeLink link, long forNanos) {
            // It is meant to wait. But once its caller has been told that time is up, nobody wants what it may still
            // take.
            if (link.hasOnlyEndedCalls()) {
                shard.primary().distrust(link.identity);
                link.close();
            }
        }

        @Override
        public void answering(NodeLink link) {}

        @Override
        public void lost(NodeLink link, List<Attempt> unanswered, List<Attempt> unsent) {
            for (Attempt attempt : unanswered) {
                Call call = attempt.call;
                if (call == null || call.isDone()) {
                    continue;
                }
                if (attempt.mayHaveBeenSent() && !call.traits.isRead()) {
                    shard.primary().distrust(link.identity);
                    call.fail(call.whatIsKnown("before its connection was lost", ""));
                } else {
                    submit(call);
                }
            }
            unsent.forEach(attempt -> {
                if (attempt.call != null) {
                    submit(attempt.call);
                }
            });
        }
    }
}
