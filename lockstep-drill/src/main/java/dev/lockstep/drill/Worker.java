package dev.lockstep.drill;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** One thread of a workload: makes the calls at its pace and keeps what came of them. */
final class Worker implements Runnable {
    /** What all workers of a client have counted so far, for showing it while it happens. */
    record Tally(LongAdder ok, LongAdder failed) {
        Tally() {
            this(new LongAdder(), new LongAdder());
        }
    }

    private final Actor actor;
    private final Workload workload;
    private final Subject subject;
    private final Tally tally;
    private final LongSupplier clock;
    private final long periodNanos;
    private final List<Call> calls = new ArrayList<>();
    private volatile boolean stopped;

    @Nullable
    private volatile Throwable death;

    Worker(Actor actor, Workload workload, Subject subject, Tally tally, LongSupplier clock, long periodNanos) {
        this.actor = actor;
        this.workload = workload;
        this.subject = subject;
        this.tally = tally;
        this.clock = clock;
        this.periodNanos = periodNanos;
    }

    @Override
    public void run() {
        try {
            work();
        } catch (Throwable e) {
            death = e;
            throw e;
        }
    }

    private void work() {
        Subject.Session session = subject.session(actor);
        // Threads start spread over one period, so that the load is even from the beginning.
        long due = clock.getAsLong() + periodNanos * (actor.thread() % 16) / 16;
        while (!stopped) {
            long now = clock.getAsLong();
            if (now < due) {
                LockSupport.parkNanos(due - now);
                continue;
            }
            // A thread that was held up does not make up for it: calls missed are calls not made.
            due = Math.max(due + periodNanos, now);
            call(session, workload.next());
        }
    }

    private void call(Subject.Session session, Workload.Next next) {
        long invoked = clock.getAsLong();
        long value = next.value();
        Outcome outcome = Outcome.OK;
        boolean made = false;
        try {
            if (next.handOver()) {
                session.handOver();
            }
            made = true;
            value = made(session, next);
        } catch (RuntimeException e) {
            outcome = made ? subject.outcome(e) : notHandedOver(e);
        }
        calls.add(new Call(actor, next.op(), next.key().id(), value, invoked, clock.getAsLong(), outcome));
        (outcome.ok() ? tally.ok() : tally.failed()).increment();
    }

    private static Outcome notHandedOver(RuntimeException failure) {
        return new Outcome(
                Outcome.Kind.NOT_APPLIED, "hand-over: " + failure.getClass().getSimpleName());
    }

    private static long made(Subject.Session session, Workload.Next next) {
        Key key = next.key();
        return switch (next.op()) {
            case WRITE -> {
                session.set(key.name(), Keyspace.value(key, next.value()));
                yield next.value();
            }
            case INCREMENT -> session.increment(key.name());
            case APPEND -> {
                session.append(key.name(), String.valueOf(next.value()));
                yield next.value();
            }
            case APPEND_DURABLE -> {
                session.appendDurably(key.name(), String.valueOf(next.value()));
                yield next.value();
            }
            case APPEND_TO_ONE -> {
                session.appendToOne(key.name(), String.valueOf(next.value()));
                yield next.value();
            }
            case READ_PRIMARY, READ_REPLICA, READ_SESSION, READ_BOUNDED, READ_NEAR, READ_NEAR_BOUNDED ->
                Keyspace.sequence(key, session.get(key.name(), next.op()));
        };
    }

    /** The call under way is the last one. */
    void stop() {
        stopped = true;
    }

    /** What ended the thread before it was stopped; null if nothing did. */
    @Nullable
    Throwable death() {
        return death;
    }

    /** To be read after the thread has ended. */
    List<Call> calls() {
        return calls;
    }
}
