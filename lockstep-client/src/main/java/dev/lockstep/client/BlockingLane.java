package dev.lockstep.client;

import dev.lockstep.topology.NodeAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
    // Guarded by this.
    private final Deque<NodeLink> idle = new ArrayDeque<>();
    private final Set<NodeLink> all = new HashSet<>();
    private boolean closed;

    BlockingLane(ShardRoute shard) {
        this.shard = shard;
    }

    void submit(Call call) {
        if (call.isDone()) {
            return;
        }
        if (shard.isLeftBy(call)) {
            shard.passOn(call);
            return;
        }
        NodeAddress primary = shard.primary().address();
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
                } else if (adopt(made)) {
                    send(call, made);
                } else {
                    shard.later(RETRY_MILLIS, () -> submit(call));
                }
            });
        } else {
            send(call, link);
        }
    }

    /** False if it comes too late, since the lane is closed. */
    private boolean adopt(NodeLink made) {
        synchronized (this) {
            if (!closed) {
                all.add(made);
                return true;
            }
        }
        made.close();
        return false;
    }

    /** Another process has become the primary: what waits on the former one would wait for pushes that never come. */
    void movedTo(String runId) {
        List<NodeLink> left;
        synchronized (this) {
            left = all.stream()
                    .filter(link -> !link.identity.runId().equals(runId))
                    .toList();
            idle.removeAll(left);
        }
        left.forEach(NodeLink::close);
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

    /**
     * Closes the connections. If only the shard is no more, what still waits is left to be answered: its server says that
     * the slot is elsewhere now, or that it is a replica, and then the call goes there.
     */
    void close() {
        boolean dissolved = !shard.isAllClosed();
        List<NodeLink> left;
        synchronized (this) {
            closed = true;
            left = List.copyOf(dissolved ? idle : all);
            idle.clear();
        }
        left.forEach(NodeLink::close);
    }

    /** One call at a time. */
    private final class Turns implements NodeLink.Traffic {

        @Override
        public void compose(List<Attempt> batch, NodeLink link, long now) {
            if (batch.isEmpty()) {
                release(link); // the call has ended before it was written
            }
        }

        @Override
        public void replied(Attempt attempt, NodeLink link) {
            release(link);
            Call call = attempt.call;
            String error = attempt.error();
            if (call == null) {
                return;
            }
            if (error != null
                    && (error.startsWith("UNBLOCKED") || shard.primary().isMisplaced(error))) {
                call.takeBack();
                shard.suspect(link.address, error);
                shard.later(RETRY_MILLIS, () -> submit(call));
                return;
            }
            Redirect redirect = shard.redirect(error, link.address);
            if (redirect != null) {
                call.takeBack();
                shard.redirected(call, redirect);
                return;
            }
            Mark mark = shard.primary().nowOn(link.identity.runId());
            if (mark == null) {
                call.floor(shard).lose(shard); // it came from a node that is not the primary any more
            }
            attempt.mark = mark;
            if (call.isDurable()) {
                shard.primary().demand();
            }
            shard.answer(attempt, call);
        }

        @Override
        public void silent(NodeLink link, long forNanos) {
            // It is meant to wait. But once its caller has been told that time is up, nobody wants what it would still
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
            synchronized (BlockingLane.this) {
                all.remove(link);
                idle.remove(link);
            }
            for (Attempt attempt : unanswered) {
                Call call = attempt.call;
                if (call != null && attempt.mayHaveBeenSent() && !call.traits.isRead()) {
                    shard.primary().distrust(link.identity);
                    call.giveUp("before its connection was lost", "");
                } else {
                    again(call);
                }
            }
            unsent.forEach(attempt -> again(attempt.call));
        }

        private void again(@Nullable Call call) {
            if (call != null && !call.isDone()) {
                call.takeBack();
                shard.later(RETRY_MILLIS, () -> submit(call));
            }
        }
    }
}
