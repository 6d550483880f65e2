package dev.lockstep.client;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Calls that wait until they can be sent, in order, bounded in count and bytes. Guarded by its owner's lock. */
final class HeldCalls {

    private final ArrayDeque<Call> queue = new ArrayDeque<>();
    private final HeldBounds bounds;

    HeldCalls(HeldBounds bounds) {
        this.bounds = bounds;
    }

    /** Takes the call as the last; returns why it does not, or null. */
    @Nullable
    String add(Call call) {
        long size = call.request.length();
        String refusal = bounds.refusal(size);
        if (refusal != null) {
            removeDone();
            refusal = bounds.refusal(size);
        }
        if (refusal == null) {
            addLast(call);
        }
        return refusal;
    }

    /** Takes the call as the last; bounds do not apply to what was accepted before. */
    void addLast(Call call) {
        queue.addLast(call);
        bounds.added(call.request.length());
    }

    /** Puts back, before all others, what had been sent; bounds do not apply to what was accepted before. */
    void addFirst(List<Call> calls) {
        for (int i = calls.size() - 1; i >= 0; i--) {
            queue.addFirst(calls.get(i));
            bounds.added(calls.get(i).request.length());
        }
    }

    /** Gives the calls out in order until one is not taken. */
    void drain(Predicate<Call> takes) {
        for (Call next = queue.pollFirst(); next != null; next = queue.pollFirst()) {
            bounds.removed(next.request.length());
            if (!next.isDone() && !takes.test(next)) {
                addFirst(List.of(next));
                return;
            }
        }
    }

    void removeDone() {
        remove(Call::isDone);
    }

    /** Takes out the calls that an earlier connection may have executed. */
    List<Call> removeMaybeApplied() {
        return remove(call -> call.maybeApplied);
    }

    /** Takes out the calls that {@code which} accepts; the others keep their order. */
    List<Call> remove(Predicate<Call> which) {
        List<Call> removed = new ArrayList<>();
        queue.removeIf(call -> {
            boolean gone = which.test(call);
            if (gone) {
                removed.add(call);
                bounds.removed(call.request.length());
            }
            return gone;
        });
        return removed;
    }

    List<Call> removeAll() {
        return remove(call -> true);
    }
}
