package dev.lockstep.client;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** How many calls, with how many bytes, may be held at once by those who share these bounds. Thread-safe. */
final class HeldBounds {

    private final int mostCalls;
    private final long mostBytes;
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();

    HeldBounds(int mostCalls, long mostBytes) {
        this.mostCalls = mostCalls;
        this.mostBytes = mostBytes;
    }

    /** Why a call of this size cannot be held now; null if it can. Two threads that ask at once may both be told yes. */
    @Nullable
    String refusal(long size) {
        if (calls.get() >= mostCalls) {
            return mostCalls + " calls are already held (heldCalls)";
        }
        if (bytes.get() + size > mostBytes) {
            return "the held calls would exceed " + mostBytes + " bytes (heldBytes)";
        }
        return null;
    }

    void added(long size) {
        calls.incrementAndGet();
        bytes.addAndGet(size);
    }

    void removed(long size) {
        calls.decrementAndGet();
        bytes.addAndGet(-size);
    }
}
