package dev.lockstep.client;

import dev.lockstep.topology.NodeAddress;
import dev.lockstep.topology.Role;
import io.lettuce.core.RedisCommandExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to a shard's primary for reads whose values are kept: one connection, on which the primary also tells what has
 * changed.
 *
 * <p>There is one while anybody keeps values, and there is a primary. What cannot go this way goes the usual one, and its
 * value is not kept. Thread-safe.
 */
final class TrackedLane {

    private static final Logger log = LoggerFactory.getLogger(TrackedLane.class);
    private static final long FIRST_RETRY_MILLIS = 10;
    private static final long LAST_RETRY_MILLIS = 500;

    private final ShardRoute shard;
    private final Trackers trackers;
    private volatile @Nullable NodeLink usable;
    private volatile @Nullable String refusal;

    // Guarded by this.
    private @Nullable NodeLink link;
    private @Nullable TrackedTenure tenure;
    private boolean opening;
    private boolean closed;
    private long retryMillis = FIRST_RETRY_MILLIS;

    TrackedLane(ShardRoute shard, Trackers trackers) {
        this.shard = shard;
        this.trackers = trackers;
    }

    /** Sends a read; false if there is no connection for it. */
    boolean send(Call call) {
        NodeLink to = usable;
        if (to == null) {
            return false;
        }
        if (call.floor(shard).unknown(call.bucket) != null) {
            shard.primary().demand(); // what is kept is worth little until the position is known
        }
        return to.send(new Attempt(call, to));
    }

    /** The primary may be another one, or there may be somebody, or nobody, who keeps values. */
    void follow() {
        NodeLink left = null;
        TrackedTenure ended = null;
        synchronized (this) {
            NodeAddress to =
                    closed || trackers.isEmpty() ? null : shard.primary().target();
            NodeLink now = link;
            if (now != null && !now.address.equals(to)) {
                left = now;
                ended = tenure;
                usable = null;
            } else if (now == null && to != null && !opening) {
                connect(to);
            }
        }
        if (left != null && ended != null) {
            ended.end();
            left.close();
        }
    }

    /** Under the lock. */
    private void connect(NodeAddress to) {
        opening = true;
        TrackedTenure next = new TrackedTenure(this, shard, trackers);
        shard.opener()
                .openTracked(to, next, next::changed)
                .whenComplete((made, failure) -> opened(next, made, failure));
    }

    private void opened(TrackedTenure next, @Nullable NodeLink made, @Nullable Throwable failure) {
        boolean up;
        synchronized (this) {
            opening = false;
            up = made != null && made.greeting.role() == Role.PRIMARY && !made.isDead();
            if (made != null && up) {
                link = made;
                tenure = next;
                usable = made;
                retryMillis = FIRST_RETRY_MILLIS;
            } else {
                retryLater();
            }
        }
        if (made != null && up) {
            refusal = null;
            follow(); // the primary may have changed meanwhile
            tick(made, next);
            return;
        }
        if (made != null) {
            made.close();
        } else if (isRefusal(failure)) {
            tell(LinkOpener.rootOf(failure));
        } else {
            log.debug("No connection to {}'s primary for values to be kept: {}", shard.name(), String.valueOf(failure));
        }
    }

    /** Whether a server has answered, and does not allow it or cannot do it. */
    private static boolean isRefusal(@Nullable Throwable failure) {
        Throwable cause = failure;
        while (cause != null && !(cause instanceof RedisCommandExecutionException)) {
            cause = cause.getCause();
        }
        return cause != null;
    }

    private void retryLater() {
        shard.later(retryMillis, this::follow);
        retryMillis = Math.min(LAST_RETRY_MILLIS, retryMillis * 2);
    }

    private void tick(NodeLink of, TrackedTenure its) {
        if (!of.isDead()) {
            its.beat(of);
            shard.laterMicros(trackers.beatMicros(), () -> tick(of, its));
        }
    }

    /** What the user of the servers can do something about; once for each reason. */
    void tell(String why) {
        if (!why.equals(refusal)) {
            refusal = why;
            log.warn("No values of shard {} are kept for now: {}", shard.name(), why);
        }
    }

    /** The connection is good for nothing. */
    void unusable(NodeLink from, String why) {
        log.debug("{} is left: {}", from, why);
        from.close();
    }

    void silent(NodeLink from, long forNanos) {
        boolean first;
        synchronized (this) {
            first = usable == from;
            if (first) {
                usable = null;
            }
        }
        if (first) {
            shard.suspect(from.address, "no answer for " + Call.text(forNanos));
        }
        if (forNanos > PrimaryLane.HALF_OPEN_AFTER && shard.answersProbes(from.address)) {
            from.close();
        }
    }

    synchronized void answering(NodeLink from) {
        if (link == from && !from.isDead()) {
            usable = from;
        }
    }

    void lost(NodeLink from, TrackedTenure its) {
        its.end();
        synchronized (this) {
            if (link != from) {
                return;
            }
            usable = null;
            link = null;
            tenure = null;
            retryLater();
        }
    }

    /** Nobody will tell of changes of what this read brings: it goes the usual way. */
    void elsewhere(Call call) {
        if (!call.isDone()) {
            call.fill = null;
            shard.again(call);
        }
    }

    void close() {
        synchronized (this) {
            closed = true;
        }
        follow();
    }
}
