package dev.lockstep.drill;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Carries out a schedule: begins each fault when it is due and the deployment can bear it, heals it, and notes when the
 * deployment was whole again. One thread calls {@link #tick} every few milliseconds; time is an argument.
 */
final class FaultLoop {
    private static final long PATIENCE_NANOS = 60_000_000_000L;
    /** What a fault did shows in the calls right after it, if there are any: they belong to it. */
    private static final long CALLS_AFTERWARDS = 2L * Judge.CALLS_PER_FAULT;

    private static final long LONGEST_WAIT_NANOS = 10_000_000_000L;

    private static final class Running {
        final FaultRun run;
        final long from;
        long healed = -1;
        long callsUntilHealed;

        Running(FaultRun run, long from) {
            this.run = run;
            this.from = from;
        }
    }

    private final Ground ground;
    private final Witnesses witnesses;
    private final Watch watch;
    private final LongSupplier calls;
    private final Consumer<String> progress;
    private final Deque<Schedule.Step> due;
    private final List<Running> running = new ArrayList<>();
    private final List<FaultWindow> done = new ArrayList<>();
    private long waitingSince = -1;

    @Nullable
    private String problem;

    /** @param calls how many calls have been answered until now */
    FaultLoop(Ground ground, Watch watch, Schedule schedule, LongSupplier calls, Consumer<String> progress) {
        this.ground = ground;
        this.witnesses = ground.witnesses();
        this.watch = watch;
        this.calls = calls;
        this.progress = progress;
        this.due = new ArrayDeque<>(schedule.steps());
    }

    /** Does what is due. Blocks while a server starts again, which is a fraction of a second. */
    void tick(long now) {
        beginDue(now);
        boolean anyHealed = false;
        for (Running fault : running) {
            long ends = fault.from + fault.run.fault().lasting().toNanos();
            if (fault.healed < 0 && now >= ends && fault.run.mayHeal().getAsBoolean()) {
                heal(fault, now);
            } else if (fault.healed < 0 && now > ends + PATIENCE_NANOS) {
                giveUp("The fault \"" + text(fault) + "\" had not taken effect after " + Evidence.at(now - fault.from));
            }
            if (fault.healed >= 0 && now > fault.healed + PATIENCE_NANOS) {
                giveUp("The deployment was not whole again " + Evidence.at(now - fault.healed) + " after \""
                        + text(fault) + "\" was healed: " + watch.trouble());
            }
            anyHealed |= isHealed(fault, now);
        }
        if (anyHealed && watch.isWhole()) {
            settle(now);
        }
    }

    /** Healed, and since then every node asked and calls made. */
    private boolean isHealed(Running fault, long now) {
        return fault.healed >= 0
                && now > fault.healed + Watch.SURELY_ASKED_NANOS
                && (calls.getAsLong() - fault.callsUntilHealed >= CALLS_AFTERWARDS
                        || now > fault.healed + LONGEST_WAIT_NANOS);
    }

    private void beginDue(long now) {
        Schedule.Step step = due.peek();
        if (step == null || now < step.at().toNanos() || problem != null) {
            return;
        }
        if (!canBegin(step.fault())) {
            waitingSince = waitingSince < 0 ? now : waitingSince;
            if (now > waitingSince + PATIENCE_NANOS) {
                giveUp("The deployment was not whole again " + Evidence.at(now - waitingSince) + " after "
                        + step.fault().kind().id() + " was due: " + watch.trouble());
            }
            return;
        }
        due.remove();
        waitingSince = -1;
        Running fault = new Running(new FaultRun(ground, step.fault()), now);
        running.add(fault);
        progress.accept(text(fault));
    }

    /**
     * A fault of a data node meets a shard that has recovered from the one before, a fault of several shards at once waits
     * for the one before it to be settled unless the schedule may overlap the two; others only need two Sentinels.
     */
    private boolean canBegin(Fault fault) {
        int shard = fault.shard(witnesses.count());
        Witness witness = witnesses.shard(shard);
        boolean lastCopy = witnesses.count() > 1 && fault.kind().takesPrimary();
        boolean needsReplica = lastCopy || fault.kind().target() == FaultKind.Target.REPLICA;
        int needed = fault.kind().takesReplicaToo() ? 2 : needsReplica ? 1 : 0;
        if (witness.nodes(NodeLane.State.REPLICA).size() < needed) {
            return false; // in the middle of a failover none may be in step
        }
        boolean alone = running.stream().noneMatch(other -> other.run.fault().kind() == fault.kind());
        if (Schedule.isCompanion(fault.kind())) {
            boolean sentinel = fault.kind().target() == FaultKind.Target.SENTINEL;
            return alone
                    && (!sentinel
                            || running.stream()
                                    .noneMatch(
                                            other -> other.run.fault().kind().target() == FaultKind.Target.SENTINEL));
        }
        boolean bearable = running.stream()
                .map(other -> other.run.fault())
                .allMatch(other ->
                        Schedule.isCompanion(other.kind()) || Schedule.mayOverlap(fault, other, witnesses.count()));
        return bearable && (running.isEmpty() ? watch.isWhole() : isReady(fault, shard));
    }

    /** Slots also move while a primary is being replaced; every other fault needs one. */
    private boolean isReady(Fault fault, int shard) {
        if (fault.kind() == FaultKind.MOVE_SLOTS) {
            return true;
        }
        boolean struck = running.stream().anyMatch(other -> other.run.shard() == shard);
        return struck ? witnesses.shard(shard).isPrimaryUp() : watch.isWhole(shard);
    }

    private void heal(Running fault, long now) {
        fault.run.heal();
        fault.healed = Math.max(now, fault.from + 1);
        fault.callsUntilHealed = calls.getAsLong();
        Throwable failure = fault.run.failure();
        if (failure != null) {
            giveUp(text(fault) + " failed: " + failure.getMessage());
        }
    }

    private void settle(long now) {
        for (Iterator<Running> all = running.iterator(); all.hasNext(); ) {
            Running fault = all.next();
            if (isHealed(fault, now)) {
                all.remove();
                done.add(window(fault, now));
                progress.accept("whole again after: " + text(fault));
            }
        }
    }

    private static FaultWindow window(Running fault, long settled) {
        long healed = fault.healed < 0 ? settled : fault.healed;
        return new FaultWindow(
                fault.run.fault().kind(), fault.run.targetName(), fault.run.shard(), fault.from, healed, settled);
    }

    private static String text(Running fault) {
        return fault.run.targetName() + " " + fault.run.fault().kind().what();
    }

    private void giveUp(String why) {
        if (problem == null) {
            problem = why;
        }
    }

    /** Whether every fault was done, healed and settled, or there is no hope of it. */
    boolean isDone() {
        return problem != null || (due.isEmpty() && running.isEmpty());
    }

    /** Heals what is not healed. */
    void healAll(long now) {
        for (Running fault : running) {
            if (fault.healed < 0) {
                heal(fault, now);
            }
        }
    }

    /** Why not every fault could be done; null if they could. */
    @Nullable
    String problem() {
        return problem;
    }

    /** What was done until now, in the order of beginning. */
    List<FaultWindow> windows(long now) {
        List<FaultWindow> all = new ArrayList<>(done);
        running.forEach(fault -> all.add(window(fault, now)));
        all.sort((a, b) -> Long.compare(a.fromNanos(), b.fromNanos()));
        return all;
    }
}
