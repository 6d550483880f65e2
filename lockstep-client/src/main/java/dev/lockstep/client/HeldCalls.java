package dev.lockstep.client;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Calls that wait for a primary, in order, bounded in count and bytes. Guarded by its lane's lock. */
final class HeldCalls {

    private final ArrayDeque<Entry> queue = new ArrayDeque<>();
    private final int mostCalls;
    private final long mostBytes;
    private long bytes;

    private record Entry(Call call, long bytes) {}

    HeldCalls(int mostCalls, long mostBytes) {
        this.mostCalls = mostCalls;
        this.mostBytes = mostBytes;
    }

    /** Takes the call as the last; returns why it does not, or null. */
    @Nullable
    String add(Call call) {
        long size = call.request.length();
        if (queue.size() >= mostCalls || bytes + size > mostBytes) {
            removeDone();
        }
        if (queue.size() >= mostCalls) {
            return "there is no primary, and " + mostCalls + " calls are already held (heldCalls)";
        }
        if (bytes + size > mostBytes) {
            return "there is no primary, and the held calls would exceed " + mostBytes + " bytes (heldBytes)";
        }
        queue.addLast(new Entry(call, size));
        bytes += size;
        return null;
    }

    /** Puts back, before all others, what had been sent; bounds do not apply to what was accepted before. */
    void addFirst(List<Call> calls) {
        for (int i = calls.size() - 1; i >= 0; i--) {
            long size = calls.get(i).request.length();
            queue.addFirst(new Entry(calls.get(i), size));
            bytes += size;
        }
    }

    /** Gives the calls out in order until one is not taken. */
    void drain(Predicate<Call> takes) {
        for (Entry next = queue.peekFirst(); next != null; next = queue.peekFirst()) {
            if (!next.call.isDone() && !takes.test(next.call)) {
                return;
            }
            queue.pollFirst();
            bytes -= next.bytes;
        }
    }

    void removeDone() {
        queue.removeIf(entry -> {
            boolean done = entry.call.isDone();
            if (done) {
                bytes -= entry.bytes;
            }
            return done;
        });
    }

    /** Takes out the calls that an earlier connection may have executed. */
    List<Call> removeMaybeApplied() {
        List<Call> removed = new ArrayList<>();
        queue.removeIf(entry -> {
            boolean unsafe = entry.call.maybeApplied;
            if (unsafe) {
                removed.add(entry.call);
                bytes -= entry.bytes;
            }
            return unsafe;
        });
        return removed;
    }

    List<Call> removeAll() {
        List<Call> removed = new ArrayList<>();
        queue.forEach(entry -> removed.add(entry.call));
        queue.clear();
        bytes = 0;
        return removed;
    }
}
