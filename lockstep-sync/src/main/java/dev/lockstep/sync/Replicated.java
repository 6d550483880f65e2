package dev.lockstep.sync;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * What makes sure that the replicas of the target hold what its primaries have taken by some connections. Confined to one
 * thread.
 */
final class Replicated {
    /* WAIT speaks of what its own connection has written, and of nothing if that is nothing. So each connection writes a
     * little when it is made: then WAIT covers whatever the node had taken by then, too. */

    private static final String WAIT_MILLIS = "200";

    private final Target target;
    private final List<Outlet> outlets;
    private final Duration patience;
    private final List<CompletableFuture<Reply>> asked = new ArrayList<>();
    private final List<Integer> wanted = new ArrayList<>();

    private Replicated(Target target, List<Outlet> outlets, Duration patience) {
        this.target = target;
        this.outlets = outlets;
        this.patience = patience;
    }

    /** By these connections, which have just been made. */
    static Replicated by(Outlets outlets, CopyTask task) throws Setback, InterruptedException {
        List<Outlet> all = outlets.all();
        all.add(outlets.records());
        for (Outlet outlet : all) {
            int slot = outlet == outlets.records() ? 0 : outlets.slotOf(outlet);
            new Replies(outlet, task.patience()).ask(Words.of("SET", key(slot), "1"));
        }
        return new Replicated(task.target(), all, task.patience());
    }

    /** What is written in a slot so that there is something to wait for. */
    static String key(int slot) {
        return Checkpoint.key(slot) + ":wait";
    }

    /** Asks, if nothing is being asked. */
    void ask() {
        if (asked.isEmpty()) {
            for (Outlet outlet : outlets) {
                int replicas = target.replicas(outlet.node());
                wanted.add(replicas);
                asked.add(outlet.link().call(Words.of("WAIT", Integer.toString(replicas), WAIT_MILLIS)));
            }
        }
    }

    boolean isAsked() {
        return !asked.isEmpty();
    }

    boolean isAnswered() {
        return asked.stream().allMatch(CompletableFuture::isDone);
    }

    /** Takes the answers: whether the replicas hold all that had been taken when it was asked. */
    boolean take() {
        boolean all = true;
        for (int i = 0; i < asked.size(); i++) {
            all &= !asked.get(i).isCompletedExceptionally()
                    && asked.get(i).join() instanceof Reply.Count acknowledged
                    && acknowledged.value() >= wanted.get(i);
        }
        asked.clear();
        wanted.clear();
        return all;
    }

    /** Waits until the replicas hold all that has been taken. */
    void await(LongSupplier clock) throws Setback, InterruptedException {
        long since = clock.getAsLong();
        if (isAsked()) {
            awaitAnswers();
            take();
        }
        do {
            ask();
            awaitAnswers();
            boolean lost = asked.stream().anyMatch(CompletableFuture::isCompletedExceptionally);
            if (take()) {
                return;
            }
            if (lost) {
                throw new Setback("a connection to the target was lost while its replicas were waited for");
            }
        } while (clock.getAsLong() - since < patience.toNanos());
        throw new Setback("replicas of the target lag behind by more than " + patience.toMillis() + " ms");
    }

    private void awaitAnswers() throws Setback, InterruptedException {
        try {
            CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
                    .exceptionally(lost -> null)
                    .get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            throw new Setback("the target did not answer WAIT");
        }
    }
}
