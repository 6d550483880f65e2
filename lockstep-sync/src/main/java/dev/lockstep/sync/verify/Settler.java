package dev.lockstep.sync.verify;

import dev.lockstep.sync.verify.BothSides.Both;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Looks at suspects again until they are judged. One thread runs it; any may add keys, and waits while there are many. */
final class Settler {

    /** Hears of each key that turned out not to be equal, on the thread that runs the settler. */
    interface Judgements {
        void judged(Suspect suspect, Suspect.Verdict verdict) throws InterruptedException;
    }

    private static final int MOST = 20_000;
    /** Beyond so many, a key that a scan tells twice counts twice. */
    private static final int REMEMBERED = 200_000;

    private static final int BATCH = 256;
    private static final long LONGEST_WAIT_MILLIS = 50;
    private static final long MILLI = 1_000_000;

    private final BothSides sides;
    private final long patience;
    private final LongSupplier clock;
    private final Judgements judgements;

    private final PriorityQueue<Suspect> waiting = new PriorityQueue<>(Comparator.comparingLong(Suspect::nextLook));
    /** Under judgement, or judged and not equal: a scan may tell a key twice. */
    private final Set<ByteBuffer> known = new HashSet<>();

    private int open;
    private boolean complete;

    /** @param patience in nanoseconds, of each key */
    Settler(BothSides sides, long patience, LongSupplier clock, Judgements judgements) {
        this.sides = sides;
        this.patience = patience;
        this.clock = clock;
        this.judgements = judgements;
    }

    /** Has a key looked at; waits while too many are. */
    synchronized void add(byte[] key) throws InterruptedException {
        while (open >= MOST) {
            wait();
        }
        if (known.add(ByteBuffer.wrap(key))) {
            open++;
            waiting.add(new Suspect(key, patience, clock.getAsLong()));
        }
    }

    /** How many are not judged yet. */
    synchronized int open() {
        return open;
    }

    /** Nothing will be added any more. */
    synchronized void complete() {
        complete = true;
    }

    /** Returns when all are judged and nothing more will come. */
    void run() throws InterruptedException {
        for (List<Suspect> due = due(); due != null; due = due()) {
            look(due);
        }
    }

    /** Those whose time has come; null if there is nobody left. */
    private synchronized @Nullable List<Suspect> due() throws InterruptedException {
        while (!(complete && open == 0)) {
            long now = clock.getAsLong();
            List<Suspect> due = new ArrayList<>();
            for (Suspect next = waiting.peek();
                    next != null && next.nextLook() <= now && due.size() < BATCH;
                    next = waiting.peek()) {
                due.add(next);
                waiting.remove();
            }
            if (!due.isEmpty()) {
                return due;
            }
            Suspect next = waiting.peek();
            long millis = next == null ? LONGEST_WAIT_MILLIS : 1 + (next.nextLook() - now) / MILLI;
            wait(Math.min(millis, LONGEST_WAIT_MILLIS));
        }
        return null;
    }

    private void look(List<Suspect> due) throws InterruptedException {
        long began = clock.getAsLong();
        List<Both<KeyState>> states =
                sides.states(due.stream().map(Suspect::key).toList());
        for (int i = 0; i < due.size(); i++) {
            Suspect suspect = due.get(i);
            Both<KeyState> now = states.get(i);
            Suspect.Verdict verdict = suspect.look(now.source(), now.target(), began, clock.getAsLong());
            if (verdict == Suspect.Verdict.DIFFERENT || verdict == Suspect.Verdict.UNSETTLED) {
                judgements.judged(suspect, verdict);
            }
            judged(suspect, verdict);
        }
    }

    private synchronized void judged(Suspect suspect, Suspect.Verdict verdict) {
        if (verdict == Suspect.Verdict.AGAIN) {
            waiting.add(suspect);
            return;
        }
        open--;
        if (verdict == Suspect.Verdict.EQUAL || known.size() > REMEMBERED) {
            known.remove(ByteBuffer.wrap(suspect.key()));
        }
        notifyAll();
    }
}
