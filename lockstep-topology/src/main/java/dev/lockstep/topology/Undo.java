package dev.lockstep.topology;

import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** What a switchover has to put back, the latest first. */
final class Undo {

    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private record Step(String byHand, Runnable action) {}

    private final SwitchoverRun run;
    private final Deque<Step> steps = new ArrayDeque<>();

    Undo(SwitchoverRun run) {
        this.run = run;
    }

    /**
     * Remembers how to put back what is about to be changed.
     *
     * @param byHand how a person does it if this process cannot
     */
    void remember(String byHand, Runnable action) {
        steps.push(new Step(byHand, action));
    }

    /** What was remembered last need not be put back any more. */
    void forgetLast() {
        steps.pop();
    }

    /** Puts everything back. Returns what could not be, as sentences for people. */
    List<String> all() {
        List<String> left = new ArrayList<>();
        while (!steps.isEmpty()) {
            Step step = steps.pop();
            RedisException failure = run.insist(PATIENCE, step.action());
            if (failure != null) {
                left.add(step.byHand() + " (" + failure.getMessage() + ")");
            }
        }
        return left;
    }
}
