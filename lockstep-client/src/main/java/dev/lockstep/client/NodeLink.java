package dev.lockstep.client;

import dev.lockstep.client.lettuce.NodeConnection;
import dev.lockstep.topology.NodeAddress;
import dev.lockstep.topology.ReplicationInfo;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One connection to one process, from the moment it may carry calls to its loss.
 *
 * <p>Any thread may {@link #send}; all else happens on the connection's event loop.
 */
final class NodeLink {
    /* Callers put attempts into the outbox; whoever finds it unscheduled has the event loop drain it. What gathered until
     * then is written together, with one flush. A lone caller's command takes the same one hop to the event loop that
     * Lettuce itself would make. Draining on the event loop only, and never writing from elsewhere, keeps the order on the
     * wire the order of the outbox, so that an INFO at the end of a drain covers all that was sent before it.
     *
     * After the loss, what had been written is given to the traffic's owner in order, as unanswered, and what had not,
     * as unsent. What comes while it is lost is either found there or refused. */

    private static final long SWEEP_MILLIS = 5;
    private static final int MESSAGE_BYTES = 64 << 10;

    /** What flows over a link, and who decides about it. Called on the link's event loop. */
    interface Traffic {
        /** Before {@code batch} is written: adds what shall ride along. */
        void compose(List<Attempt> batch, NodeLink link, long now);

        /** A reply, perhaps an error, has been decoded. */
        void replied(Attempt attempt, NodeLink link);

        /** The oldest attempt is unanswered for longer than the socket timeout; repeated while that lasts. */
        void silent(NodeLink link, long forNanos);

        /** It answers again after having been called silent. */
        void answering(NodeLink link);

        /** It is lost, and what was on it is given back, in the order of the calls. Once. */
        void lost(NodeLink link, List<Attempt> unanswered, List<Attempt> unsent);
    }

    final NodeAddress address;
    final LinkIdentity identity;
    /** What the process said of its replication when the link was made. */
    final ReplicationInfo greeting;

    private final NodeConnection connection;
    private final EventLoop eventLoop;
    private final Traffic traffic;
    private final long socketTimeoutNanos;
    private final ScheduledExecutorService timer;
    private final Outbox outbox = new Outbox();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final Runnable drain = this::drain;
    private final AtomicBoolean closing = new AtomicBoolean();
    private volatile boolean dead;

    // Confined to the event loop.
    private final ArrayDeque<Attempt> inFlight = new ArrayDeque<>();
    private List<Attempt> batch = new ArrayList<>();
    private final List<Attempt> brokenOff = new ArrayList<>();
    private long lastReadAt;
    private boolean sweeping;
    private boolean silent;
    private boolean retiring;
    private long retiresAt;

    NodeLink(
            NodeAddress address,
            LinkOpener.Made made,
            Traffic traffic,
            long socketTimeoutNanos,
            ScheduledExecutorService timer) {
        this.address = address;
        this.identity = made.identity();
        this.greeting = made.greeting();
        this.connection = made.connection();
        this.eventLoop = connection.eventLoop();
        this.traffic = traffic;
        this.socketTimeoutNanos = socketTimeoutNanos;
        this.timer = timer;
        this.lastReadAt = System.nanoTime();
    }

    /** Arms the hooks; to be called once, before the first send. */
    void start() {
        run(() -> {
            connection.onRead(() -> lastReadAt = System.nanoTime());
            connection.onLoss(this::die);
        });
    }

    /** Queues the attempt; false if the link is lost and the attempt certainly not taken. */
    boolean send(Attempt attempt) {
        if (dead || !outbox.add(attempt)) {
            return false;
        }
        wake();
        return true;
    }

    boolean isDead() {
        return dead;
    }

    /** Has the outbox drained soon, even when it is empty, so that something can ride along. */
    void wake() {
        if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
            run(drain);
        }
    }

    /** Runs {@code action} on the event loop, or not at all when the loop is gone with the whole client. */
    void run(Runnable action) {
        try {
            eventLoop.execute(action);
        } catch (RejectedExecutionException clientIsClosing) {
            dead = true;
        }
    }

    /** Runs {@code action} on the event loop, after a while. */
    void runIn(long micros, Runnable action) {
        try {
            // Not the event loop's own timer: Netty's NIO loop spins for the last half millisecond before each
            // deadline.
            timer.schedule(() -> run(action), micros, TimeUnit.MICROSECONDS);
        } catch (RejectedExecutionException clientIsClosing) {
            dead = true;
        }
    }

    /** Closes the connection now; what is unanswered stays so. */
    void close() {
        if (closing.compareAndSet(false, true)) {
            connection.drop();
        }
    }

    /** Closes the connection as soon as everything is answered, or it falls silent. */
    void retire() {
        retire(0);
    }

    /**
     * Closes the connection as soon as everything is answered, or it is silent even after a while.
     *
     * @param graceNanos how long silence is borne from now on
     */
    void retire(long graceNanos) {
        run(() -> {
            retiring = true;
            retiresAt = System.nanoTime() + graceNanos;
            if (inFlight.isEmpty() || (silent && graceNanos == 0)) {
                close();
            }
        });
    }

    private void drain() {
        scheduled.set(false);
        if (dead) {
            return;
        }
        long now = System.nanoTime();
        List<Attempt> sending = batch;
        outbox.takeAll(sending);
        sending.removeIf(attempt -> attempt.call != null && !attempt.call.send(address));
        traffic.compose(sending, this, now);
        if (sending.isEmpty()) {
            return;
        }
        for (int i = 0; i < sending.size(); i++) {
            Attempt attempt = sending.get(i);
            attempt.sentAt = now;
            inFlight.add(attempt);
        }
        batch = new ArrayList<>(); // a write that fails at once comes back here before this method has ended
        write(sending);
        if (!dead) {
            sending.clear();
            batch = sending;
        }
        sweepSoon();
    }

    /** Writes all with one flush, as messages of a moderate size, since each takes one buffer that grows by copying. */
    private void write(List<Attempt> sending) {
        int from = 0;
        long bytes = 0;
        for (int i = 0; i < sending.size(); i++) {
            bytes += sending.get(i).length();
            if (bytes > MESSAGE_BYTES) {
                connection.writeTogether(sending.subList(from, i + 1));
                from = i + 1;
                bytes = 0;
            }
        }
        if (from < sending.size()) {
            connection.writeTogether(sending.subList(from, sending.size()));
        }
        connection.flush();
    }

    /** From {@link Attempt#complete}: {@code wanted} is false when it was abandoned meanwhile. */
    void replied(Attempt attempt, boolean wanted) {
        takeOff(attempt);
        if (silent) {
            silent = false;
            traffic.answering(this);
        }
        if (wanted) {
            Attempt.Own own = attempt.own();
            if (own != null) {
                own.answered(attempt, this);
            } else {
                traffic.replied(attempt, this);
            }
        }
        if (retiring && inFlight.isEmpty()) {
            close();
        }
    }

    /** From Lettuce: this attempt failed with the socket. */
    void failed(Attempt attempt) {
        takeOff(attempt);
        brokenOff.add(attempt); // the loss of the socket is about to be told
    }

    private void takeOff(Attempt attempt) {
        if (inFlight.peekFirst() == attempt) {
            inFlight.pollFirst();
        } else {
            inFlight.remove(attempt);
        }
    }

    private void die() {
        dead = true;
        inFlight.removeIf(Attempt::isDone);
        inFlight.forEach(Attempt::abandon);
        List<Attempt> unanswered = new ArrayList<>(brokenOff);
        unanswered.addAll(inFlight);
        brokenOff.clear();
        inFlight.clear();
        List<Attempt> unsent = new ArrayList<>();
        outbox.close(unsent);
        List<Attempt.Own> owners = new ArrayList<>();
        takeOwn(unanswered, owners);
        takeOwn(unsent, owners);
        try {
            traffic.lost(this, unanswered, unsent);
        } finally {
            owners.forEach(Attempt.Own::lost);
        }
    }

    private static void takeOwn(List<Attempt> attempts, List<Attempt.Own> owners) {
        attempts.removeIf(attempt -> {
            Attempt.Own own = attempt.own();
            return own != null && owners.add(own);
        });
    }

    private void sweepSoon() {
        if (!sweeping && !inFlight.isEmpty()) {
            sweeping = true;
            runIn(TimeUnit.MILLISECONDS.toMicros(SWEEP_MILLIS), this::sweep);
        }
    }

    private void sweep() {
        sweeping = false;
        Attempt oldest = inFlight.peekFirst();
        if (oldest == null || dead) {
            return;
        }
        long now = System.nanoTime();
        long age =
                Math.min(now - oldest.sentAt, now - lastReadAt); // a long reply that is still coming in is no silence
        if (age > socketTimeoutNanos) {
            silent = true;
            traffic.silent(this, age);
            if (retiring && now - retiresAt >= 0) {
                close();
            }
        }
        sweepSoon();
    }

    /** Gives up on the attempts that are written and not answered, and returns them, oldest first. */
    List<Attempt> abandonAll() {
        List<Attempt> given = new ArrayList<>(inFlight);
        given.removeIf(Attempt::isDone);
        given.forEach(Attempt::abandon);
        return given;
    }

    boolean hasOnlyEndedCalls() {
        return inFlight.stream().allMatch(attempt -> attempt.call == null || attempt.call.isDone());
    }

    @Override
    public String toString() {
        return address + " (connection " + identity.connectionId() + ")";
    }
}
